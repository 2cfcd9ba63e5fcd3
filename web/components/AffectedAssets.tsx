import type { AffectedAsset, Listing } from '../api.ts'
import { day, word } from '../format.ts'
import { CriticalityBadge, ExposureValue } from './Badge.tsx'
import { DataTable } from './DataTable.tsx'
import type { Column } from './DataTable.tsx'
import { type Filter, FilterBar } from './FilterBar.tsx'
import { ListTools } from './ListTools.tsx'
import { Empty } from './Problem.tsx'
import { To } from './To.tsx'

const columns: Column<AffectedAsset>[] = [
  {
    id: 'name',
    title: 'Asset',
    sort: 'name',
    cell: (asset) => (
      <To page={`/assets/${asset.asset_id}`} title={asset.name}>
        {asset.name}
      </To>
    ),
  },
  { id: 'reason', title: 'Why', width: 250, cell: (asset) => <span title={asset.reason}>{asset.reason}</span> },
  {
    id: 'exposure',
    title: 'Exposure',
    width: 130,
    sort: 'exposure',
    down: true,
    cell: (asset) => <ExposureValue value={asset.exposure} />,
  },
  {
    id: 'criticality',
    title: 'Criticality',
    width: 100,
    sort: 'criticality',
    down: true,
    cell: (asset) => <CriticalityBadge criticality={asset.criticality} />,
  },
  { id: 'since', title: 'Since', width: 105, hidden: true, cell: (asset) => <span className="num">{day(asset.since)}</span> },
  { id: 'type', title: 'Type', width: 120, sort: 'type', hidden: true, cell: (asset) => word(asset.type) },
  { id: 'group', title: 'Group', width: 130, sort: 'asset_group', hidden: true, cell: (asset) => asset.asset_group ?? '–' },
  { id: 'owner', title: 'Owner', width: 130, sort: 'owner', hidden: true, cell: (asset) => asset.owner ?? '–' },
]

/** The assets that something is about, each with the reason. */
export function AffectedAssets({
  list,
  label,
  filters = [],
  height = 520,
}: {
  list: Listing<AffectedAsset>
  label: string
  filters?: Filter[]
  height?: number
}) {
  return (
    <div className="flex flex-col gap-2">
      <FilterBar filters={filters} total={list.total} noun={['asset', 'assets']}>
        <ListTools label={label} columns={columns} address={list.address} />
      </FilterBar>
      <DataTable
        label={label}
        columns={columns}
        list={list}
        rowKey={(asset) => asset.asset_id}
        parameter="asset_sort"
        height={height}
        empty={<Empty title="No asset">Nothing is affected now.</Empty>}
      />
    </div>
  )
}
