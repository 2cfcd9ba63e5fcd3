import type { paths } from '../../openapi.d.ts'
import { Card } from '../../components/Card.tsx'
import { Loading } from '../../components/Problem.tsx'
import { ScoreTrend } from '../../components/ScoreTrend.tsx'
import { To } from '../../components/To.tsx'
import { count, counted, percent, score, sentence } from '../../format.ts'
import { ProblemList } from './YamlField.tsx'

/** What a metric that is not saved would answer. */
export type Trial = paths['/api/v1/metrics/try']['post']['responses'][200]['content']['application/json']

const writePercent = (value: number): string => `${score(value)} %`

/** The answer of a draft: how many assets now, its last two years, which assets; or what is wrong with it. */
export function MetricPreview({ trial, waiting, className }: { trial: Trial | null; waiting: boolean; className?: string }) {
  const answer = trial?.answer
  return (
    <Card
      title="Preview"
      note="nothing is saved"
      className={className}
      aside={
        <output className="text-xs text-ink-3">
          {waiting ? 'Asking …' : answer ? `answered in ${count(answer.milliseconds)} ms` : ''}
        </output>
      }
    >
      {!trial ? (
        <Loading className="h-60" />
      ) : !answer ? (
        <ProblemList problems={trial.problems} />
      ) : (
        <div className={`flex flex-col gap-4 ${waiting ? 'opacity-60' : ''}`}>
          <p className="text-sm text-ink-2">
            Asked of: {answer.population === 'always' ? 'every asset' : answer.population}. Exposed when: {answer.exposed_when}.
          </p>
          {answer.missing.length > 0 ? (
            <p className="rounded-lg bg-warn-soft p-3 text-sm text-warn">
              It can be saved, and answers once something feeds: {answer.missing.join(', ')}.
            </p>
          ) : (
            <>
              <p>
                <span className="num text-3xl font-semibold">{count(answer.exposed)}</span>{' '}
                <span className="text-ink-2">
                  of {counted(answer.total, 'asset')} exposed now, {percent(answer.exposure)}
                </span>
              </p>
              {trial.warnings.map((warning) => (
                <p key={warning.place} className="rounded-lg bg-warn-soft p-3 text-sm text-warn">
                  {sentence(`${warning.place} ${warning.message}`)}
                </p>
              ))}
              <section aria-label="Its last two years">
                <ScoreTrend title="Share exposed" points={answer.history} write={writePercent} height={170} brush={false} />
              </section>
              {answer.assets.length > 0 && (
                // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
                <section aria-label="Exposed assets" className="max-h-72 overflow-y-auto" tabIndex={0}>
                  <ul className="text-sm">
                    {answer.assets.map((asset) => (
                      <li key={asset.asset_id} className="border-t border-line py-1.5">
                        <To page={`/assets/${asset.asset_id}`} className="link">
                          {asset.name}
                        </To>
                        <span className="block text-xs text-ink-3">{asset.reason}</span>
                      </li>
                    ))}
                  </ul>
                  {answer.exposed > answer.assets.length && <p className="text-xs text-ink-3">The first {count(answer.assets.length)}.</p>}
                </section>
              )}
            </>
          )}
        </div>
      )}
    </Card>
  )
}
