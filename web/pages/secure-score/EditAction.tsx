import { useState } from 'react'
import type { Answer } from '../../api.ts'
import { Button } from '../../components/Button.tsx'
import { NumberField, SelectField, TextField } from '../../components/fields.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { useSend } from './send.ts'

type Detail = Answer<'/api/v1/secure-score/actions/{action_id}'>

const efforts = ['low', 'moderate', 'high'] as const
const texts = ['category', 'product', 'licence', 'url'] as const
const titles: Record<(typeof texts)[number], string> = {
  category: 'Category',
  product: 'Product',
  licence: 'Licence that it needs',
  url: 'Managed at',
}
const owned = { yes: true, no: false, '': null } as const

/** What a person may say of an action, as the form holds it. */
const shown = (action: Detail) => ({
  max_points: action.max_points === null ? '' : String(action.max_points),
  category: action.category,
  product: action.product ?? '',
  licence: action.licence ?? '',
  url: action.url ?? '',
  licensed: action.licensed === null ? '' : action.licensed ? 'yes' : 'no',
  difficulty: action.difficulty ?? '',
  user_impact: action.user_impact ?? '',
})

/** The dialog that says otherwise than the sources what an action is worth, where it belongs and what it needs. Only what is changed is said. */
export function EditAction({ action, onClose, onGone }: { action: Detail; onClose: () => void; onGone: () => void }) {
  const before = shown(action)
  const [form, setForm] = useState(before)
  const [failure, setFailure] = useState<string | null>(null)
  const post = useSend()
  const describe = (body: object | null, gone?: () => void) =>
    post('descriptions', { actions: [{ action_id: action.action_id, body }] }, gone)
  const change = (name: keyof typeof form) => (value: string) => setForm({ ...form, [name]: value })
  const changed = (Object.keys(form) as (keyof typeof form)[]).filter((name) => form[name].trim() !== before[name])
  const said = (name: keyof typeof form) => {
    const value = form[name].trim()
    if (name === 'licensed') return owned[value as keyof typeof owned]
    return value === '' ? null : name === 'max_points' ? Number(value) : value
  }
  const takeApart = async () => {
    try {
      await describe(null, onGone)
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Edit points & details"
      line="What you say holds over the whole past, so that no line has a step. An empty field goes back to what the sources say."
      action="Save"
      ready={changed.length > 0}
      onSubmit={async () => {
        await describe(Object.fromEntries(changed.map((name) => [name, said(name)])))
      }}
    >
      <div className="grid grid-cols-2 gap-3">
        <NumberField title="Most points" hint="default 10" min={0.001} max={1000} value={form.max_points} onChange={change('max_points')} />
        <SelectField title="Have licence" value={form.licensed} onChange={change('licensed')}>
          <option value="">Nobody said</option>
          <option value="yes">Yes</option>
          <option value="no">No</option>
        </SelectField>
        {texts.map((name) => (
          <TextField
            key={name}
            title={titles[name]}
            type={name === 'url' ? 'url' : 'text'}
            maxLength={name === 'url' ? 2000 : name === 'category' ? 60 : 300}
            value={form[name]}
            onChange={change(name)}
          />
        ))}
        {(['difficulty', 'user_impact'] as const).map((name) => (
          <SelectField key={name} title={name === 'difficulty' ? 'Difficulty' : 'User impact'} value={form[name]} onChange={change(name)}>
            <option value="">Nobody said</option>
            {efforts.map((effort) => (
              <option key={effort} value={effort}>
                {effort}
              </option>
            ))}
          </SelectField>
        ))}
      </div>
      {action.checks.length > 1 && (
        <p className="flex items-center justify-between gap-3 rounded-lg bg-sunken px-3 py-2 text-sm">
          Met by any of {action.checks.length} checks.
          <Button onClick={() => void takeApart()}>Take apart again</Button>
        </p>
      )}
      {failure && (
        <p role="alert" className="text-sm text-worse">
          {failure}
        </p>
      )}
    </FormDialog>
  )
}
