import { useState } from 'react'
import { counted } from '../../format.ts'
import { NumberField, TextField } from '../../components/fields.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { idOf, useSend } from './send.ts'
import type { SecureAction } from './words.ts'

/** The dialog that makes one action of several checks, of one tool or of many: any of them meets it. */
export function BringTogether({
  actions,
  taken,
  onClose,
}: {
  actions: readonly SecureAction[]
  taken: ReadonlySet<string>
  onClose: () => void
}) {
  const [title, setTitle] = useState(actions[0]!.title)
  const [most, setMost] = useState(String(Math.max(...actions.map(({ max_points }) => max_points ?? 0)) || 10))
  const post = useSend()
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Bring together as one action"
      line={`Any of these ${counted(actions.length, 'check')} meets it; on each asset the best one counts, over the whole past. It can be taken apart again.`}
      action="Bring together"
      ready={title.trim() !== '' && Number(most) > 0}
      onSubmit={async () => {
        let id = idOf(title) || 'action'
        while (taken.has(id)) id += '-2'
        await post('descriptions', {
          actions: [
            { action_id: id, body: { title: title.trim(), max_points: Number(most), checks: actions.map(({ action_id }) => action_id) } },
          ],
        })
      }}
    >
      <TextField title="Title" required maxLength={300} value={title} onChange={setTitle} />
      <NumberField title="Most points" required min={0.001} max={1000} value={most} onChange={setMost} />
      <ul className="max-h-40 list-disc overflow-y-auto pl-5 text-sm text-ink-2">
        {actions.map(({ action_id, title: name, sources }) => (
          <li key={action_id}>
            {name} <span className="text-xs text-ink-3">{sources.join(', ')}</span>
          </li>
        ))}
      </ul>
    </FormDialog>
  )
}
