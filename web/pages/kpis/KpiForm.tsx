import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addressOf, send } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { NumberField, SelectField, TextArea, TextField } from '../../components/fields.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { ScoreOptions } from '../../components/ScoreOptions.tsx'
import type { Kpi } from './words.tsx'

/** The dialog that sets a KPI, or changes one. */
export function KpiForm({ open, onClose, kpi }: { open: boolean; onClose: () => void; kpi?: Kpi }) {
  const { org } = useMoment()
  const client = useQueryClient()
  const [name, setName] = useState(kpi?.name ?? '')
  const [about, setAbout] = useState(kpi ? (kpi.id ? `${kpi.score}/${kpi.id}` : kpi.score) : 'exposure')
  const [target, setTarget] = useState(kpi ? String(kpi.target) : '')
  const [due, setDue] = useState(kpi?.due ?? '')
  const [owner, setOwner] = useState(kpi?.owner ?? '')
  const [review, setReview] = useState(String(kpi?.review_days ?? 30))
  const [note, setNote] = useState(kpi?.note ?? '')
  const lower = about === 'exposure' || about.startsWith('metric/')
  const save = async () => {
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
    if (kpi) await send('PATCH', addressOf('/api/v1/kpis/{kpi_id}', { kpi_id: kpi.kpi_id }, { org }), body)
    else await send('POST', addressOf('/api/v1/kpis', {}, { org }), body)
    await client.invalidateQueries()
  }
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title={kpi ? 'Change KPI' : 'Add KPI'}
      line="A score, the value that it shall have, the day by which, and who answers for it. No score moves by it."
      action={kpi ? 'Save' : 'Add KPI'}
      onSubmit={save}
    >
      <TextField title="Name" required maxLength={120} value={name} onChange={setName} />
      <SelectField title="Score" value={about} onChange={setAbout}>
        <ScoreOptions />
      </SelectField>
      <div className="grid grid-cols-3 gap-3">
        <NumberField
          title="Target"
          hint={lower ? 'or lower' : 'or higher'}
          required
          min={0}
          max={100}
          value={target}
          onChange={setTarget}
        />
        <TextField title="Due" type="date" required value={due} onChange={setDue} />
        <NumberField title="Review" hint="in days" required min={1} max={366} step={1} value={review} onChange={setReview} />
      </div>
      <TextField title="Owner" maxLength={200} value={owner} onChange={setOwner} />
      <TextArea title="Note" maxLength={2000} value={note} onChange={setNote} />
    </FormDialog>
  )
}
