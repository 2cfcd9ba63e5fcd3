import { useQueryClient } from '@tanstack/react-query'
import { Check, Pencil, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import type { SubmitEvent } from 'react'
import { addressOf, send } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { day } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'

interface Tracked {
  event_id: string
  feed: string
  direction: string
  state: 'open' | 'acknowledged'
  owner: string | null
  note: string | null
  recovered_on: string | null
}

const field = 'mt-1 block w-full rounded-md border border-line-strong bg-surface px-2 text-sm'

/** Whether somebody knows of an event, who sees to it, and whether what it was about is back. */
export function TrackEvent({ event }: { event: Tracked }) {
  const client = useQueryClient()
  const { org } = useMoment()
  const [editing, setEditing] = useState(false)
  const [owner, setOwner] = useState(event.owner ?? '')
  const [note, setNote] = useState(event.note ?? '')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const change = async (body: object) => {
    setBusy(true)
    setFailure(null)
    try {
      await send('PATCH', addressOf('/api/v1/events/{id}', { id: event.event_id }, { org }), body)
      await client.invalidateQueries()
      setEditing(false)
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  const save = (submit: SubmitEvent) => {
    submit.preventDefault()
    void change({ owner: owner.trim() || null, note: note.trim() || null })
  }
  const open = event.state === 'open'
  return (
    <section aria-label="Tracking" className="rounded-lg border border-line px-3 py-2.5 text-sm">
      <div className="flex flex-wrap items-center gap-2">
        <Chip {...(open ? { tone: 'warn' as const } : { tone: 'accent' as const })}>{open ? 'Open' : 'Acknowledged'}</Chip>
        <span className="text-ink-2">{event.owner === null ? 'Nobody sees to it' : `${event.owner} sees to it`}</span>
        {event.recovered_on !== null ? (
          <Chip tone="better">Recovered on {day(event.recovered_on)}</Chip>
        ) : (
          event.feed === 'posture' && event.direction === 'worse' && <Chip>Not recovered</Chip>
        )}
        <span className="flex-1" />
        {!editing && (
          <Button look="quiet" onClick={() => setEditing(true)}>
            <Pencil size={13} aria-hidden />
            Owner and note
          </Button>
        )}
        <Button disabled={busy} onClick={() => void change({ state: open ? 'acknowledged' : 'open' })}>
          {open ? <Check size={14} aria-hidden /> : <RotateCcw size={14} aria-hidden />}
          {open ? 'Acknowledge' : 'Open again'}
        </Button>
      </div>
      {!editing && event.note !== null && <p className="mt-2 whitespace-pre-wrap text-ink-2">{event.note}</p>}
      {editing && (
        <form onSubmit={save} className="mt-3 flex flex-col gap-3">
          <label>
            <span className="text-xs text-ink-2">Owner</span>
            <input maxLength={200} value={owner} onChange={(input) => setOwner(input.target.value)} className={`${field} h-8`} />
          </label>
          <label>
            <span className="text-xs text-ink-2">Note</span>
            <textarea
              maxLength={4000}
              rows={2}
              value={note}
              onChange={(input) => setNote(input.target.value)}
              className={`${field} py-1.5`}
            />
          </label>
          <div className="flex justify-end gap-2">
            <Button onClick={() => setEditing(false)}>Cancel</Button>
            <Button type="submit" look="primary" disabled={busy}>
              Save
            </Button>
          </div>
        </form>
      )}
      {failure && (
        <p role="alert" className="mt-2 text-worse">
          {failure}
        </p>
      )}
    </section>
  )
}
