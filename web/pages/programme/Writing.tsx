import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMoment } from '../../address.ts'
import { Button, buttonLook } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { To } from '../../components/To.tsx'
import { type Definition, idOfTitle } from './condition.ts'
import { Field, fieldLook } from '../../components/fields.tsx'
import { ByFields, Failure, useAct, useBy } from './form.tsx'
import { useTrial } from './trial.ts'
import { YamlField } from './YamlField.tsx'

const switchLook =
  'h-7 rounded-md px-2 text-xs text-ink-2 hover:bg-hover disabled:opacity-50 aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-accent-ink'

/** A draft of a definition: written in fields or as YAML, and asked what it would answer. `T`: what the question answers. */
export interface Draft<Form, T> {
  form: Form
  change: (more: Partial<Form>) => void
  /** What would be saved. */
  text: string
  /** Null: it is written in fields. */
  yaml: string | null
  setYaml: (yaml: string) => void
  /** Back to fields; null: fields cannot show all that the text says. */
  toFields: (() => void) | null
  /** Its id, as it was given or as its title gives it; empty: there is neither. */
  name: string
  setName: (name: string) => void
  /** It is there already, and keeps its id. */
  fixed: boolean
  trial: T | null
  waiting: boolean
  failure: string | null
  /** What is wrong at a place or within it. */
  problemOf: (place: string) => string | undefined
}

interface Told {
  answer: { definition: Definition } | null
  problems: { place: string; line: number | null; message: string }[]
}

/**
 * Begins a draft. `given`: what it begins with, null for an `empty` one. `path`: of the question that tries it. `tried`: the text to ask about while it is
 * written in fields; default: that which would be saved.
 */
export function useDraft<Form extends { title: string }, T extends Told>({
  path,
  id,
  given,
  empty,
  formOf,
  write,
  tried = write,
}: {
  path: string
  id: string
  given: { yaml: string; definition: Definition } | null
  empty: Form
  formOf: (definition: Definition) => Form | null
  write: (form: Form) => string
  tried?: (form: Form) => string
}): Draft<Form, T> {
  const [form, setForm] = useState(() => (given && formOf(given.definition)) ?? empty)
  const [yaml, setYaml] = useState<string | null>(given && !formOf(given.definition) ? given.yaml : null)
  const [ownName, setName] = useState(id)
  const text = yaml ?? write(form)
  const name = ownName || idOfTitle(yaml === null ? form.title : (/^title: *["']?(.*?)["']?\s*$/m.exec(text)?.[1] ?? ''))
  const { trial, waiting, failure } = useTrial<T>(path, { id: name || 'draft', yaml: yaml ?? tried(form) })
  const told = yaml !== null && !waiting && trial?.answer ? formOf(trial.answer.definition) : null
  return {
    form,
    change: (more) => setForm({ ...form, ...more }),
    text,
    yaml,
    setYaml,
    toFields:
      told &&
      (() => {
        setForm(told)
        setYaml(null)
      }),
    name,
    setName,
    fixed: id !== '',
    trial,
    waiting,
    failure,
    problemOf: (place) => trial?.problems.find((problem) => problem.place === place || problem.place.startsWith(`${place}.`))?.message,
  }
}

/** A page on which a definition is written: its fields (children) or its YAML, the card that saves it, and what it would answer. */
export function Writing<Form, T extends Told>({
  draft,
  title,
  what,
  ready = true,
  more = {},
  saved,
  beforeSaving,
  preview,
  children,
}: {
  draft: Draft<Form, T>
  title: string
  what: 'metric' | 'initiative'
  /** Whether it may be saved once it has an answer. */
  ready?: boolean
  /** What is sent with it beside its text, and who decides and why. */
  more?: object
  /** Called when it was saved. */
  saved: () => void
  /** Above the button that saves. */
  beforeSaving?: ReactNode
  preview: ReactNode
  children: ReactNode
}) {
  const { org } = useMoment()
  const { by, setBy, body } = useBy()
  const { busy, failure, act } = useAct()
  const { name, text, trial } = draft
  const save = async () => {
    if (await act('PUT', `/api/v1/${what}s/${encodeURIComponent(name)}`, { yaml: text, ...more, ...body() }, { org })) saved()
  }
  return (
    <div className="grid grid-cols-12 items-start gap-4">
      <div className="col-span-12 flex flex-col gap-4 xl:col-span-7">
        <WriteCard title={title} draft={draft}>
          {children}
        </WriteCard>
        <Card title="Save">
          <div className="flex flex-col gap-3.5">
            <Field
              title="Id"
              hint="small letters, digits and -; it stays"
              error={trial?.problems.find(({ place }) => place === 'id')?.message}
            >
              <input
                value={name}
                disabled={draft.fixed}
                maxLength={80}
                onChange={(event) => draft.setName(event.target.value)}
                className={`${fieldLook} disabled:opacity-60`}
              />
            </Field>
            <ByFields by={by} setBy={setBy} />
            {beforeSaving}
            <Failure text={failure ?? draft.failure} />
            <div className="flex justify-end gap-2">
              <To page={`/${what}s`} className={buttonLook('plain')}>
                Cancel
              </To>
              <Button
                look="primary"
                disabled={busy || draft.waiting || !trial?.answer || name === '' || !ready}
                onClick={() => void save()}
              >
                {busy ? 'Working …' : draft.fixed ? 'Save new version' : `Save ${what}`}
              </Button>
            </div>
          </div>
        </Card>
      </div>
      {preview}
    </div>
  )
}

/** The card in which a definition is written: in fields (children), or as YAML. */
function WriteCard<Form, T extends Told>({ title, draft, children }: { title: string; draft: Draft<Form, T>; children: ReactNode }) {
  const { yaml, toFields } = draft
  return (
    <Card
      title={title}
      aside={
        <fieldset className="flex gap-1" aria-label="How to write it">
          <button
            type="button"
            aria-pressed={yaml === null}
            disabled={yaml !== null && !toFields}
            title={toFields ? undefined : 'Fields cannot show all that this text says'}
            onClick={() => toFields?.()}
            className={switchLook}
          >
            Fields
          </button>
          <button type="button" aria-pressed={yaml !== null} onClick={() => draft.setYaml(draft.text)} className={switchLook}>
            YAML
          </button>
        </fieldset>
      }
    >
      {yaml === null ? (
        <div className="flex flex-col gap-3.5">{children}</div>
      ) : (
        <YamlField text={yaml} onChange={draft.setYaml} problems={draft.trial?.problems ?? []} />
      )}
    </Card>
  )
}
