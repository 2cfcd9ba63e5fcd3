import { Dialog } from '@base-ui/react/dialog'
import { useState } from 'react'
import type { SubmitEvent } from 'react'
import { counted } from '../../format.ts'
import { Button, buttonLook } from '../../components/Button.tsx'
import { Organisations } from './Organisations.tsx'
import { useSend } from './send.ts'
import { type SecureAction, settable, statusMeanings, statusTitles } from './words.ts'

const field = 'mt-1 block w-full rounded-md border border-line-strong bg-surface px-2 py-1.5 text-sm'

type Refused = { action_id: string; code: string; message: string }

/** The dialog that sets the status, note and assignee of one action or of many, here or in several organisations at once. */
export function EditStatus({ actions, onClose }: { actions: readonly SecureAction[]; onClose: () => void }) {
  return (
    <Dialog.Root open={actions.length > 0} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-(--shade)" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-50 max-h-[calc(100vh-2rem)] w-[34rem] max-w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-raised">
          <Dialog.Title className="text-base font-semibold">Edit status & action plan</Dialog.Title>
          <Dialog.Description className="mt-1 text-sm text-ink-2">
            {actions.length === 1 ? actions[0]!.title : counted(actions.length, 'recommended action')}. The score follows at once, and the
            history says who set it.
          </Dialog.Description>
          {actions.length > 0 && <Form actions={actions} onClose={onClose} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Form({ actions, onClose }: { actions: readonly SecureAction[]; onClose: () => void }) {
  const post = useSend()
  const one = actions.length === 1 ? actions[0]! : null
  const [state, setState] = useState<(typeof settable)[number]>(one && one.status !== 'completed' ? one.status : 'planned')
  const [note, setNote] = useState(one?.note ?? '')
  const [assignee, setAssignee] = useState(one?.assigned_to ?? '')
  const [reason, setReason] = useState('')
  const [actor, setActor] = useState('')
  const [others, setOthers] = useState<readonly string[]>([])
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const [refused, setRefused] = useState<readonly Refused[]>([])
  const save = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    setRefused([])
    try {
      const answer = (await post('states', {
        actions: actions.map(({ action_id }) => ({
          action_id,
          state,
          ...(one || note ? { note: note || null } : {}),
          ...(one || assignee ? { assigned_to: assignee || null } : {}),
        })),
        ...(reason.trim() ? { reason } : {}),
        ...(actor.trim() ? { actor } : {}),
        ...(others.length ? { organisations: others } : {}),
      })) as { results: { refused: Refused[] }[] }
      const left = answer.results.flatMap((result) => result.refused)
      if (left.length === 0) onClose()
      else setRefused(left)
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void save(event)} className="mt-4 flex flex-col gap-3.5 text-sm">
      <fieldset>
        <legend className="font-medium">Status</legend>
        <div className="mt-1 flex flex-col gap-1">
          {settable.map((each) => (
            <label key={each} className="flex items-start gap-2 rounded-md px-1 py-0.5">
              <input type="radio" name="state" checked={state === each} onChange={() => setState(each)} className="mt-1 accent-accent" />
              <span>
                {statusTitles[each]} <span className="block text-xs text-ink-3">{statusMeanings[each]}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <label className="block">
        <span className="font-medium">Action plan</span>
        {!one && <span className="text-xs text-ink-3"> empty leaves what each has</span>}
        <textarea rows={2} maxLength={20_000} value={note} onChange={(event) => setNote(event.target.value)} className={field} />
      </label>
      <div className="grid grid-cols-2 gap-3">
        <label className="block">
          <span className="font-medium">Assigned to</span>
          <input maxLength={300} value={assignee} onChange={(event) => setAssignee(event.target.value)} className={field} />
        </label>
        <label className="block">
          <span className="font-medium">Your name</span>
          <input
            maxLength={200}
            value={actor}
            onChange={(event) => setActor(event.target.value)}
            placeholder="api"
            className={`${field} placeholder:text-ink-3`}
          />
        </label>
      </div>
      <label className="block">
        <span className="font-medium">Reason</span> <span className="text-xs text-ink-3">for the history</span>
        <input maxLength={2000} value={reason} onChange={(event) => setReason(event.target.value)} className={field} />
      </label>
      <Organisations chosen={others} onChange={setOthers} />
      {failure && (
        <p role="alert" className="text-worse">
          {failure}
        </p>
      )}
      {refused.length > 0 && (
        <div role="alert" className="rounded-lg bg-warn-soft px-3 py-2 text-warn">
          <p>{counted(refused.length, 'action')} left as before:</p>
          <ul className="mt-1 list-disc pl-4">
            {refused.slice(0, 10).map((each) => (
              <li key={each.action_id} className="break-words">
                {each.action_id}: {each.message}
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className="flex justify-end gap-2">
        <Dialog.Close className={buttonLook('plain')}>{refused.length > 0 ? 'Close' : 'Cancel'}</Dialog.Close>
        <Button look="primary" type="submit" disabled={busy}>
          {busy ? 'Saving …' : 'Save'}
        </Button>
      </div>
    </form>
  )
}
