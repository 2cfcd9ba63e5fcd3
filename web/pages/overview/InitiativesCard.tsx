import { useMoment } from '../../address.ts'
import type { InitiativeSummary } from '../../api.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { Sparkline } from '../../charts/Sparkline.tsx'
import { count, score as writeScore, tone } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { Change } from '../../components/Change.tsx'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { useFavourites } from '../../components/favourites.ts'
import { keyInitiatives } from '../../components/key-initiatives.ts'

/** The key initiatives with their scores and targets. */
export function InitiativesCard({ initiatives, className }: { initiatives: InitiativeSummary[]; className?: string }) {
  const fed = initiatives.filter((one) => one.score.value !== null)
  const { org } = useMoment()
  const { chosen } = useFavourites(org ?? '')
  const sorted = keyInitiatives(initiatives, chosen)
  const unfed = initiatives.length - fed.length
  return (
    <Card title="Key initiatives" note="higher is better" className={className ?? ''} aside={<To page="/initiatives">All initiatives</To>}>
      <ul className="divide-y divide-line">
        {sorted.map((one) => (
          <li key={one.id} className="grid min-h-10 grid-cols-[minmax(0,1fr)_4.5rem_6.5rem_3.5rem_5.25rem] items-center gap-3 text-sm">
            <To page={`/initiatives/${encodeURIComponent(one.id)}`} className="link truncate font-medium">
              {one.title}
            </To>
            <Sparkline values={one.trend} width={72} span={8} tone={tone(one.score.change_14d, one.score.direction)} />
            <ShareBar share={(one.score.value ?? 0) / 100} target={one.score.target === null ? null : one.score.target / 100} />
            <span className="num text-right font-semibold">{one.score.value === null ? '–' : `${writeScore(one.score.value)} %`}</span>
            <Change
              value={one.score.change_14d}
              direction={one.score.direction}
              className="text-right text-xs"
              why={{ score: 'initiative', id: one.id, days: 14 }}
            />
          </li>
        ))}
      </ul>
      {sorted.length === 0 && <Empty title="No initiative has data yet" />}
      {sorted.some((one) => one.score.target !== null) && (
        <p className="mt-2 text-xs text-ink-3">The mark on each bar is its target. Changes are over 14 days.</p>
      )}
      {unfed > 0 && (
        <p className="mt-1 text-xs">
          <To page="/initiatives">{count(unfed)} more could be measured with more sources</To>
        </p>
      )}
    </Card>
  )
}
