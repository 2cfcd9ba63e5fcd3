import { Dialog } from '@base-ui/react/dialog'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { addressOf, send, useAsk } from '../../api.ts'
import type { RecommendationSummary } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { counted } from '../../format.ts'
import { Button, buttonLook } from '../../components/Button.tsx'
import { Choice } from '../../components/Choice.tsx'

const field = 'mt-1 block h-8 w-full rounded-md border border-line-strong bg-surface px-2 text-sm'

function Field({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <label className="block text-sm">
      <span className="font-medium">{title}</span> {hint && <span className="text-xs text-ink-3">{hint}</span>}
      {children}
    </label>
  )
}

/** A button that opens the request form of a recommendation. On a past day nothing can be requested. */
export function RequestRemediation({
  recommendation,
}: {
  recommendation: Pick<RecommendationSummary, 'id' | 'title' | 'assets' | 'remediation_type'>
}) {
  const [open, setOpen] = useState(false)
  const { as_of, known_at } = useMoment()
  if (as_of || known_at) return null
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger className={buttonLook('plain')}>Request remediation</Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-(--shade)" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-50 max-h-[calc(100vh-2rem)] w-[34rem] max-w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-raised">
          <Dialog.Title className="text-base font-semibold">Request remediation</Dialog.Title>
          <Dialog.Description className="mt-1 text-sm text-ink-2">
            {recommendation.title}. It is tracked here and changes nothing on the assets; what is open now is what progress is measured on.
          </Dialog.Description>
          <Form recommendation={recommendation} onClose={() => setOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Form({
  recommendation,
  onClose,
}: {
  recommendation: Pick<RecommendationSummary, 'id' | 'assets' | 'remediation_type'>
  onClose: () => void
}) {
  const { org } = useMoment()
  const client = useQueryClient()
  const groups = useAsk('/api/v1/scores/groups').data?.items ?? []
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [find, setFind] = useState('')
  const [priority, setPriority] = useState('medium')
  const [due, setDue] = useState('')
  const [owner, setOwner] = useState('')
  const [author, setAuthor] = useState('')
  const [notes, setNotes] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const attention = recommendation.remediation_type === 'attention_required'
  const request = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    try {
      await send('POST', addressOf('/api/v1/remediation', {}, { org }), {
        recommendation: recommendation.id,
        ...(chosen.length > 0 ? { groups: chosen } : {}),
        priority,
        ...(due ? { due } : {}),
        ...(owner.trim() ? { owner } : {}),
        ...(author.trim() ? { requested_by: author } : {}),
        notes,
      })
      await client.invalidateQueries()
      onClose()
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  const shown = groups.filter(({ asset_group }) => asset_group.toLowerCase().includes(find.toLowerCase()))
  return (
    <form onSubmit={(event) => void request(event)} className="mt-4 flex flex-col gap-3.5">
      <fieldset className="text-sm">
        <legend className="font-medium">
          Where <span className="text-xs font-normal text-ink-3">none chosen: on all {counted(recommendation.assets, 'asset')}</span>
        </legend>
        {groups.length > 8 && (
          <input
            type="search"
            aria-label="Search asset groups"
            placeholder="Search asset groups"
            value={find}
            onChange={(event) => setFind(event.target.value)}
            className={`${field} placeholder:text-ink-3`}
          />
        )}
        <div className="mt-1 max-h-36 overflow-y-auto rounded-md border border-line">
          {shown.map(({ asset_group }) => (
            <Choice
              key={asset_group}
              checked={chosen.includes(asset_group)}
              onChange={(on) => setChosen(on ? [...chosen, asset_group] : chosen.filter((one) => one !== asset_group))}
            >
              {asset_group}
            </Choice>
          ))}
          {shown.length === 0 && <p className="px-2 py-1.5 text-ink-3">No asset group.</p>}
        </div>
      </fieldset>
      <div className="grid grid-cols-2 gap-3">
        <Field title="Priority">
          <select value={priority} onChange={(event) => setPriority(event.target.value)} className={field}>
            <option value="high">High</option>
            <option value="medium">Medium</option>
            <option value="low">Low</option>
          </select>
        </Field>
        {!attention && (
          <Field title="Due" hint="empty: by the policy">
            <input type="date" value={due} onChange={(event) => setDue(event.target.value)} className={field} />
          </Field>
        )}
        <Field title="Owner">
          <input maxLength={200} value={owner} onChange={(event) => setOwner(event.target.value)} className={field} />
        </Field>
        <Field title="Requested by">
          <input maxLength={200} value={author} onChange={(event) => setAuthor(event.target.value)} className={field} />
        </Field>
      </div>
      <Field title="Notes">
        <textarea
          maxLength={4000}
          rows={3}
          value={notes}
          onChange={(event) => setNotes(event.target.value)}
          className="mt-1 block w-full rounded-md border border-line-strong bg-surface px-2 py-1.5 text-sm"
        />
      </Field>
      {attention && (
        <p className="text-xs text-ink-3">No fix is known: it has no due date and no progress, and a person marks it as completed.</p>
      )}
      {failure && (
        <p role="alert" className="text-sm text-worse">
          {failure}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Dialog.Close className={buttonLook('plain')}>Cancel</Dialog.Close>
        <Button type="submit" look="primary" disabled={busy}>
          {busy ? 'Working …' : 'Request'}
        </Button>
      </div>
    </form>
  )
}
