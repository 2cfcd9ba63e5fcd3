import { useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, gain } from '../../format.ts'
import { SeverityBadge, StageBadge } from '../../components/Badge.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { useLocalList } from '../../components/local-list.ts'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'

type Todo = Answer<'/api/v1/assets/{asset_id}/recommendations'>['items'][number]

const kinds = { update: 'Missing update', attention: 'No fix yet', setting: 'Setting' } as const
const by = {
  title: (one: Todo) => one.title,
  findings: (one: Todo) => one.findings,
  gain: (one: Todo) => one.gain,
}
const columns: Column<Todo>[] = [
  {
    id: 'title',
    title: 'What to do',
    sort: 'title',
    cell: (one) => (
      <To page="/recommendations" change={{ open: one.id }} className="link font-medium" title={one.title}>
        {one.title}
      </To>
    ),
  },
  { id: 'kind', title: 'Kind', width: 130, cell: (one) => kinds[one.kind] },
  { id: 'severity', title: 'Gravest', width: 105, cell: (one) => <SeverityBadge severity={one.severity} /> },
  { id: 'stage', title: 'Threat', width: 165, cell: (one) => <StageBadge stage={one.stage} /> },
  { id: 'findings', title: 'Findings', width: 95, sort: 'findings', down: true, align: 'right', cell: (one) => count(one.findings) },
  {
    id: 'gain',
    title: 'Expected gain',
    width: 130,
    sort: 'gain',
    down: true,
    align: 'right',
    hint: 'What the exposure of this asset falls by, 0–100. Gains of several are never added.',
    cell: (one) => (one.gain === null ? '–' : gain(one.gain)),
  },
]

/** Missing updates, settings that are not met, and what has no fix, on one asset. */
export function AssetTodo({ id }: { id: number }) {
  const { get, all } = useParameters()
  const asked = useAsk('/api/v1/assets/{asset_id}/recommendations', { path: { asset_id: id } })
  const list = useLocalList<Todo>(asked, {
    address: `/api/v1/assets/${id}/recommendations`,
    sort: get('todo_sort') || '-gain',
    by,
    keep: (one) => all('todo').length === 0 || all('todo').includes(one.kind),
  })
  return (
    <div className="flex flex-col gap-3">
      <FilterBar
        filters={[{ parameter: 'todo', title: 'Kind', options: Object.entries(kinds).map(([value, title]) => ({ value, title })) }]}
        total={list.total}
        noun={['recommendation', 'recommendations']}
      >
        <ListTools label="What to do on the asset" columns={columns} address={list.address} />
      </FilterBar>
      <DataTable
        label="What to do on the asset"
        columns={columns}
        list={list}
        rowKey={(one) => one.id}
        parameter="todo_sort"
        defaultSort="-gain"
        height={620}
        empty={<Empty title="Nothing to do">No open finding of this asset has an update, a setting or a public exploit.</Empty>}
      />
    </div>
  )
}
