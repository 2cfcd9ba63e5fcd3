import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useAsk } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, word } from '../../format.ts'
import { Chip, CriticalityBadge } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { useLocalList } from '../../components/local-list.ts'
import { Empty } from '../../components/Problem.tsx'
import { ClassificationFlyout } from './ClassificationFlyout.tsx'
import type { Classification } from './EditClassification.tsx'
import { EditClassification, levels } from './EditClassification.tsx'

const by = {
  title: (one: Classification) => one.title,
  criticality: (one: Classification) => -levels.indexOf(one.criticality),
  assets: (one: Classification) => one.assets,
  to_review: (one: Classification) => one.to_review,
}

/** The rules that say how critical assets are. */
export function Classifications() {
  const { get, all, set } = useParameters()
  const [edited, setEdited] = useState<Classification | 'new' | null>(null)
  const asked = useAsk('/api/v1/classifications')
  const search = get('search').toLowerCase()
  const list = useLocalList<Classification>(asked, {
    address: '/api/v1/classifications',
    sort: get('sort'),
    by,
    keep: (one) =>
      (!search || one.title.toLowerCase().includes(search)) &&
      (all('level').length === 0 || all('level').includes(one.criticality)) &&
      (all('kind').length === 0 ||
        all('kind').includes(one.predefined ? 'predefined' : 'own') ||
        (all('kind').includes('translation') && one.translates)) &&
      (all('found').length === 0 ||
        (all('found').includes('assets') && one.assets > 0) ||
        (all('found').includes('review') && one.to_review > 0)),
  })
  const open = asked.data?.items.find((one) => one.id === get('open'))
  const columns: Column<Classification>[] = [
    {
      id: 'title',
      title: 'Classification',
      sort: 'title',
      cell: (one) => (
        <button type="button" className="link max-w-full truncate text-left font-medium" onClick={() => set({ open: one.id })}>
          {one.title}
        </button>
      ),
    },
    {
      id: 'criticality',
      title: 'Criticality',
      width: 110,
      sort: 'criticality',
      down: true,
      cell: (one) => <CriticalityBadge criticality={one.criticality} />,
    },
    { id: 'on', title: 'Status', width: 80, cell: (one) => (one.on ? 'On' : <Chip>Off</Chip>) },
    { id: 'assets', title: 'Assets', width: 90, sort: 'assets', down: true, align: 'right', cell: (one) => count(one.assets) },
    {
      id: 'to_review',
      title: 'To review',
      width: 100,
      sort: 'to_review',
      down: true,
      align: 'right',
      cell: (one) => (one.to_review > 0 ? <span className="font-medium text-warn">{count(one.to_review)}</span> : '0'),
    },
    {
      id: 'kind',
      title: 'Kind',
      width: 170,
      cell: (one) => `${one.predefined ? 'Predefined' : 'Own'}${one.translates ? ', translation' : ''}`,
    },
  ]
  return (
    <div className="flex flex-col gap-3">
      <FilterBar
        search="Search classifications"
        filters={[
          { parameter: 'level', title: 'Criticality', options: levels.map((value) => ({ value, title: word(value) })) },
          {
            parameter: 'kind',
            title: 'Kind',
            options: [{ value: 'predefined' }, { value: 'own' }, { value: 'translation', title: 'Translates a source' }],
          },
          {
            parameter: 'found',
            title: 'Found',
            options: [
              { value: 'assets', title: 'Has assets' },
              { value: 'review', title: 'Has assets to review' },
            ],
          },
        ]}
        total={list.total}
        noun={['classification', 'classifications']}
      >
        <Button look="primary" onClick={() => setEdited('new')}>
          <Plus size={14} aria-hidden />
          New classification
        </Button>
        <ListTools label="Classifications" columns={columns} address={list.address} command="plimsoll assets critical" />
      </FilterBar>
      <DataTable
        label="Classifications"
        columns={columns}
        list={list}
        rowKey={(one) => one.id}
        height={680}
        muted={(one) => !one.on}
        selected={(one) => one.id === get('open')}
        empty={<Empty title="No classification">The filters leave none.</Empty>}
      />
      {open && <ClassificationFlyout key={open.id} one={open} onEdit={() => setEdited(open)} />}
      {edited && (
        <EditClassification
          edited={edited === 'new' ? null : edited}
          taken={asked.data?.items.map((one) => one.id) ?? []}
          onClose={() => setEdited(null)}
        />
      )}
    </div>
  )
}
