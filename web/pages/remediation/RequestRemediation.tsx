import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addressOf, send } from '../../api.ts'
import type { RecommendationSummary } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { count, counted } from '../../format.ts'
import { Button } from '../../components/Button.tsx'
import { Choice } from '../../components/Choice.tsx'
import { SelectField, TextArea, TextField } from '../../components/fields.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { GroupChoice } from '../../components/GroupChoice.tsx'

type Requested = Pick<RecommendationSummary, 'id' | 'title' | 'assets' | 'remediation_type' | 'user_impact'>

/** A button that opens the request form of a recommendation. On a past day nothing can be requested. */
export function RequestRemediation({ recommendation }: { recommendation: Requested }) {
  const [open, setOpen] = useState(false)
  const { as_of, known_at } = useMoment()
  if (as_of || known_at) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>Request remediation</Button>
      {open && <Form recommendation={recommendation} onClose={() => setOpen(false)} />}
    </>
  )
}

function Form({ recommendation, onClose }: { recommendation: Requested; onClose: () => void }) {
  const { org } = useMoment()
  const client = useQueryClient()
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [quiet, setQuiet] = useState(false)
  const [priority, setPriority] = useState('medium')
  const [due, setDue] = useState('')
  const [owner, setOwner] = useState('')
  const [author, setAuthor] = useState('')
  const [notes, setNotes] = useState('')
  const attention = recommendation.remediation_type === 'attention_required'
  const request = async () => {
    await send('POST', addressOf('/api/v1/remediation', {}, { org }), {
      recommendation: recommendation.id,
      ...(chosen.length > 0 ? { groups: chosen } : {}),
      ...(quiet ? { without_user_impact: true } : {}),
      priority,
      ...(due ? { due } : {}),
      ...(owner.trim() ? { owner } : {}),
      ...(author.trim() ? { requested_by: author } : {}),
      notes,
    })
    await client.invalidateQueries()
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Request remediation"
      line={`${recommendation.title}. It is tracked here and changes nothing on the assets; what is open now is what progress is measured on.`}
      action="Request"
      onSubmit={request}
    >
      <fieldset className="text-sm">
        <legend className="font-medium">
          Where <span className="text-xs font-normal text-ink-3">none chosen: on all {counted(recommendation.assets, 'asset')}</span>
        </legend>
        <GroupChoice chosen={chosen} onChange={setChosen} />
        {recommendation.user_impact !== null && recommendation.user_impact.none > 0 && (
          <Choice checked={quiet} onChange={setQuiet} aside={count(recommendation.user_impact.none)}>
            Only assets without impact on users
          </Choice>
        )}
      </fieldset>
      <div className="grid grid-cols-2 gap-3">
        <SelectField title="Priority" value={priority} onChange={setPriority}>
          <option value="high">High</option>
          <option value="medium">Medium</option>
          <option value="low">Low</option>
        </SelectField>
        {!attention && <TextField title="Due" hint="empty: by the policy" type="date" value={due} onChange={setDue} />}
        <TextField title="Owner" maxLength={200} value={owner} onChange={setOwner} />
        <TextField title="Requested by" maxLength={200} value={author} onChange={setAuthor} />
      </div>
      <TextArea title="Notes" maxLength={4000} rows={3} value={notes} onChange={setNotes} />
      {attention && (
        <p className="text-xs text-ink-3">No fix is known: it has no due date and no progress, and a person marks it as completed.</p>
      )}
    </FormDialog>
  )
}
