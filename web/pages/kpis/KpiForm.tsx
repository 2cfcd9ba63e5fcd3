import { Dialog } from '@base-ui/react/dialog'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { addressOf, send, useAsk } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { Button, buttonLook } from '../../components/Button.tsx'
import type { Kpi } from './words.tsx'

const field = 'mt-1 block h-8 w-full rounded-md border border-line-strong bg-surface px-2 text-sm'

function Field({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <label className="block text-sm">
      <span className="font-medium">{title}</span> {hint && <span className="text-xs text-ink-3">{hint}</span>}
      {children}
    </label>
  )
}

/** The dialog that sets a KPI, or changes one. */
export function KpiForm({ open, onClose, kpi }: { open: boolean; onClose: () => void; kpi?: Kpi }) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-(--shade)" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-50 max-h-[calc(100vh-2rem)] w-[34rem] max-w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-raised">
          <Dialog.Title className="text-base font-semibold">{kpi ? 'Change KPI' : 'Add KPI'}</Dialog.Title>
          <Dialog.Description className="mt-1 text-sm text-ink-2">
            A score, the value that it shall have, the day by which, and who answers for it. No score moves by it.
          </Dialog.Description>
          <Form onClose={onClose} {...(kpi ? { kpi } : {})} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Form({ onClose, kpi }: { onClose: () => void; kpi?: Kpi }) {
  const { org } = useMoment()
  const client = useQueryClient()
  const initiatives = useAsk('/api/v1/initiatives')
  const metrics = useAsk('/api/v1/metrics')
  const [name, setName] = useState(kpi?.name ?? '')
  const [about, setAbout] = useState(kpi ? (kpi.id ? `${kpi.score}/${kpi.id}` : kpi.score) : 'exposure')
  const [target, setTarget] = useState(kpi ? String(kpi.target) : '')
  const [due, setDue] = useState(kpi?.due ?? '')
  const [owner, setOwner] = useState(kpi?.owner ?? '')
  const [review, setReview] = useState(String(kpi?.review_days ?? 30))
  const [note, setNote] = useState(kpi?.note ?? '')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const lower = about === 'exposure' || about.startsWith('metric/')
  const save = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    const slash = about.indexOf('/')
    const body = {
      name,
      score: slash < 0 ? about : about.slice(0, slash),
      id: slash < 0 ? '' : about.slice(slash + 1),
      target: Number(target),
      due,
      owner: owner.trim() || null,
      review_days: Number(review),
      note: note.trim() || null,
    }
    try {
      if (kpi) await send('PATCH', addressOf('/api/v1/kpis/{kpi_id}', { kpi_id: kpi.kpi_id }, { org }), body)
      else await send('POST', addressOf('/api/v1/kpis', {}, { org }), body)
      await client.invalidateQueries()
      onClose()
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void save(event)} className="mt-4 flex flex-col gap-3.5">
      <Field title="Name">
        <input required maxLength={120} value={name} onChange={(event) => setName(event.target.value)} className={field} />
      </Field>
      <Field title="Score">
        <select value={about} onChange={(event) => setAbout(event.target.value)} className={field}>
          <option value="exposure">Exposure score</option>
          <option value="secure">Secure score</option>
          <optgroup label="Initiatives">
            {initiatives.data?.items.map((one) => (
              <option key={one.id} value={`initiative/${one.id}`}>
                {one.title}
              </option>
            ))}
          </optgroup>
          <optgroup label="Metrics">
            {metrics.data?.items.map((one) => (
              <option key={one.id} value={`metric/${one.id}`}>
                {one.title}
              </option>
            ))}
          </optgroup>
        </select>
      </Field>
      <div className="grid grid-cols-3 gap-3">
        <Field title="Target" hint={lower ? 'or lower' : 'or higher'}>
          <input
            required
            type="number"
            min={0}
            max={100}
            step="any"
            value={target}
            onChange={(event) => setTarget(event.target.value)}
            className={field}
          />
        </Field>
        <Field title="Due">
          <input required type="date" value={due} onChange={(event) => setDue(event.target.value)} className={field} />
        </Field>
        <Field title="Review" hint="in days">
          <input
            required
            type="number"
            min={1}
            max={366}
            value={review}
            onChange={(event) => setReview(event.target.value)}
            className={field}
          />
        </Field>
      </div>
      <Field title="Owner">
        <input maxLength={200} value={owner} onChange={(event) => setOwner(event.target.value)} className={field} />
      </Field>
      <Field title="Note">
        <textarea
          maxLength={2000}
          rows={2}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          className="mt-1 block w-full rounded-md border border-line-strong bg-surface px-2 py-1.5 text-sm"
        />
      </Field>
      {failure && (
        <p role="alert" className="text-sm text-worse">
          {failure}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Dialog.Close className={buttonLook('plain')}>Cancel</Dialog.Close>
        <Button type="submit" look="primary" disabled={busy}>
          {busy ? 'Working …' : kpi ? 'Save' : 'Add KPI'}
        </Button>
      </div>
    </form>
  )
}
