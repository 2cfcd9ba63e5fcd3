import { Plus } from 'lucide-react'
import { useList } from '../../api.ts'
import type { Exception } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { conditionOf } from '../../condition.ts'
import { count, day, word } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty } from '../../components/Problem.tsx'
import { Segments } from '../../components/Segments.tsx'
import { Here } from '../../components/To.tsx'
import { AddException } from './AddException.tsx'
import { ExceptionFlyout } from './ExceptionFlyout.tsx'
import { WhatEnds } from './WhatEnds.tsx'
import { kinds, placeOf, StateChip, subjectOf } from './words.tsx'

const columns: Column<Exception>[] = [
  {
    id: 'subject',
    title: 'What is excepted',
    sort: 'subject',
    cell: (one) => (
      <Here change={{ open: String(one.exception_id) }} className="link font-medium" title={subjectOf(one)}>
        {subjectOf(one)}
      </Here>
    ),
  },
  { id: 'place', title: 'Where', width: 190, sort: 'place', cell: (one) => <span title={placeOf(one)}>{placeOf(one)}</span> },
  { id: 'state', title: 'State', width: 105, sort: 'state', cell: (one) => <StateChip state={one.state} /> },
  {
    id: 'justification',
    title: 'Justification',
    width: 165,
    sort: 'justification',
    cell: (one) => (one.statement ? `${word(one.statement.status)}, stated` : word(one.justification)),
  },
  {
    id: 'scores',
    title: 'Scores',
    width: 120,
    sort: 'moves_scores',
    down: true,
    hint: 'Whether what it covers is left out of the scores',
    cell: (one) =>
      one.moves_scores && one.state !== 'suspended' ? <Chip tone="accent">Left out</Chip> : <span className="text-ink-3">Unchanged</span>,
  },
  { id: 'covers', title: 'Covers now', width: 120, align: 'right', hint: 'Open findings', cell: (one) => count(one.covered_findings) },
  {
    id: 'starts',
    title: 'From',
    width: 115,
    sort: 'starts_at',
    down: true,
    cell: (one) => <span className="num">{day(one.starts_at)}</span>,
  },
  {
    id: 'ends',
    title: 'Until',
    width: 115,
    sort: 'ends_at',
    cell: (one) => (one.ends_at === null ? <span className="text-ink-3">open</span> : <span className="num">{day(one.ends_at)}</span>),
  },
  { id: 'author', title: 'By', width: 130, sort: 'author', cell: (one) => <span title={one.author}>{one.author}</span> },
  {
    id: 'reason',
    title: 'Reason',
    width: 220,
    sort: 'reason',
    hidden: true,
    cell: (one) => <span title={one.reason}>{one.reason}</span>,
  },
]

const states = ['active', 'upcoming', 'suspended', 'ended'].map((value) => ({ value }))

/** What people accept, mitigate otherwise, plan or call false, and what suppliers state; and which of it the scores leave out. */
export function ExceptionsPage() {
  const { get, set } = useParameters()
  const ends = get('view') === 'ends'
  return (
    <Page
      title="Exceptions"
      name="Exceptions"
      line="What is accepted, planned or mitigated otherwise, and what suppliers state. The column Scores says what is left out of them."
      actions={
        <Button look="primary" onClick={() => set({ add: '1' })}>
          <Plus size={14} aria-hidden />
          Add exception
        </Button>
      }
      full
    >
      <Segments label="View" chosen={ends ? 'ends' : 'list'} segments={views} />
      {ends ? <WhatEnds /> : <List />}
      <AddException
        open={get('add') !== ''}
        onClose={() => set({ add: null, kind: null, subject: null, component: null, finding: null })}
      />
      <ExceptionFlyout id={get('open')} onClose={() => set({ open: null, tab: null })} />
    </Page>
  )
}

const views = [
  { id: 'list', title: 'All', change: { view: null, open: null } },
  { id: 'ends', title: 'What ends when', change: { view: 'ends', open: null } },
]

function List() {
  const { get, all } = useParameters()
  const filter = conditionOf({ state: all('state'), justification: all('justification') })
  const list = useList('/api/v1/exceptions', {
    query: {
      ...(filter ? { filter } : {}),
      ...(get('search') ? { search: get('search') } : {}),
      ...(get('sort') ? { sort: get('sort') } : {}),
    },
  })
  return (
    <>
      <FilterBar
        search="Search exceptions"
        filters={[
          { parameter: 'state', title: 'State', options: states },
          { parameter: 'justification', title: 'Justification', options: kinds.map((value) => ({ value })) },
        ]}
        total={list.total}
        noun={['exception', 'exceptions']}
      >
        <ListTools label="Exceptions" columns={columns} address={list.address} command="plimsoll exceptions" />
      </FilterBar>
      <DataTable
        label="Exceptions"
        columns={columns}
        list={list}
        rowKey={(one) => one.exception_id}
        defaultSort="-exception_id"
        fill
        muted={(one) => one.state === 'ended'}
        selected={(one) => String(one.exception_id) === get('open')}
        empty={
          <Empty title="No exception">
            Nobody has excepted anything, or the filters leave none. Findings count until they are fixed, or until an exception says why
            they need not.
          </Empty>
        }
      />
    </>
  )
}
