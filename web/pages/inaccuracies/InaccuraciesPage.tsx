import { type Inaccuracy, useList } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { conditionOf } from '../../condition.ts'
import { day, word } from '../../format.ts'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty } from '../../components/Problem.tsx'
import { Here } from '../../components/To.tsx'
import { InaccuracyFlyout, InaccuracyState } from './InaccuracyFlyout.tsx'

const columns: Column<Inaccuracy>[] = [
  {
    id: 'title',
    title: 'About',
    sort: 'title',
    cell: (one) => (
      <Here change={{ open: String(one.inaccuracy_id) }} className="link font-medium" title={one.title}>
        {one.title}
      </Here>
    ),
  },
  { id: 'about', title: 'What it is', width: 140, sort: 'about', cell: (one) => word(one.about) },
  { id: 'state', title: 'State', width: 100, sort: 'state', cell: (one) => <InaccuracyState state={one.state} /> },
  { id: 'kind', title: 'What is wrong', width: 130, sort: 'kind', cell: (one) => word(one.kind) },
  { id: 'words', title: 'In words', cell: (one) => <span title={one.words}>{one.words || '–'}</span> },
  { id: 'answer', title: 'Answer', cell: (one) => <span title={one.answer?.words ?? ''}>{one.answer?.words ?? '–'}</span> },
  { id: 'reported_by', title: 'Reported by', width: 130, sort: 'reported_by', cell: (one) => one.reported_by },
  {
    id: 'reported_at',
    title: 'Reported on',
    width: 110,
    sort: 'reported_at',
    down: true,
    cell: (one) => <span className="num">{day(one.reported_at)}</span>,
  },
]

const options = (...values: string[]) => values.map((value) => ({ value }))

/** What people say is wrong, and what they were answered. */
export function InaccuraciesPage() {
  const { get, all, set } = useParameters()
  const filter = conditionOf({ state: all('state'), kind: all('kind'), about: all('about') })
  const list = useList('/api/v1/inaccuracies', {
    query: {
      ...(filter ? { filter } : {}),
      ...(get('search') ? { search: get('search') } : {}),
      ...(get('sort') ? { sort: get('sort') } : {}),
    },
  })
  const open = get('open')
  return (
    <Page
      title="Inaccuracies"
      name="Inaccuracies"
      line="Where somebody says that something shown is wrong, and what came of it. Scores change only by what the tools report, by exceptions and by definitions."
      full
    >
      <FilterBar
        search="Search reports"
        filters={[
          { parameter: 'state', title: 'State', options: options('open', 'accepted', 'rejected') },
          {
            parameter: 'kind',
            title: 'What is wrong',
            options: options('not_installed', 'wrong_version', 'already_fixed', 'wrong_severity', 'new_action', 'other'),
          },
          {
            parameter: 'about',
            title: 'About',
            options: options('vulnerability', 'recommendation', 'finding', 'metric', 'initiative'),
          },
        ]}
        total={list.total}
        noun={['report', 'reports']}
      >
        <ListTools label="Inaccuracies" columns={columns} address={list.address} command="plimsoll inaccuracies" />
      </FilterBar>
      <DataTable
        label="Inaccuracies"
        columns={columns}
        list={list}
        rowKey={(one) => one.inaccuracy_id}
        fill
        selected={(one) => String(one.inaccuracy_id) === open}
        empty={
          <Empty title="Nothing reported">
            Weaknesses, recommendations, findings of an asset, metrics and initiatives have a button: Report inaccuracy.
          </Empty>
        }
      />
      <InaccuracyFlyout id={open} onClose={() => set({ open: null })} />
    </Page>
  )
}
