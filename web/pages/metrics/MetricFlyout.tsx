import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { useAsk, useList } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, counted, day, fine, gain, instant, percent, word } from '../../format.ts'
import { AffectedAssets } from '../../components/AffectedAssets.tsx'
import { Button } from '../../components/Button.tsx'
import { Facts } from '../../components/Card.tsx'
import { Change } from '../../components/Change.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import { OutLink } from '../../components/Foreign.tsx'
import { MetricState } from '../../components/MetricsTable.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { ReportInaccuracy } from '../../components/ReportInaccuracy.tsx'
import { ScoreTrend } from '../../components/ScoreTrend.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { Share } from '../../components/Share.tsx'
import { Here, To } from '../../components/To.tsx'
import { useLastDay } from '../../components/shell.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { MetricProgramme } from '../programme/MetricProgramme.tsx'

type Metric = Answer<'/api/v1/metrics/{id}'>

/** One metric in a drawer: what it asks, its history, what to do, which assets. An empty id shows nothing. */
export function MetricFlyout({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, refetch } = useAsk('/api/v1/metrics/{id}', { path: { id }, enabled: id !== '' })
  return (
    <Flyout
      open={id !== ''}
      onClose={onClose}
      kind="Metric"
      title={data?.title ?? 'Metric'}
      wide
      actions={data && <Share title={data.title} figures={figuresOf(data)} />}
    >
      {error ? <Problem error={error} retry={() => void refetch()} /> : data ? <MetricTabs metric={data} /> : <Loading className="h-96" />}
    </Flyout>
  )
}

/** What the drawer says, as lines of a mail. */
const figuresOf = (metric: Metric): string[] => [
  metric.exposure === null
    ? `${metric.title}: no data`
    : `${metric.title}: ${count(metric.exposed)} of ${count(metric.total)} exposed, ${percent(metric.exposure)}, lower is better`,
]

function MetricTabs({ metric }: { metric: Metric }) {
  return (
    <TabStrip
      label="Metric"
      tabs={[
        { id: 'general', title: 'General', content: <General metric={metric} /> },
        {
          id: 'recommendations',
          title: 'Security recommendations',
          amount: metric.recommendations.length,
          content: <Recommendations metric={metric} />,
        },
        {
          id: 'assets',
          title: 'Affected assets',
          amount: metric.exposed,
          content: metric.state === 'no_data' ? <Empty title="No data">{metric.no_data}</Empty> : <MetricAssets metric={metric} />,
        },
        { id: 'settings', title: 'Weight and state', content: <MetricProgramme id={metric.id} /> },
      ]}
    />
  )
}

function Recommendations({ metric }: { metric: Metric }) {
  if (metric.recommendations.length === 0) return <Empty title="No recommendation">No asset is exposed to this metric now.</Empty>
  return (
    <>
      <p className="mb-2 text-xs text-ink-3">Together they are for exactly the assets that this metric finds exposed.</p>
      <ul className="divide-y divide-line">
        {metric.recommendations.map((one) => (
          <li key={one.id} className="flex items-center gap-3 py-2 text-sm">
            {one.gain === null ? (
              <Here change={{ tab: 'assets', recommendation: one.id }} className="link min-w-0 flex-1 font-medium">
                {one.title}
              </Here>
            ) : (
              <To page="/recommendations" change={{ open: one.id }} className="link min-w-0 flex-1 font-medium">
                {one.title}
              </To>
            )}
            <Here change={{ tab: 'assets', recommendation: one.id }} className="link num text-xs">
              {counted(one.assets, 'asset')}
            </Here>
            <span className="num w-28 text-right">
              {one.gain === null ? (
                <span className="text-xs text-ink-3">no known fix</span>
              ) : (
                <>
                  <span className="font-semibold text-better">{gain(one.gain)}</span> <span className="text-xs text-ink-3">expected</span>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** The exposed assets, on the day of the page or on another one, all or those of one recommendation. */
function MetricAssets({ metric }: { metric: Metric }) {
  const { get, set } = useParameters()
  const last = useLastDay()
  const on = get('on')
  const only = get('recommendation')
  const list = useList('/api/v1/metrics/{id}/assets', {
    path: { id: metric.id },
    query: {
      ...(get('asset_sort') ? { sort: get('asset_sort') } : {}),
      ...(on ? { as_of: on } : {}),
      ...(only ? { recommendation: only } : {}),
    },
  })
  const title = metric.recommendations.find(({ id }) => id === only)?.title ?? only
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3 text-sm">
        <label className="inline-flex items-center gap-2">
          <span className="text-ink-2">At the end of</span>
          <input
            type="date"
            value={on || last}
            max={last}
            onChange={(event) => set({ on: event.target.value === last ? null : event.target.value || null }, { replace: true })}
            className="h-8 rounded-md border border-line-strong bg-surface px-2"
          />
        </label>
        {only && (
          <span className="inline-flex min-w-0 items-center gap-2">
            <span className="truncate text-ink-2">For: {title}</span>
            <Here change={{ recommendation: null }} className="link">
              Show all
            </Here>
          </span>
        )}
      </div>
      <AffectedAssets list={list} label={`Assets exposed by ${metric.title}`} />
    </div>
  )
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="rounded-lg bg-sunken px-3 py-2.5">
      <p className="text-xs text-ink-3">{name}</p>
      <p className="num mt-0.5 text-lg font-semibold">{children}</p>
    </div>
  )
}

const writeShare = (value: number): string => percent(value)

function General({ metric }: { metric: Metric }) {
  const [yaml, setYaml] = useState(false)
  const none = metric.state === 'no_data'
  // the API gives every score as 0–100; a share is written as per cent of 1
  const history = useMemo(
    () => metric.history.map((point) => ({ ...point, value: point.value === null ? null : point.value / 100 })),
    [metric.history],
  )
  return (
    <div className="flex flex-col gap-5">
      <p className="max-w-prose text-sm text-ink-2">
        {metric.why} {metric.source && <OutLink href={metric.source}>Source</OutLink>}
      </p>
      {metric.recommendation && (
        <p className="max-w-prose text-sm">
          <span className="font-medium">What to do.</span> {metric.recommendation}
        </p>
      )}
      {none ? (
        <div className="rounded-lg bg-warn-soft p-3 text-sm text-warn">
          <p className="font-medium">This metric has no data, so it carries no weight.</p>
          <p className="mt-0.5">{metric.no_data}</p>
          <p className="mt-1">
            <To page="/sources" className="font-medium underline underline-offset-2">
              Import a source
            </To>
          </p>
        </div>
      ) : (
        <>
          <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
            <Figure name="Exposed">
              {count(metric.exposed)} <span className="text-sm font-normal text-ink-2">of {count(metric.total)}</span>
            </Figure>
            <Figure name="Share, lower is better">{percent(metric.exposure)}</Figure>
            <Figure name="Weight">{word(metric.weight)}</Figure>
            <Figure name="Score impact">{metric.score_impact === null ? '–' : fine(metric.score_impact)}</Figure>
          </div>
          <div>
            <ShareBar share={metric.exposure} fill="bg-exposed" className="h-2" />
            <p className="mt-1.5 flex flex-wrap items-center gap-3 text-sm">
              <MetricState metric={metric} />
              <Change
                value={metric.change_14d}
                direction="lower_is_better"
                unit="points"
                since="in 14 days"
                why={{ score: 'metric', id: metric.id, days: 14 }}
              />
            </p>
          </div>
          <section aria-label="History">
            <ScoreTrend
              title="Share exposed"
              why={{ score: 'metric', id: metric.id }}
              points={history}
              write={writeShare}
              scale={[0, 1]}
              height={200}
              brush={false}
              days={180}
            />
          </section>
        </>
      )}
      <Facts
        facts={[
          ['Asked of', metric.population],
          ['Exposed when', metric.exposed_when],
          ['Part of', metric.initiatives.length === 0 ? 'No initiative' : <Initiatives key="initiatives" metric={metric} />],
          ['Value last changed', day(metric.last_changed_on)],
          ['State since', metric.state_since === null ? 'The beginning' : day(metric.state_since)],
          ['Last updated', instant(metric.updated_at)],
          ['Needs', metric.needs.map((need) => word(need)).join(', ') || 'Nothing'],
        ]}
        className="grid-cols-2"
      />
      <div>
        <Button look="quiet" className="-ml-2" aria-expanded={yaml} onClick={() => setYaml(!yaml)}>
          {yaml ? 'Hide definition' : 'Show definition'}
        </Button>
        <ReportInaccuracy about="metric" subject={metric.id} title={metric.title} />
        {yaml && (
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
          <pre tabIndex={0} className="mt-1 overflow-x-auto rounded-lg bg-sunken p-3 font-mono text-xs text-ink-2">
            {metric.yaml}
          </pre>
        )}
      </div>
    </div>
  )
}

function Initiatives({ metric }: { metric: Metric }) {
  return (
    <ul>
      {metric.initiatives.map((one) => (
        <li key={one.id}>
          <To page={`/initiatives/${encodeURIComponent(one.id)}`}>{one.title}</To>
        </li>
      ))}
    </ul>
  )
}
