import { useQueryClient } from '@tanstack/react-query'
import { RotateCcw } from 'lucide-react'
import { useMemo, useState } from 'react'
import { addressOf, send, useList } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { conditionOf } from '../../condition.ts'
import { counted, instantInUtc } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import type { Delivery } from './words.ts'

const states = {
  waiting: ['Waiting', undefined],
  sending: ['On its way', undefined],
  sent: ['Sent', 'better'],
  dead: ['Given up', 'worse'],
  left_out: ['Left out', 'warn'],
} as const

function State({ state }: { state: Delivery['state'] }) {
  const [title, tone] = states[state]
  return <Chip {...(tone ? { tone } : {})}>{title}</Chip>
}

/** The events of a message: the first as a link. */
function Events({ delivery: { events, test } }: { delivery: Delivery }) {
  if (test) return 'Test'
  const [first] = events
  const words = counted(events.length, 'event')
  if (first === undefined) return words
  return (
    <To page="/events" change={{ open: first }} title={events.slice(0, 20).join('\n')}>
      {words}
    </To>
  )
}

/** What was sent, waits, was given up or left out. What was given up can be sent again. */
export function DeliveryLog() {
  const { get, all } = useParameters()
  const { org } = useMoment()
  const client = useQueryClient()
  const [said, setSaid] = useState<string | null>(null)
  const filter = conditionOf({ state: all('state') })
  const list = useList('/api/v1/notifications/deliveries', {
    query: {
      ...(filter ? { filter } : {}),
      ...(get('search') ? { search: get('search') } : {}),
      ...(get('sort') ? { sort: get('sort') } : {}),
    },
  })
  const columns = useMemo((): Column<Delivery>[] => {
    const again = async (delivery_id: string) => {
      try {
        const sent = (await send(
          'POST',
          addressOf('/api/v1/notifications/deliveries/{id}/resend', { id: delivery_id }, { org }),
        )) as Delivery
        setSaid(sent.state === 'sent' ? `Sent: ${sent.answer}` : `Not taken again: ${sent.error}`)
      } catch (error) {
        setSaid(error instanceof Error ? error.message : String(error))
      }
      await client.invalidateQueries()
    }
    return [
      {
        id: 'created_at',
        title: 'Made (UTC)',
        width: 155,
        sort: 'created_at',
        down: true,
        cell: (row) => <span className="num">{instantInUtc(row.created_at)}</span>,
      },
      {
        id: 'rule',
        title: 'Rule',
        width: 180,
        sort: 'rule_name',
        cell: (row) => row.rule_name ?? <span className="text-ink-3">ended</span>,
      },
      { id: 'events', title: 'Events', width: 105, sort: 'events', down: true, cell: (row) => <Events delivery={row} /> },
      { id: 'state', title: 'State', width: 105, sort: 'state', cell: (row) => <State state={row.state} /> },
      { id: 'attempts', title: 'Tries', width: 70, sort: 'attempts', down: true, align: 'right', cell: (row) => row.attempts },
      {
        id: 'how',
        title: 'How it went',
        cell: (row) => {
          const next = row.due_at === null ? '' : ` · next try ${instantInUtc(row.due_at)}`
          const text = `${row.error ?? row.answer ?? ''}${next}`.replace(/^ · /, '')
          return <span title={text}>{text || '–'}</span>
        },
      },
      {
        id: 'again',
        title: 'Again',
        width: 140,
        cell: (row) =>
          row.state === 'dead' &&
          row.rule_name !== null && (
            <Button look="quiet" className="h-7" onClick={() => void again(row.delivery_id)}>
              <RotateCcw size={13} aria-hidden />
              Send again
            </Button>
          ),
      },
    ]
  }, [client, org])
  return (
    <div className="flex flex-col gap-3">
      <FilterBar
        search="Rule or error"
        filters={[{ parameter: 'state', title: 'State', options: Object.entries(states).map(([value, [title]]) => ({ value, title })) }]}
        total={list.total}
        noun={['message', 'messages']}
      >
        <ListTools label="Messages" columns={columns} address={list.address} command="plimsoll notify log" />
      </FilterBar>
      {said && <output className="text-sm">{said}</output>}
      <DataTable
        label="Messages"
        columns={columns}
        list={list}
        rowKey={(row) => row.delivery_id}
        defaultSort="-created_at"
        height={420}
        empty={<Empty title="No message">Nothing was sent yet, or the filters leave none.</Empty>}
      />
    </div>
  )
}
