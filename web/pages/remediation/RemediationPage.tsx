import { useList } from '../../api.ts'
import type { RemediationActivity } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { conditionOf } from '../../condition.ts'
import { count, day, word } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty } from '../../components/Problem.tsx'
import { Here, To } from '../../components/To.tsx'
import { ActivityFlyout } from './ActivityFlyout.tsx'
import { Ageing, FixTimes } from './Reports.tsx'
import { ActivityState, Progress } from './Progress.tsx'

const columns: Column<RemediationActivity>[] = [
  {
    id: 'title',
    title: 'Activity',
    sort: 'title',
    cell: (one) => (
      <Here change={{ open: String(one.remediation_id) }} className="link font-medium" title={one.title}>
        {one.title}
      </Here>
    ),
  },
  { id: 'state', title: 'State', width: 104, sort: 'status', cell: (one) => <ActivityState one={one} /> },
  { id: 'progress', title: 'Progress', width: 180, sort: 'progress', down: true, cell: (one) => <Progress one={one} /> },
  {
    id: 'priority',
    title: 'Priority',
    width: 90,
    sort: 'priority',
    down: true,
    cell: (one) => <Chip {...(one.priority === 'high' ? { tone: 'accent' as const } : {})}>{word(one.priority)}</Chip>,
  },
  {
    id: 'due_on',
    title: 'Due',
    width: 110,
    sort: 'due_on',
    cell: (one) => <span className={`num ${one.overdue ? 'text-worse' : ''}`}>{day(one.due_on)}</span>,
  },
  { id: 'owner', title: 'Owner', width: 140, sort: 'owner', cell: (one) => one.owner ?? <span className="text-ink-3">Nobody</span> },
  { id: 'remediation_type', title: 'Remediation', width: 158, sort: 'remediation_type', cell: (one) => word(one.remediation_type) },
  { id: 'requested_by', title: 'Requested by', width: 130, sort: 'requested_by', cell: (one) => one.requested_by },
  {
    id: 'requested_on',
    title: 'Requested on',
    width: 118,
    sort: 'requested_on',
    down: true,
    hidden: true,
    cell: (one) => day(one.requested_on),
  },
  { id: 'completed_by', title: 'Completed by', width: 150, hidden: true, cell: (one) => one.completed_by ?? '–' },
  {
    id: 'completed_on',
    title: 'Completed on',
    width: 118,
    sort: 'completed_on',
    down: true,
    hidden: true,
    cell: (one) => day(one.completed_on),
  },
  { id: 'component', title: 'Component', width: 140, sort: 'component', hidden: true, cell: (one) => one.component ?? '–' },
  { id: 'open', title: 'Open assets', width: 100, sort: 'open', down: true, align: 'right', hidden: true, cell: (one) => count(one.open) },
]

const yesNo = [{ value: 'yes' }, { value: 'no' }]
const tabs = [
  ['', 'Activities'],
  ['ageing', 'Ageing and overdue'],
  ['fixed', 'Time to fix'],
] as const

/** Who mends what by when; how old what is open is; how long mending took. */
export function RemediationPage() {
  const { get } = useParameters()
  const view = get('view')
  return (
    <Page
      title="Remediation"
      name="Remediation"
      line="What was handed to somebody, and how it goes. An activity is completed by itself when nothing of it is open on its assets."
      full={view === ''}
    >
      <nav aria-label="Views" className="flex gap-1 border-b border-line">
        {tabs.map(([id, title]) => (
          <Here
            key={id}
            change={{ view: id || null, open: null, sort: null }}
            aria-current={view === id ? 'page' : undefined}
            className={`-mb-px flex h-9 items-center border-b-2 px-3 text-sm ${view === id ? 'border-accent font-semibold text-ink' : 'border-transparent text-ink-2 hover:text-ink'}`}
          >
            {title}
          </Here>
        ))}
      </nav>
      {view === 'ageing' ? <Ageing /> : view === 'fixed' ? <FixTimes /> : <Activities />}
    </Page>
  )
}

function Activities() {
  const { get, all, set } = useParameters()
  const filter = conditionOf({
    status: all('status'),
    priority: all('priority'),
    overdue: all('overdue'),
    reopened: all('reopened'),
    recommendation: all('recommendation'),
    archived: all('archived').length > 0 ? all('archived') : ['no'],
  })
  const list = useList('/api/v1/remediation', {
    query: {
      ...(filter ? { filter } : {}),
      ...(get('search') ? { search: get('search') } : {}),
      ...(get('sort') ? { sort: get('sort') } : {}),
    },
  })
  const open = get('open')
  return (
    <>
      <FilterBar
        search="Search activities"
        filters={[
          { parameter: 'status', title: 'Status', options: [{ value: 'active' }, { value: 'completed' }] },
          { parameter: 'priority', title: 'Priority', options: [{ value: 'high' }, { value: 'medium' }, { value: 'low' }] },
          { parameter: 'overdue', title: 'Overdue', options: yesNo },
          { parameter: 'reopened', title: 'Reopened', options: yesNo },
          { parameter: 'archived', title: 'Archived', options: yesNo },
        ]}
        total={list.total}
        noun={['activity', 'activities']}
      >
        <ListTools label="Remediation" columns={columns} address={list.address} command="plimsoll remediation" />
      </FilterBar>
      <DataTable
        label="Remediation"
        columns={columns}
        list={list}
        rowKey={(one) => one.remediation_id}
        fill
        selected={(one) => String(one.remediation_id) === open}
        empty={
          <Empty title="No activity">
            Open a <To page="/recommendations">recommendation</To> and request its remediation, or clear the filters.
          </Empty>
        }
      />
      <ActivityFlyout id={open} onClose={() => set({ open: null, tab: null, asset_sort: null })} />
    </>
  )
}
