import { useState } from 'react'
import { useAsk } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { count, counted } from '../../format.ts'
import { Button } from '../../components/Button.tsx'
import { TextField } from '../../components/fields.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { Empty, Loading } from '../../components/Problem.tsx'
import { Organisations } from './Organisations.tsx'
import { idOf, useSend } from './send.ts'
import { type SecureAction, settable } from './words.ts'

/** The dialog that keeps the states of the chosen actions under a name. */
export function KeepTemplate({ actions, onClose }: { actions: readonly SecureAction[]; onClose: () => void }) {
  const [title, setTitle] = useState('')
  const post = useSend()
  const states = actions.flatMap(({ action_id, status, note, assigned_to }) => {
    const state = settable.find((each) => each === status)
    return state ? [{ action_id, state, ...(note ? { note } : {}), ...(assigned_to ? { assigned_to } : {}) }] : []
  })
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Keep as a template"
      line={
        states.length === actions.length
          ? `The states of ${counted(states.length, 'action')}, to be given to this organisation or to others.`
          : `The states of ${counted(states.length, 'action')}; completed is measured and in no template.`
      }
      action="Keep"
      ready={title.trim() !== '' && states.length > 0}
      onSubmit={async () => {
        await post('settings', { templates: [{ id: idOf(title) || 'template', body: { title: title.trim(), states } }] })
      }}
    >
      <TextField title="Name" required maxLength={300} value={title} onChange={setTitle} />
    </FormDialog>
  )
}

interface Applied {
  results: { organisation: string; set: number; refused: { action_id: string; message: string }[] }[]
}

/** The dialog that gives the states of a template to organisations, and removes templates. */
export function ApplyTemplate({ onClose }: { onClose: () => void }) {
  const { org } = useMoment()
  const settings = useAsk('/api/v1/secure-score/settings', { query: org ? { org } : {}, anywhere: true })
  const [id, setId] = useState('')
  const [organisations, setOrganisations] = useState<readonly string[]>([])
  const [reason, setReason] = useState('')
  const post = useSend()
  const templates = settings.data?.templates ?? []
  const chosen = templates.find((each) => each.id === id)
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Templates"
      line="States that are given to many actions at once. What cannot be set, such as what is completed, stays as it is."
      action="Apply"
      ready={chosen !== undefined}
      onSubmit={async () => {
        const { results } = (await post('states', {
          actions: chosen!.states,
          ...(reason.trim() ? { reason: reason.trim() } : {}),
          ...(organisations.length ? { organisations } : {}),
        })) as Applied
        const refused = results.flatMap((result) => result.refused)
        if (refused.length)
          throw new Error(
            `${count(results.reduce((sum, { set }) => sum + set, 0))} set. Left as before: ${refused
              .slice(0, 5)
              .map(({ action_id, message }) => `${action_id} (${message})`)
              .join('; ')}`,
          )
      }}
    >
      {!settings.data ? (
        <Loading className="h-24" />
      ) : templates.length === 0 ? (
        <Empty title="No template yet">Choose actions in the list and keep their states as a template.</Empty>
      ) : (
        <>
          <fieldset>
            <legend className="text-sm font-medium">Template</legend>
            <ul className="divide-y divide-line text-sm">
              {templates.map((each) => (
                <li key={each.id} className="flex items-center justify-between gap-3 py-1">
                  <label className="flex items-center gap-2">
                    <input
                      type="radio"
                      name="template"
                      checked={id === each.id}
                      onChange={() => setId(each.id)}
                      className="accent-accent"
                    />
                    {each.title} <span className="text-xs text-ink-3">{counted(each.states.length, 'state')}</span>
                  </label>
                  <Button look="quiet" onClick={() => void post('settings', { templates: [{ id: each.id, body: null }] })}>
                    Remove
                  </Button>
                </li>
              ))}
            </ul>
          </fieldset>
          <Organisations chosen={organisations} onChange={setOrganisations} />
          <TextField title="Reason" hint="for the history" maxLength={2000} value={reason} onChange={setReason} />
        </>
      )}
    </FormDialog>
  )
}
