import { useMemo } from 'react'
import { useParams } from 'wouter'
import { addressOf, useAsk } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { count, direction, moveDay, score as writeScore, sentence, word } from '../../format.ts'
import { Between } from '../../components/Between.tsx'
import { Card, Facts } from '../../components/Card.tsx'
import { Chip } from '../../components/Badge.tsx'
import { Change } from '../../components/Change.tsx'
import { CopyLink } from '../../components/Flyout.tsx'
import { metricSorts, MetricsTable } from '../../components/MetricsTable.tsx'
import { Page } from '../../components/Page.tsx'
import { useLastDay } from '../../components/shell.ts'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { ScoreTrend } from '../../components/ScoreTrend.tsx'
import { To } from '../../components/To.tsx'
import { useLocalList } from '../../components/local-list.ts'

const parent = { page: '/initiatives', title: 'Initiatives' }
const writePercent = (value: number): string => `${writeScore(value)} %`

/** One initiative: its score against its target, its history, its metrics. */
export function InitiativePage() {
  const { id = '' } = useParams<{ id: string }>()
  const { get } = useParameters()
  const moment = useMoment()
  const last = useLastDay()
  const query = useMemo(() => ({ from: moveDay(last, -548) }), [last])
  const asked = useAsk('/api/v1/initiatives/{id}', { path: { id: decodeURIComponent(id) }, query })
  const { data, error } = asked
  const metrics = useMemo(
    () => ({ data: data ? { items: data.metric_list } : undefined, error, isPending: !data, refetch: asked.refetch }),
    [data, error, asked.refetch],
  )
  const list = useLocalList(metrics, {
    address: addressOf('/api/v1/metrics', {}, { ...moment }),
    sort: get('sort') || '-score_impact',
    by: metricSorts,
  })
  if (error) {
    return (
      <Page title="Initiative" name="Initiative" parent={parent}>
        <Problem error={error} retry={() => void asked.refetch()} />
      </Page>
    )
  }
  if (!data) return <Loading className="m-6 h-96" />
  const { score } = data
  const unfed = data.metric_list.filter((metric) => metric.state === 'no_data')
  const missing = [...new Set(unfed.flatMap((metric) => metric.missing))]
  return (
    <Page title={data.title} name={data.title} parent={parent} line={data.why} actions={<CopyLink />}>
      {missing.length > 0 && (
        <p className="rounded-lg bg-warn-soft px-4 py-2.5 text-sm text-warn">
          {unfed.length} of {data.metrics} metrics could be measured with more sources: {missing.map(word).join(', ')}.{' '}
          <To page="/sources" className="font-medium underline underline-offset-2">
            Import a source
          </To>
        </p>
      )}
      <div className="grid grid-cols-12 gap-4">
        <Card title="Score" note={direction(score.direction)} className="col-span-12 xl:col-span-4">
          {score.value === null ? (
            <Empty title="Nothing to score yet">{sentence(score.reason)}</Empty>
          ) : (
            <div className="flex flex-col gap-4">
              <div>
                <p className="num text-[2.5rem] leading-none font-semibold tracking-tight">
                  {writeScore(score.value)}
                  <span className="ml-1 text-xl font-medium text-ink-2">%</span>
                </p>
                <p className="mt-2 flex flex-wrap gap-x-4 text-sm">
                  <Change
                    value={score.change_1d}
                    direction={score.direction}
                    since="since yesterday"
                    why={{ score: 'initiative', id: data.id, days: 1 }}
                  />
                  <Change
                    value={score.change_14d}
                    direction={score.direction}
                    since="in 14 days"
                    why={{ score: 'initiative', id: data.id, days: 14 }}
                  />
                </p>
                <Between score={score} className="mt-1.5" />
              </div>
              <div>
                <ShareBar share={score.value / 100} target={score.target === null ? null : score.target / 100} className="h-2.5" />
                {score.target !== null && (
                  <p className="mt-2 flex items-center gap-2 text-sm">
                    Target {count(score.target)} %{' '}
                    {score.value >= score.target ? (
                      <Chip tone="better">reached</Chip>
                    ) : (
                      <span className="text-ink-3">{writeScore(score.target - score.value)} to go</span>
                    )}
                  </p>
                )}
              </div>
              <Facts
                className="grid-cols-2 border-t border-line pt-4"
                facts={[
                  ['Kind', word(data.kind)],
                  ['Metrics with data', `${data.metrics_with_data} of ${data.metrics}`],
                  ['Critical assets exposed', count(data.critical_assets)],
                  ['Formula', score.formula],
                ]}
              />
            </div>
          )}
        </Card>
        <Card title="History" className="col-span-12 xl:col-span-8">
          <ScoreTrend
            why={{ score: 'initiative', id: data.id }}
            title={data.title}
            points={data.history}
            target={score.target}
            write={writePercent}
            height={230}
            days={180}
          />
        </Card>
      </div>
      <section aria-label="Metrics" className="flex flex-col gap-2">
        <h2 className="text-sm font-semibold">
          Metrics <span className="num font-normal text-ink-3">{data.metric_list.length}</span>
        </h2>
        <MetricsTable list={list} label={`Metrics of ${data.title}`} />
      </section>
    </Page>
  )
}
