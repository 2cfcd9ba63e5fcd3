import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { addressOf, send, useAsk, useList } from '../../api.ts'
import type { Answer, Row } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { count, counted, day, word } from '../../format.ts'
import { Chip, CriticalityBadge } from '../../components/Badge.tsx'
import { Facts } from '../../components/Card.tsx'
import { Button } from '../../components/Button.tsx'
import { Confirm, ConfirmTrigger } from '../../components/Confirm.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import { PlainText } from '../../components/Foreign.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { To } from '../../components/To.tsx'
import { ActivityState, Progress } from './Progress.tsx'

type Activity = Answer<'/api/v1/remediation/{remediation_id}'>
type Asset = Row<'/api/v1/remediation/{remediation_id}/assets'>

const tones = { open: 'worse', fixed: 'better', left: undefined } as const

const columns: Column<Asset>[] = [
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
  {
    id: 'state',
    title: 'State',
    width: 90,
    sort: 'state',
    cell: (asset) => <Chip {...(tones[asset.state] ? { tone: tones[asset.state] } : {})}>{word(asset.state)}</Chip>,
  },
  { id: 'fixed_on', title: 'Fixed on', width: 110, sort: 'fixed_on', down: true, cell: (asset) => day(asset.fixed_on) },
  {
    id: 'criticality',
    title: 'Criticality',
    width: 100,
    sort: 'criticality',
    down: true,
    cell: (asset) => <CriticalityBadge criticality={asset.criticality} />,
  },
  { id: 'asset_group', title: 'Group', width: 130, sort: 'asset_group', cell: (asset) => asset.asset_group ?? '–' },
]

/** One remediation activity in a drawer. An empty id shows nothing. */
export function ActivityFlyout({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, refetch } = useAsk('/api/v1/remediation/{remediation_id}', {
    path: { remediation_id: Number(id) },
    enabled: /^\d+$/.test(id),
  })
  return (
    <Flyout open={id !== ''} onClose={onClose} kind={`Remediation ${id}`} title={data?.title ?? 'Remediation'} wide>
      {error ? <Problem error={error} retry={() => void refetch()} /> : data ? <Content one={data} /> : <Loading className="h-96" />}
    </Flyout>
  )
}

function Content({ one }: { one: Activity }) {
  const { get } = useParameters()
  const assets = useList('/api/v1/remediation/{remediation_id}/assets', {
    path: { remediation_id: one.remediation_id },
    query: get('asset_sort') ? { sort: get('asset_sort') } : {},
  })
  return (
    <TabStrip
      label="Remediation"
      tabs={[
        { id: 'overview', title: 'Overview', content: <Overview one={one} /> },
        {
          id: 'assets',
          title: 'Assets',
          amount: one.targets,
          content: (
            <div className="flex flex-col gap-2">
              <div className="flex justify-end">
                <ListTools label={`Assets of remediation ${one.remediation_id}`} columns={columns} address={assets.address} />
              </div>
              <DataTable
                label={`Assets of remediation ${one.remediation_id}`}
                columns={columns}
                list={assets}
                rowKey={(asset) => asset.asset_id}
                parameter="asset_sort"
                height={520}
                empty={<Empty title="No asset">None.</Empty>}
              />
            </div>
          ),
        },
      ]}
    />
  )
}

function Overview({ one }: { one: Activity }) {
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-3">
        <ActivityState one={one} />
        <Progress one={one} />
        {one.left > 0 && <span className="text-sm text-ink-3">{counted(one.left, 'asset')} left the inventory</span>}
      </div>
      {one.reopened_on && (
        <p className="text-sm text-ink-2">All was fixed once; on {day(one.reopened_on)} something of it was open again.</p>
      )}
      {one.notes && <PlainText text={one.notes} />}
      {one.completion_note && <PlainText text={`On completion: ${one.completion_note}`} />}
      <div className="flex flex-wrap gap-2">
        <Complete one={one} />
      </div>
      <Facts
        facts={
          [
            [
              'Recommendation',
              <To key="r" page="/recommendations" change={{ open: one.recommendation, state: 'all' }}>
                {one.recommendation}
              </To>,
            ],
            ['Remediation', word(one.remediation_type)],
            ['Priority', word(one.priority)],
            ['Due', day(one.due_on)],
            ['Owner', one.owner ?? '–'],
            ['Requested by', one.requested_by],
            ['Requested on', `${day(one.requested_on)}, ${counted(one.age_days, 'day')} ago`],
            ['Groups', one.groups === null ? 'All' : one.groups.join(', ')],
            ...(one.without_user_impact ? [['Only', 'assets without impact on users'] as [string, string]] : []),
            ['Completed by', one.completed_by ?? '–'],
            ['Completed on', day(one.completed_on)],
            ['Weaknesses', count(one.subjects.length)],
          ] as [string, ReactNode][]
        }
      />
    </div>
  )
}

function Complete({ one }: { one: Activity }) {
  const { org, as_of, known_at } = useMoment()
  const client = useQueryClient()
  const [by, setBy] = useState('')
  const [note, setNote] = useState('')
  if (as_of || known_at) return null
  const change = async (completed: { by: string; note: string } | null) => {
    await send('PATCH', addressOf('/api/v1/remediation/{id}', { id: one.remediation_id }, { org }), { completed })
    await client.invalidateQueries()
  }
  if (one.status === 'completed')
    return one.completion_note === null ? null : <Button onClick={() => void change(null)}>Take completion back</Button>
  return (
    <Confirm
      trigger={<ConfirmTrigger>Mark as completed</ConfirmTrigger>}
      title="Mark as completed"
      action="Mark as completed"
      look="primary"
      onConfirm={() => change({ by, note })}
    >
      <p>
        {one.open > 0 && one.tracked
          ? `${counted(one.open, 'asset')} of ${count(one.targets)} still ${one.open === 1 ? 'has' : 'have'} something of it open. Scores stay as they are.`
          : 'Scores stay as they are.'}
      </p>
      <label className="mt-3 block">
        Your name
        <input
          value={by}
          maxLength={200}
          onChange={(event) => setBy(event.target.value)}
          className="mt-1 block h-8 w-full rounded-md border border-line-strong bg-surface px-2"
        />
      </label>
      <label className="mt-3 block">
        Note
        <input
          value={note}
          maxLength={2000}
          onChange={(event) => setNote(event.target.value)}
          className="mt-1 block h-8 w-full rounded-md border border-line-strong bg-surface px-2"
        />
      </label>
    </Confirm>
  )
}
