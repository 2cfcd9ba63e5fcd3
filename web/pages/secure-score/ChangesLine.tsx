import type { Answer } from '../../api.ts'
import { fine, points } from '../../format.ts'
import { changeWords, sideTitles } from './words.ts'

/** What a range of days changed, in words: the whole, whose doing it was, and points. */
export function ChangesLine({ changes }: { changes: Answer<'/api/v1/secure-score/history'>['changes'] }) {
  const tone = (value: number) => (value > 0 ? 'text-better' : value < 0 ? 'text-worse' : 'text-ink-2')
  return (
    <p className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
      <span>
        Score <span className={`num font-medium ${tone(changes.change ?? 0)}`}>{changeWords(changes.change ?? 0, fine)}</span>
      </span>
      {(['ours', 'content', 'scope'] as const).map((side) => (
        <span key={side} className="text-ink-2">
          {sideTitles[side]} <span className={`num ${tone(changes[side])}`}>{changeWords(changes[side], fine)}</span>
        </span>
      ))}
      <span className="text-ink-2">
        Points achieved <span className="num text-ink">{points(changes.achieved)}</span>, regressed{' '}
        <span className="num text-ink">{points(changes.regressed)}</span>
      </span>
      {changes.max_change !== 0 && (
        <span className="text-ink-2">
          Possible points <span className="num text-ink">{points(Math.abs(changes.max_change))}</span>{' '}
          {changes.max_change > 0 ? 'more' : 'fewer'}
        </span>
      )}
    </p>
  )
}
