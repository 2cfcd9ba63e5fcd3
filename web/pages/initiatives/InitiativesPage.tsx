import { useCallback } from 'react'
import { addressOf, useAsk } from '../../api.ts'
import type { InitiativeSummary } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { Sparkline } from '../../charts/Sparkline.tsx'
import { ago, count, counted, instant, score as writeScore, tone, word } from '../../format.ts'
import { Chip, NoData } from '../../components/Badge.tsx'
import { Change } from '../../components/Change.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty } from '../../components/Problem.tsx'
import { Star } from '../../components/Star.tsx'
import { Here, To } from '../../components/To.tsx'
import { useFavourites } from '../../components/favourites.ts'
import { keyInitiatives } from '../../components/key-initiatives.ts'
import { useLocalList } from '../../components/local-list.ts'
import { KeyInitiatives } from './KeyInitiatives.tsx'
import { NewMark } from './NewMark.tsx'

const sorts: Record<string, (one: InitiativeSummary) => string | number | null> = {
  title: (one) => one.title,
  kind: (one) => one.kind,
  score: (one) => one.score.value,
  change: (one) => one.score.change_14d,
  missing: (one) => (one.score.value === null || one.score.target === null ? null : one.score.target - one.score.value),
  critical: (one) => one.critical_assets,
  change_1d: (one) => one.score.change_1d,
  updated: (one) => one.updated_at,
}

/** What an initiative is about, as people read it. */
export const kindWords: Record<string, string> = {
  workload: 'Workload',
  threat: 'Threat',
  threat_report: 'Threat report',
  framework: 'Framework',
  external: 'External surface',
}

const columns: Column<InitiativeSummary>[] = [
  { id: 'star', title: '', hint: 'Favourite', width: 60, cell: (one) => <Star id={one.id} title={one.title} /> },
  {
    id: 'title',
    title: 'Initiative',
    sort: 'title',
    cell: (one) => (
      <span className="flex min-w-0 items-center gap-2">
        <To page={`/initiatives/${encodeURIComponent(one.id)}`} className="link truncate font-medium" title={one.why}>
          {one.title}
        </To>
        <NewMark since={one.new_since} />
        {one.preview && <Chip>Preview</Chip>}
        {one.score.value !== null && one.missing.length > 0 && (
          <span title={`More data is required: ${one.missing.map(word).join(', ')}`}>
            <Chip tone="warn">Partly measured</Chip>
          </span>
        )}
      </span>
    ),
  },
  { id: 'kind', title: 'Kind', width: 110, sort: 'kind', cell: (one) => kindWords[one.kind] ?? word(one.kind) },
  {
    id: 'score',
    title: 'Score',
    width: 195,
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
    width: 72,
    align: 'right',
    cell: (one) => (one.score.target === null ? '–' : `${count(one.score.target)} %`),
  },
  {
    id: 'missing',
    title: 'To target',
    width: 100,
    hidden: true,
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
    width: 118,
    cell: (one) => <Sparkline values={one.trend} span={8} tone={tone(one.score.change_14d, one.score.direction)} />,
  },
  {
    id: 'change_1d',
    title: '24 h',
    width: 95,
    sort: 'change_1d',
    hint: 'Change since the day before',
    cell: (one) => <Change value={one.score.change_1d} direction={one.score.direction} className="text-xs" />,
  },
  {
    id: 'change',
    title: '14 d',
    width: 100,
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
  {
    id: 'metrics',
    title: 'Metrics fed',
    width: 110,
    align: 'right',
    hint: 'A framework is scored from the checks that reports tie to it',
    cell: (one) => (one.scored_from === 'controls' ? 'from checks' : `${one.metrics_with_data} of ${one.metrics}`),
  },
  {
    id: 'critical',
    title: 'Critical',
    width: 85,
    sort: 'critical',
    down: true,
    align: 'right',
    hint: 'Exposed assets of high or very high criticality',
    cell: (one) => (one.scored_from === 'controls' ? '–' : count(one.critical_assets)),
  },
  {
    id: 'updated',
    title: 'Last updated',
    width: 120,
    hidden: true,
    sort: 'updated',
    down: true,
    cell: (one) => <span title={instant(one.updated_at)}>{one.updated_at === null ? '–' : ago(one.updated_at)}</span>,
  },
]

const kinds = Object.entries(kindWords).map(([value, title]) => ({ value, title }))

/** All initiatives with score and target. Those without data, and those that reports generate, fold. */
export function InitiativesPage() {
  const { get, all } = useParameters()
  const moment = useMoment()
  const { chosen } = useFavourites(moment.org ?? '')
  const asked = useAsk('/api/v1/initiatives')
  const search = get('search').toLowerCase()
  const kind = all('kind').join()
  const starred = get('favourites') !== ''
  const filtered = search !== '' || kind !== '' || starred
  const items = asked.data?.items ?? []
  const unfed = items.filter((one) => one.score.value === null && !one.generated)
  const generated = items.filter((one) => one.generated && one.score.value !== null && !chosen?.has(one.id))
  const showUnfed = filtered || get('unfed') !== '' || unfed.length === items.length
  const showGenerated = filtered || get('frameworks') !== ''
  const keep = useCallback(
    (one: InitiativeSummary) =>
      one.title.toLowerCase().includes(search) &&
      (kind === '' || kind.split(',').includes(one.kind)) &&
      (!starred || (chosen?.has(one.id) ?? false)) &&
      (showUnfed || one.generated || one.score.value !== null) &&
      ((showGenerated && one.score.value !== null) || filtered || !one.generated || (chosen?.has(one.id) ?? false)),
    [search, kind, starred, chosen, showUnfed, showGenerated, filtered],
  )
  const list = useLocalList(asked, {
    address: addressOf('/api/v1/initiatives', {}, { ...moment }),
    sort: get('sort') || 'score',
    by: sorts,
    keep,
  })
  const needs = [...new Set(unfed.flatMap((one) => one.missing))].map(word)
  return (
    <Page
      title="Initiatives"
      name="Initiatives"
      line="Weighted metrics with a target, and the frameworks that your reports name. A score is 0–100 %, higher is better."
      full
    >
      <FilterBar
        search="Search initiatives"
        filters={[
          { parameter: 'kind', title: 'Kind', options: kinds },
          { parameter: 'favourites', title: 'Favourites', options: [{ value: 'only', title: 'Favourites only' }] },
        ]}
        total={list.total}
        noun={['initiative', 'initiatives']}
      >
        <ListTools label="Initiatives" columns={columns} address={list.address} command="plimsoll initiatives" />
      </FilterBar>
      {!filtered && <KeyInitiatives initiatives={keyInitiatives(items, chosen)} />}
      <DataTable
        label="Initiatives"
        columns={columns}
        list={list}
        rowKey={(one) => one.id}
        defaultSort="score"
        fill
        muted={(one) => one.score.value === null}
        empty={
          starred ? (
            <Empty title="No favourites yet">The star before an initiative marks it, for this browser.</Empty>
          ) : (
            <Empty title="No initiative fits">Clear the filters to see all.</Empty>
          )
        }
      />
      {!filtered && (
        <div className="flex flex-col gap-1 text-sm text-ink-2">
          {generated.length > 0 && (
            <p>
              Your reports name {counted(generated.length, showGenerated ? 'framework' : 'more framework')}, scored from the checks that
              they tie to
              {generated.length === 1 ? ' it' : ' them'}.{' '}
              <Here change={{ frameworks: showGenerated ? null : 'shown' }} className="link underline underline-offset-2">
                {showGenerated ? 'Hide them' : 'Show them'}
              </Here>
            </p>
          )}
          {unfed.length > 0 && unfed.length < items.length && (
            <p>
              {counted(unfed.length, 'initiative')} could be measured, {unfed.length === 1 ? 'needs' : 'need'}{' '}
              {needs.join(', ') || 'assets of their kind'}.{' '}
              <Here change={{ unfed: get('unfed') ? null : 'shown' }} className="link underline underline-offset-2">
                {get('unfed') ? 'Hide them' : 'Show them'}
              </Here>
            </p>
          )}
        </div>
      )}
    </Page>
  )
}
