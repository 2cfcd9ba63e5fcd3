import { useList } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { conditionOf } from '../../condition.ts'
import { FilterBar } from '../../components/FilterBar.tsx'
import { findingColumns, FindingsTable } from '../../components/FindingsTable.tsx'
import { ListTools } from '../../components/ListTools.tsx'

const filters = [
  { parameter: 'severity', title: 'Severity', options: ['critical', 'high', 'medium', 'low', 'informational'].map((value) => ({ value })) },
  {
    parameter: 'stage',
    title: 'Threat',
    options: ['ransomware', 'known_exploited', 'kit', 'verified', 'public', 'none'].map((value) => ({ value })),
  },
  { parameter: 'kind', title: 'Kind', options: [{ value: 'vulnerability' }, { value: 'control' }] },
]

/** The open findings of an asset. */
export function AssetFindings({ id }: { id: number }) {
  const { get, all } = useParameters()
  const filter = conditionOf({ severity: all('severity'), stage: all('stage'), kind: all('kind') })
  const list = useList('/api/v1/assets/{asset_id}/findings', {
    path: { asset_id: id },
    query: { ...(filter ? { filter } : {}), ...(get('search') ? { search: get('search') } : {}), sort: get('sort') || '-hazard' },
  })
  return (
    <div className="flex flex-col gap-3">
      <FilterBar search="Search findings" filters={filters} total={list.total} noun={['finding', 'findings']}>
        <ListTools label="Findings" columns={findingColumns} address={list.address} />
      </FilterBar>
      <FindingsTable list={list} label="Findings" />
    </div>
  )
}
