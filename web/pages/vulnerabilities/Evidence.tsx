import { useList } from '../../api.ts'
import type { Finding } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { conditionOf } from '../../condition.ts'
import { count, day } from '../../format.ts'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { ExceptionMark } from '../../components/ExceptionMark.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'

const columns: Column<Finding>[] = [
  {
    id: 'asset',
    title: 'Asset',
    sort: 'asset_name',
    cell: (one) => (
      <span className="flex items-center gap-2">
        <To page={`/assets/${one.asset_id}`} className="link truncate font-medium" title={one.asset_name}>
          {one.asset_name}
        </To>
        <ExceptionMark exception={one.exception} />
      </span>
    ),
  },
  {
    id: 'component',
    title: 'Software',
    width: 160,
    sort: 'component',
    cell: (one) => <span title={one.component ?? ''}>{one.component ?? '–'}</span>,
  },
  {
    id: 'version',
    title: 'Version',
    width: 130,
    cell: (one) => (
      <span className="num" title={one.version ?? ''}>
        {one.version ?? 'unknown'}
      </span>
    ),
  },
  { id: 'place', title: 'Path, package or port', width: 260, cell: (one) => <span title={one.place ?? ''}>{one.place ?? '–'}</span> },
  { id: 'fixed', title: 'Fixed in', width: 130, cell: (one) => <span title={one.fixed_version ?? ''}>{one.fixed_version ?? '–'}</span> },
  { id: 'sources', title: 'Said by', width: 150, cell: (one) => <span title={one.sources.join(', ')}>{one.sources.join(', ')}</span> },
  { id: 'since', title: 'First seen', width: 110, cell: (one) => <span className="num">{day(one.first_seen_at)}</span> },
]

/** Why each asset is said to have it: what was found there, in which version, where, and by whom. */
export function Evidence({ id }: { id: string }) {
  const { get } = useParameters()
  const list = useList('/api/v1/findings', {
    query: {
      filter: conditionOf({ kind: 'vulnerability', subject: [`= ${id}`] })!,
      ...(get('evidence_sort') ? { sort: get('evidence_sort') } : {}),
    },
  })
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-end gap-2">
        <output className="num flex-1 text-sm text-ink-3">
          {list.total === null ? '' : `${count(list.total)} ${list.total === 1 ? 'finding' : 'findings'}`}
        </output>
        <ListTools label={`Evidence of ${id}`} columns={columns} address={list.address} />
      </div>
      <DataTable
        label={`Evidence of ${id}`}
        columns={columns}
        list={list}
        rowKey={(one) => one.finding_id}
        parameter="evidence_sort"
        defaultSort="-hazard"
        height={520}
        empty={<Empty title="No finding">No report says that an asset has it now.</Empty>}
      />
    </div>
  )
}
