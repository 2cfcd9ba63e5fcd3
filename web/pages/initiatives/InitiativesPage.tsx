import { addressOf, useAsk } from '../../api.ts'
import type { InitiativeSummary } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { Sparkline } from '../../charts/Sparkline.tsx'
import { count, score as writeScore, tone, word } from '../../format.ts'
import { NoData } from '../../components/Badge.tsx'
import { Change } from '../../components/Change.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { useLocalList } from '../../components/local-list.ts'

const sorts: Record<string, (one: InitiativeSummary) => string | number | null> = {
  title: (one) => one.title,
  kind: (one) => one.kind,
  score: (one) => one.score.value,
  change: (one) => one.score.change_14d,
  missing: (one) => (one.score.value === null || one.score.target === null ? null : one.score.target - one.score.value),
  critical: (one) => one.critical_assets,
}

const columns: Column<InitiativeSummary>[] = [
  {
    id: 'title',
    title: 'Initiative',
    sort: 'title',
    cell: (one) => (
      <To page={`/initiatives/${encodeURIComponent(one.id)}`} className="link font-medium" title={one.why}>
        {one.title}
      </To>
    ),
  },
  { id: 'kind', title: 'Kind', width: 110, sort: 'kind', cell: (one) => word(one.kind) },
  {
    id: 'score',
    title: 'Score',
    width: 220,
    sort: 'score',
    hint: 'Higher is better; the mark is the target',
    cell: (one) =>
      one.score.value === null ? (
        <NoData>Needs more sources</NoData>
      ) : (
        <span className="flex items-center gap-2.5">
          <ShareBar share={one.score.value / 100} target={one.score.target === null ? null : one.score.target / 100} className="w-28" />
          <span className="num font-semibold">{writeScore(one.score.value)} %</span>
        </span>
      ),
  },
  {
    id: 'target',
    title: 'Target',
    width: 80,
    align: 'right',
    cell: (one) => (one.score.target === null ? '–' : `${count(one.score.target)} %`),
  },
  {
    id: 'missing',
    title: 'To target',
    width: 100,
    sort: 'missing',
    down: true,
    align: 'right',
    cell: (one) => {
      if (one.score.value === null || one.score.target === null) return '–'
      const missing = one.score.target - one.score.value
      return missing <= 0 ? <span className="text-better">reached</span> : `${writeScore(missing)} to go`
    },
  },
  {
    id: 'trend',
    title: '14 days',
    width: 120,
    cell: (one) => <Sparkline values={one.trend} span={8} tone={tone(one.score.change_14d, one.score.direction)} />,
  },
  {
    id: 'change',
    title: 'Change',
    width: 115,
    sort: 'change',
    cell: (one) => (
      <Change
        value={one.score.change_14d}
        direction={one.score.direction}
        className="text-xs"
        why={{ score: 'initiative', id: one.id, days: 14 }}
      />
    ),
  },
  { id: 'metrics', title: 'Metrics with data', width: 130, align: 'right', cell: (one) => `${one.metrics_with_data} of ${one.metrics}` },
  {
    id: 'critical',
    title: 'Critical assets',
    width: 130,
    sort: 'critical',
    down: true,
    align: 'right',
    hint: 'Exposed assets of high or very high criticality',
    cell: (one) => count(one.critical_assets),
  },
]

/** All initiatives with score and target. */
export function InitiativesPage() {
  const { get } = useParameters()
  const moment = useMoment()
  const asked = useAsk('/api/v1/initiatives')
  const list = useLocalList(asked, {
    address: addressOf('/api/v1/initiatives', {}, { ...moment }),
    sort: get('sort') || 'score',
    by: sorts,
  })
  return (
    <Page title="Initiatives" name="Initiatives" line="Weighted metrics with a target. A score is 0–100 %, higher is better." full>
      <FilterBar total={list.total} noun={['initiative', 'initiatives']}>
        <ListTools label="Initiatives" columns={columns} address={list.address} command="plimsoll initiatives" />
      </FilterBar>
      <DataTable
        label="Initiatives"
        columns={columns}
        list={list}
        rowKey={(one) => one.id}
        defaultSort="score"
        height={720}
        muted={(one) => one.score.value === null}
        empty={<Empty title="No initiatives">The catalog of this installation holds none.</Empty>}
      />
    </Page>
  )
}
