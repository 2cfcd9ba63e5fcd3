import { useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { ago, count, percent } from '../../format.ts'
import { Sparkline } from '../../charts/Sparkline.tsx'
import { Chip } from '../../components/Badge.tsx'
import { Change } from '../../components/Change.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { useLocalList } from '../../components/local-list.ts'
import { Page } from '../../components/Page.tsx'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'

type Standing = Answer<'/api/v1/organisations/standing'>['items'][number]

const share = ({ coverage }: Standing): number | null => (coverage.assets ? coverage.scanned / coverage.assets : null)
const tone = (change: number | null, better: 'up' | 'down'): 'better' | 'worse' | 'same' =>
  change === null || Math.abs(change) < 0.05 ? 'same' : change > 0 === (better === 'up') ? 'better' : 'worse'

const columns: Column<Standing>[] = [
  {
    id: 'name',
    title: 'Organisation',
    sort: 'name',
    cell: (one) => (
      <span className="flex items-center gap-2">
        <To page="/" change={{ org: one.slug, group: null }} className="link truncate font-medium" title={one.name}>
          {one.name}
        </To>
        {one.demo && <Chip>Demo</Chip>}
      </span>
    ),
  },
  {
    id: 'exposure',
    title: 'Exposure',
    hint: 'Exposure score, lower is better',
    width: 112,
    sort: 'exposure',
    down: true,
    cell: ({ exposure }) =>
      exposure.value === null ? (
        <span className="text-ink-3">No score</span>
      ) : (
        <span>
          <Chip tone={exposure.level === 'high' ? 'worse' : exposure.level === 'medium' ? 'warn' : 'better'}>
            {exposure.level![0]!.toUpperCase() + exposure.level!.slice(1)}
          </Chip>{' '}
          <span className="num">{exposure.value.toFixed(1)}</span>
        </span>
      ),
  },
  {
    id: 'exposure_trend',
    title: '30 days',
    hint: 'Trend of 30 days, and the change in the last 14',
    width: 172,
    sort: 'exposure_change',
    down: true,
    cell: ({ exposure }) => (
      <span className="flex items-center gap-2">
        <Sparkline values={exposure.history} span={2} tone={tone(exposure.change, 'down')} />
        {exposure.change !== null && <Change value={exposure.change} direction="lower_is_better" />}
      </span>
    ),
  },
  {
    id: 'secure',
    title: 'Secure score',
    hint: 'Secure score, higher is better',
    width: 122,
    sort: 'secure',
    align: 'right',
    cell: ({ secure }) =>
      secure.value === null ? <span className="text-ink-3">No score</span> : <span className="num">{secure.value.toFixed(1)} %</span>,
  },
  {
    id: 'secure_trend',
    title: '30 days',
    hint: 'Trend of 30 days, and the change in the last 14',
    width: 172,
    sort: 'secure_change',
    cell: ({ secure }) => (
      <span className="flex items-center gap-2">
        <Sparkline values={secure.history} span={2} tone={tone(secure.change, 'up')} />
        {secure.change !== null && <Change value={secure.change} direction="higher_is_better" />}
      </span>
    ),
  },
  {
    id: 'coverage',
    title: 'Coverage',
    hint: 'Assets that were looked at for vulnerabilities within the staleness of their source',
    width: 130,
    sort: 'coverage',
    align: 'right',
    cell: (one) => (
      <span className="num" title={`${count(one.coverage.stale)} stale, ${count(one.coverage.never_scanned)} never scanned`}>
        {share(one) === null ? 'No assets' : `${percent(share(one)!)} of ${count(one.coverage.assets)}`}
      </span>
    ),
  },
  {
    id: 'fresh',
    title: 'Last looked at',
    width: 130,
    sort: 'last_observed_at',
    cell: (one) => (
      <span className="flex items-center gap-2">
        {one.last_observed_at ? ago(one.last_observed_at) : 'Nothing imported'}
        {one.stale_sources > 0 && <Chip tone="warn">{one.stale_sources} stale</Chip>}
      </span>
    ),
  },
  {
    id: 'events',
    title: 'Events, 30 days',
    hint: 'Score drops, and events of the risk feed',
    width: 140,
    sort: 'drops',
    down: true,
    align: 'right',
    cell: (one) => (
      <To page="/events" change={{ org: one.slug, group: null }} className="link num">
        {count(one.events.drops)} drops, {count(one.events.risk)} risk
      </To>
    ),
  },
]

const by = {
  name: (one: Standing) => one.name,
  exposure: (one: Standing) => one.exposure.value,
  exposure_change: (one: Standing) => one.exposure.change,
  secure: (one: Standing) => one.secure.value,
  secure_change: (one: Standing) => one.secure.change,
  coverage: share,
  last_observed_at: (one: Standing) => one.last_observed_at,
  drops: (one: Standing) => one.events.drops,
}

/** All organisations beside each other, for who looks after several: the numbers of their own pages, exceptions and definitions of each included. */
export function OrganisationsPage() {
  const { get } = useParameters()
  const asked = useAsk('/api/v1/organisations/standing', { anywhere: true })
  const search = get('search').toLowerCase()
  const list = useLocalList(asked, {
    address: '/api/v1/organisations/standing',
    sort: get('sort') || 'name',
    by,
    keep: (one) => one.name.toLowerCase().includes(search),
  })
  return (
    <Page
      title="Organisations"
      name="Organisations"
      line="Each by its own days, weights and exceptions; nothing is added up over them. Always as of now."
    >
      <FilterBar search="Search organisations" total={list.total} noun={['organisation', 'organisations']}>
        <ListTools label="Organisations" columns={columns} address={list.address} />
      </FilterBar>
      <DataTable
        label="Organisations"
        columns={columns}
        list={list}
        rowKey={(one) => one.slug}
        defaultSort="name"
        height={760}
        empty={<Empty title="No organisation">Add one with plimsoll org add, or import a report: the first import opens one.</Empty>}
      />
    </Page>
  )
}
