import { useMemo } from 'react'
import { addressOf } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { count, points, score as writeScore } from '../../format.ts'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { Empty } from '../../components/Problem.tsx'
import { useLocalList } from '../../components/local-list.ts'
import type { Initiative } from './initiative.ts'

type Section = Initiative['sections'][number]

const columns: Column<Section>[] = [
  { id: 'section', title: 'Section', sort: 'section', cell: (one) => <span className="font-medium">{one.section}</span> },
  {
    id: 'value',
    title: 'Points',
    width: 240,
    sort: 'value',
    hint: 'Points of its checks of those that are possible; higher is better',
    cell: (one) => (
      <span className="flex items-center gap-2.5">
        <ShareBar share={one.value / 100} className="w-28" />
        <span className="num font-semibold">{writeScore(one.value)} %</span>
      </span>
    ),
  },
  {
    id: 'points',
    title: 'Achieved',
    width: 130,
    align: 'right',
    cell: (one) => `${points(Math.round(one.points * 10) / 10)} of ${points(one.max_points)}`,
  },
  {
    id: 'met',
    title: 'Requirements met',
    width: 150,
    sort: 'met',
    align: 'right',
    hint: 'Requirements whose every check has all its points',
    cell: (one) => `${count(one.met)} of ${count(one.requirements)}`,
  },
  { id: 'controls', title: 'Checks', width: 100, sort: 'controls', down: true, align: 'right', cell: (one) => count(one.controls) },
]

const sorts: Record<string, (one: Section) => string | number | null> = {
  section: (one) => one.section,
  value: (one) => one.value,
  met: (one) => one.met / one.requirements,
  controls: (one) => one.controls,
}

/** The parts of a framework with their points. */
export function InitiativeSections({ initiative, height = 640 }: { initiative: Initiative; height?: number }) {
  const { get } = useParameters()
  const moment = useMoment()
  const asked = useMemo(
    () => ({ data: { items: initiative.sections }, error: null, isPending: false, refetch: () => undefined }),
    [initiative],
  )
  const list = useLocalList(asked, {
    address: addressOf('/api/v1/initiatives/{id}', { id: initiative.id }, { ...moment }),
    sort: get('sort') || 'value',
    by: sorts,
  })
  return (
    <DataTable
      label={`Sections of ${initiative.title}`}
      columns={columns}
      list={list}
      rowKey={(one) => one.section}
      defaultSort="value"
      height={height}
      empty={<Empty title="Nothing to show yet">No check of this framework has a result.</Empty>}
    />
  )
}
