import { useMemo } from 'react'
import { useAsk, useList } from '../../api.ts'
import type { ControlSummary } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { conditionOf } from '../../condition.ts'
import { SecureGauge } from '../../charts/SecureGauge.tsx'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { count, moveDay, percent, points, sentence, word } from '../../format.ts'
import { Chip, SeverityBadge } from '../../components/Badge.tsx'
import { Between } from '../../components/Between.tsx'
import { Card } from '../../components/Card.tsx'
import { Change } from '../../components/Change.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { useLastDay } from '../../components/shell.ts'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { ScoreTrend } from '../../components/ScoreTrend.tsx'
import { Here, To } from '../../components/To.tsx'
import { ControlFlyout } from './ControlFlyout.tsx'

const states = ['not_met', 'partly_met', 'met', 'unknown', 'not_applicable'].map((value) => ({ value }))
const severities = ['critical', 'high', 'medium', 'low', 'informational'].map((value) => ({ value }))
const writePercent = (value: number): string => percent(value / 100)

/** The state of a control as people read it. */
function ControlState({ state }: { state: ControlSummary['state'] }) {
  const tone = { met: 'better', partly_met: 'warn', not_met: 'worse', unknown: undefined, not_applicable: undefined }[state] as
    | 'better'
    | 'warn'
    | 'worse'
    | undefined
  return <Chip {...(tone ? { tone } : {})}>{word(state)}</Chip>
}

const columns: Column<ControlSummary>[] = [
  {
    id: 'title',
    title: 'Recommended action',
    sort: 'title',
    cell: (control) => (
      <Here change={{ open: control.control_id }} className="link font-medium" title={control.title}>
        {control.title}
      </Here>
    ),
  },
  {
    id: 'state',
    title: 'State',
    width: 120,
    sort: 'state',
    cell: (control) =>
      control.excepted > 0 && control.excepted === control.failed ? (
        <Chip tone="accent">Mitigated</Chip>
      ) : (
        <ControlState state={control.state} />
      ),
  },
  {
    id: 'points',
    title: 'Points',
    width: 165,
    sort: 'points',
    down: true,
    cell: (control) =>
      control.max_points === null ? (
        '–'
      ) : (
        <span className="flex items-center gap-2.5">
          <ShareBar share={control.max_points > 0 ? (control.points ?? 0) / control.max_points : null} className="w-14" />
          <span className="num">
            {points(control.points)} <span className="text-ink-3">of {points(control.max_points)}</span>
          </span>
        </span>
      ),
  },
  {
    id: 'severity',
    title: 'Severity',
    width: 115,
    sort: 'severity',
    down: true,
    cell: (control) => (control.severity === null ? '–' : <SeverityBadge severity={control.severity} />),
  },
  {
    id: 'failed',
    title: 'Not met on',
    width: 105,
    sort: 'failed',
    down: true,
    align: 'right',
    cell: (control) =>
      control.passed + control.failed === 0 ? '–' : `${count(control.failed)} of ${count(control.passed + control.failed)}`,
  },
  { id: 'category', title: 'Category', width: 120, sort: 'category', cell: (control) => control.category ?? '–' },
  { id: 'product', title: 'Product', width: 140, sort: 'product', hidden: true, cell: (control) => control.product ?? '–' },
  { id: 'source', title: 'Source', width: 165, sort: 'source', cell: (control) => control.source },
]

/** The secure score: how much of what is recommended is done, and what is left. */
export function SecureScorePage() {
  const { get, all, set } = useParameters()
  const last = useLastDay()
  const range = useMemo(() => ({ from: moveDay(last, -548) }), [last])
  const scores = useAsk('/api/v1/scores')
  const history = useAsk('/api/v1/scores/{score}/history', { path: { score: 'secure' }, query: range })
  const filter = conditionOf({ state: all('state'), severity: all('severity'), category: all('category') })
  const list = useList('/api/v1/controls', {
    query: {
      ...(filter ? { filter } : {}),
      ...(get('search') ? { search: get('search') } : {}),
      ...(get('sort') ? { sort: get('sort') } : {}),
    },
  })
  const secure = scores.data?.secure
  const open = get('open')
  const error = scores.error ?? history.error
  return (
    <Page
      title="Secure score"
      name="Secure score"
      line="How much of what is recommended is done, in points. Recommended actions come from imported posture checks."
    >
      {error ? (
        <Problem error={error} retry={() => void Promise.all([scores.refetch(), history.refetch()])} />
      ) : !secure || !history.data ? (
        <Loading className="h-64" />
      ) : secure.value === null ? (
        <div className="rounded-lg border border-line bg-surface">
          <Empty title="Nothing to score yet">
            {sentence(secure.reason)} <To page="/sources">Import a posture report</To>, such as Prowler, ScubaGear, Maester or a Secure
            Score export.
          </Empty>
        </div>
      ) : (
        <div className="grid grid-cols-12 gap-4">
          <Card title="Score" className="col-span-12 lg:col-span-4 xl:col-span-3">
            <SecureGauge value={secure.value} points={secure.points} maxPoints={secure.max_points} />
            <Between score={secure} className="mt-1 text-center" />
            <p className="mt-3 flex flex-wrap justify-center gap-x-4 border-t border-line pt-3 text-sm">
              <Change value={secure.change_1d} direction={secure.direction} since="since yesterday" why={{ score: 'secure', days: 1 }} />
              <Change value={secure.change_14d} direction={secure.direction} since="in 14 days" why={{ score: 'secure', days: 14 }} />
            </p>
          </Card>
          <Card title="History" note="higher is better" className="col-span-12 lg:col-span-8 xl:col-span-9">
            <ScoreTrend title="Secure score" points={history.data.points} write={writePercent} height={200} brush={false} days={180} />
          </Card>
        </div>
      )}
      <h2 className="text-base font-semibold">Recommended actions</h2>
      <FilterBar
        search="Search actions"
        filters={[
          { parameter: 'state', title: 'State', options: states },
          { parameter: 'severity', title: 'Severity', options: severities },
        ]}
        total={list.total}
        noun={['action', 'actions']}
      >
        <ListTools label="Recommended actions" columns={columns} address={list.address} />
      </FilterBar>
      <DataTable
        label="Recommended actions"
        columns={columns}
        list={list}
        rowKey={(control) => control.control_id}
        height={640}
        muted={(control) => control.state === 'unknown' || control.state === 'not_applicable'}
        selected={(control) => control.control_id === open}
        empty={<Empty title="No recommended action">No posture report was imported, or the filters leave none.</Empty>}
      />
      <ControlFlyout id={open} onClose={() => set({ open: null, tab: null })} state={(state) => <ControlState state={state} />} />
    </Page>
  )
}
