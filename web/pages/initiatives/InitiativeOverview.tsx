import { ShareBar } from '../../charts/ShareBar.tsx'
import { Between } from '../../components/Between.tsx'
import { Card, Facts } from '../../components/Card.tsx'
import { OutLink } from '../../components/Foreign.tsx'
import { Empty } from '../../components/Problem.tsx'
import { ScoreTrend } from '../../components/ScoreTrend.tsx'
import { Here, To } from '../../components/To.tsx'
import { count, counted, fine, percent, score as writeScore, sentence, word } from '../../format.ts'
import type { Initiative } from './initiative.ts'
import { InitiativeSections } from './InitiativeSections.tsx'
import { kindWords } from './InitiativesPage.tsx'

const writePercent = (value: number): string => `${writeScore(value)} %`

/** How many metrics the overview shows. */
const TOP = 6

/** What an initiative is about, what pulls it down and how it went. */
export function InitiativeOverview({ initiative }: { initiative: Initiative }) {
  const { score } = initiative
  return (
    <div className="grid grid-cols-12 gap-4">
      <Card title="About" className="col-span-12 xl:col-span-3">
        <div className="flex flex-col gap-4">
          <p className="text-sm text-ink-2">
            {initiative.why} {initiative.learn_more && <OutLink href={initiative.learn_more}>Learn more</OutLink>}
          </p>
          <Facts
            className="grid-cols-2"
            facts={[
              ['Kind', kindWords[initiative.kind] ?? word(initiative.kind)],
              ...(initiative.scored_from === 'metrics'
                ? ([
                    ['Metrics with data', `${initiative.metrics_with_data} of ${initiative.metrics}`],
                    ['Critical assets exposed', count(initiative.critical_assets)],
                  ] satisfies [string, string][])
                : ([
                    [
                      'Scored from',
                      counted(
                        initiative.sections.reduce((sum, one) => sum + one.requirements, 0),
                        'requirement',
                      ),
                    ],
                  ] satisfies [string, string][])),
              ['Formula', score.formula],
            ]}
          />
          {initiative.threats.length > 0 && (
            <section aria-label="Related threats">
              <h3 className="text-xs text-ink-3">Related threats</h3>
              <ul className="mt-1 flex flex-col gap-1 text-sm">
                {initiative.threats.map(({ id, title }) => (
                  <li key={id}>
                    <OutLink href={`https://attack.mitre.org/techniques/${id.replace('.', '/')}/`}>{title}</OutLink>{' '}
                    <span className="num text-xs text-ink-3">{id}</span>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </div>
      </Card>
      {initiative.scored_from === 'metrics' ? <TopMetrics initiative={initiative} /> : <LowSections initiative={initiative} />}
      <Card
        title="Score over time"
        note="higher is better"
        className="col-span-12 md:col-span-6 xl:col-span-4"
        aside={
          <Here change={{ tab: 'history' }} className="link">
            View history
          </Here>
        }
      >
        {score.value === null ? (
          <Empty title="Nothing to score yet">{sentence(score.reason)}</Empty>
        ) : (
          <>
            <ScoreTrend
              why={{ score: 'initiative', id: initiative.id }}
              title={initiative.title}
              points={initiative.history}
              target={score.target}
              write={writePercent}
              height={200}
              brush={false}
              days={180}
            />
            <Between score={score} className="mt-2" />
          </>
        )}
      </Card>
    </div>
  )
}

function TopMetrics({ initiative }: { initiative: Initiative }) {
  const top = initiative.metric_list.filter((metric) => metric.exposure !== null).slice(0, TOP)
  return (
    <Card
      title="Top metrics"
      className="col-span-12 md:col-span-6 xl:col-span-5"
      aside={
        <Here change={{ tab: 'metrics' }} className="link">
          View all metrics
        </Here>
      }
    >
      {top.length === 0 ? (
        <Empty title="No metric has data yet">Import a source that feeds one of them.</Empty>
      ) : (
        <ul className="divide-y divide-line">
          {top.map((metric) => (
            <li key={metric.id} className="py-2 text-sm">
              <div className="flex items-baseline justify-between gap-3">
                <To page="/metrics" change={{ open: metric.id }} className="link min-w-0 truncate font-medium" title={metric.title}>
                  {metric.title}
                </To>
                <span className="num shrink-0 text-xs text-ink-3">
                  {count(metric.exposed)} of {count(metric.total)}
                </span>
              </div>
              <div className="mt-1 flex items-center gap-3">
                <div
                  aria-hidden
                  className="flex h-2 min-w-0 flex-1 overflow-hidden rounded-full bg-better/30"
                  title={`${percent(metric.exposure)} exposed`}
                >
                  <div className="h-full bg-exposed" style={{ width: `${100 * (metric.exposure ?? 0)}%` }} />
                </div>
                <span className="num w-14 shrink-0 text-right">{percent(metric.exposure)}</span>
                <span className="num w-28 shrink-0 text-right text-xs text-ink-3">
                  {metric.score_impact === null || metric.score_impact === 0 ? 'no effect' : `${fine(metric.score_impact)} to gain`}
                </span>
              </div>
            </li>
          ))}
        </ul>
      )}
      <p className="mt-2 flex flex-wrap gap-x-4 text-xs text-ink-3" aria-hidden>
        <span className="inline-flex items-center gap-1.5">
          <span className="h-2 w-3 rounded-full bg-exposed" /> Exposed
        </span>
        <span className="inline-flex items-center gap-1.5">
          <span className="h-2 w-3 rounded-full bg-better/30" /> Not exposed
        </span>
      </p>
    </Card>
  )
}

function LowSections({ initiative }: { initiative: Initiative }) {
  return (
    <Card
      title="Sections"
      note="lowest first"
      className="col-span-12 md:col-span-6 xl:col-span-5"
      aside={
        <Here change={{ tab: 'sections' }} className="link">
          View all sections
        </Here>
      }
    >
      {initiative.sections.length === 0 ? (
        <InitiativeSections initiative={initiative} height={200} />
      ) : (
        <ul className="divide-y divide-line">
          {initiative.sections
            .toSorted((a, b) => a.value - b.value)
            .slice(0, 8)
            .map((one) => (
              <li key={one.section} className="flex min-h-9 items-center gap-3 text-sm">
                <span className="w-24 shrink-0 truncate font-medium">{one.section}</span>
                <ShareBar share={one.value / 100} className="flex-1" />
                <span className="num w-16 text-right font-semibold">{writePercent(one.value)}</span>
                <span className="num w-28 text-right text-xs text-ink-3">
                  {count(one.met)} of {count(one.requirements)} met
                </span>
              </li>
            ))}
        </ul>
      )}
    </Card>
  )
}
