import { useList } from '../../api.ts'
import type { Row } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, day } from '../../format.ts'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { SupportEnd } from '../software/SupportEnd.tsx'
import { segment } from '../../components/segment.ts'

type Installed = Row<'/api/v1/assets/{asset_id}/software'>

const columns: Column<Installed>[] = [
  {
    id: 'name',
    title: 'Software',
    sort: 'name',
    cell: (one) => (
      <To page={`/software/${segment(one.name)}`} {...(one.vendor ? { change: { vendor: one.vendor } } : {})} className="link font-medium">
        {one.name}
      </To>
    ),
  },
  { id: 'version', title: 'Version', width: 160, cell: (one) => one.version ?? '–' },
  { id: 'vendor', title: 'Vendor', width: 160, sort: 'vendor', cell: (one) => one.vendor ?? '–' },
  {
    id: 'vulnerabilities',
    title: 'Vulnerabilities',
    width: 125,
    sort: 'vulnerabilities',
    down: true,
    align: 'right',
    cell: (one) => count(one.vulnerabilities),
  },
  { id: 'place', title: 'Where', width: 200, cell: (one) => <span title={one.place ?? ''}>{one.place ?? '–'}</span> },
  { id: 'support', title: 'Support ends', width: 150, sort: 'support', down: true, cell: (one) => <SupportEnd one={one} /> },
  { id: 'since', title: 'Since', width: 110, cell: (one) => <span className="num">{day(one.since)}</span> },
]

/** What is installed on an asset. */
export function AssetSoftware({ id }: { id: number }) {
  const { get } = useParameters()
  const list = useList('/api/v1/assets/{asset_id}/software', {
    path: { asset_id: id },
    query: { ...(get('search') ? { search: get('search') } : {}), ...(get('software_sort') ? { sort: get('software_sort') } : {}) },
  })
  return (
    <div className="flex flex-col gap-3">
      <FilterBar search="Search software" total={list.total} noun={['software', 'software']}>
        <ListTools label="Software of the asset" columns={columns} address={list.address} />
      </FilterBar>
      <DataTable
        label="Software of the asset"
        columns={columns}
        list={list}
        rowKey={(one) => `${one.name} ${one.version ?? ''} ${one.place ?? ''}`}
        parameter="software_sort"
        height={620}
        empty={<Empty title="No software">No report lists what is installed on this asset.</Empty>}
      />
    </div>
  )
}
