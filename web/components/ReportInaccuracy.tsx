import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addressOf, type Inaccuracy, send } from '../api.ts'
import { useMoment } from '../address.ts'
import { word } from '../format.ts'
import { Button } from './Button.tsx'
import { SelectField, TextArea, TextField } from './fields.tsx'
import { FormDialog } from './FormDialog.tsx'

type Kind = Inaccuracy['kind']

/** What can be said to be wrong of what. */
const kinds: Record<Inaccuracy['about'], readonly Kind[]> = {
  vulnerability: ['not_installed', 'wrong_version', 'already_fixed', 'wrong_severity', 'other'],
  finding: ['not_installed', 'wrong_version', 'already_fixed', 'wrong_severity', 'other'],
  recommendation: ['already_fixed', 'not_installed', 'wrong_version', 'wrong_severity', 'other'],
  metric: ['other', 'new_action', 'already_fixed', 'wrong_severity'],
  initiative: ['new_action', 'other'],
}

interface About {
  about: Inaccuracy['about']
  /** Id of what it is about. */
  subject: string
  /** What it is called here. */
  title: string
}

/** A button that opens the form in which somebody says that something shown is wrong. Nothing on a past day. */
export function ReportInaccuracy({ small = false, ...about }: About & { small?: boolean }) {
  const [open, setOpen] = useState(false)
  const { as_of, known_at } = useMoment()
  if (as_of || known_at) return null
  return (
    <>
      {small ? (
        <button type="button" className="link text-xs" aria-label={`Report an inaccuracy of ${about.title}`} onClick={() => setOpen(true)}>
          Report
        </button>
      ) : (
        <Button look="quiet" onClick={() => setOpen(true)}>
          Report inaccuracy
        </Button>
      )}
      {open && <Form {...about} onClose={() => setOpen(false)} />}
    </>
  )
}

function Form({ about, subject, title, onClose }: About & { onClose: () => void }) {
  const { org } = useMoment()
  const client = useQueryClient()
  const [kind, setKind] = useState<string>(kinds[about][0]!)
  const [words, setWords] = useState('')
  const [name, setName] = useState('')
  const wordless = kind === 'other' || kind === 'new_action'
  const report = async () => {
    await send('POST', addressOf('/api/v1/inaccuracies', {}, { org }), {
      about,
      subject,
      kind,
      words,
      ...(name.trim() ? { reported_by: name } : {}),
    })
    await client.invalidateQueries()
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Report inaccuracy"
      line={`${title}. What you say is kept with its answer under Inaccuracies; no finding and no score changes by it.`}
      action="Report"
      ready={!wordless || words.trim() !== ''}
      onSubmit={report}
    >
      <SelectField title="What is wrong" value={kind} onChange={setKind}>
        {kinds[about].map((each) => (
          <option key={each} value={each}>
            {each === 'new_action' ? 'A new action should be added' : word(each)}
          </option>
        ))}
      </SelectField>
      <TextArea title="In words" hint={wordless ? '' : 'may be left empty'} rows={4} maxLength={4000} value={words} onChange={setWords} />
      <TextField title="Your name" maxLength={200} value={name} onChange={setName} />
    </FormDialog>
  )
}
