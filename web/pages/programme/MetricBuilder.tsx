import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { useLocation, useParams } from 'wouter'
import { useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useAddress, useMoment, useParameters } from '../../address.ts'
import { Button } from '../../components/Button.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { Page } from '../../components/Page.tsx'
import { formOf, formYaml, idOfTitle, type Line, type MetricForm } from './condition.ts'
import { Field, fieldLook, useAct, useBy } from './form.tsx'
import { MetricPreview, type Trial } from './MetricPreview.tsx'
import { useTrial } from './trial.ts'
import { SaveCard, WriteCard } from './Writing.tsx'

type Fields = Answer<'/api/v1/definitions/fields'>
type Given = Pick<Answer<'/api/v1/metrics/{id}/settings'>, 'yaml' | 'definition'>

const tests: { value: Line['test']; title: string; for: readonly string[] }[] = [
  { value: 'is', title: 'is', for: ['text', 'number', 'boolean', 'ordered'] },
  { value: 'not', title: 'is not', for: ['text', 'number', 'boolean', 'ordered'] },
  { value: 'at_least', title: 'is at least', for: ['number', 'ordered'] },
  { value: 'at_most', title: 'is at most', for: ['number', 'ordered'] },
  { value: 'contains', title: 'contains', for: ['text'] },
  { value: 'unknown', title: 'is not known', for: ['text', 'number', 'boolean', 'ordered'] },
  { value: 'known', title: 'is known', for: ['text', 'number', 'boolean', 'ordered'] },
]

const empty: MetricForm = {
  id: '',
  title: '',
  why: '',
  population: [{ field: 'asset.type', test: 'is', value: 'device' }],
  how: 'all',
  exposed: [{ field: 'vulnerability.severity', test: 'at_least', value: 'high' }],
  reason: '{subject} in {component}',
  weight: 'medium',
  recommendation: '',
}

/** Writes a metric: fields to pick from, the YAML beside them, and what it would answer while one writes. */
export function MetricBuilderPage() {
  const { id = '' } = useParams<{ id: string }>()
  const { get } = useParameters()
  const like = get('like')
  const source = id ? decodeURIComponent(id) : like
  const fields = useAsk('/api/v1/definitions/fields', { anywhere: true })
  const { org } = useMoment()
  const held = useAsk('/api/v1/metrics/{id}/settings', {
    path: { id: source },
    query: org ? { org } : {},
    anywhere: true,
    enabled: source !== '',
  })
  const title = id ? 'Edit metric' : 'New metric'
  const error = fields.error ?? held.error
  return (
    <Page
      title={title}
      name={title}
      parent={{ page: '/metrics', title: 'Metrics' }}
      line="A question asked of every asset of a population. It has its history since the first import, as if it had always been there."
    >
      {error ? (
        <Problem error={error} retry={() => void fields.refetch()} />
      ) : !fields.data || (source && !held.data) ? (
        <Loading className="h-96" />
      ) : (
        <Builder key={source} fields={fields.data} given={held.data ?? null} id={id ? source : ''} />
      )}
    </Page>
  )
}

function Builder({ fields, given, id }: { fields: Fields; given: Given | null; id: string }) {
  const { org } = useMoment()
  const [form, setForm] = useState(() => (given && formOf(given.definition)) ?? empty)
  const [yaml, setYaml] = useState<string | null>(given && !formOf(given.definition) ? given.yaml : null)
  const [ownId, setOwnId] = useState(id)
  const text = yaml ?? formYaml(form, fields.items)
  const name = ownId || idOfTitle(yaml === null ? form.title : (/^title: *["']?(.*?)["']?\s*$/m.exec(text)?.[1] ?? ''))
  // The preview does not wait for words: what has none yet gets some for the trial alone.
  const named = form.title.trim().length >= 3 && form.why.trim().length >= 10
  const asked = yaml ?? formYaml({ ...form, ...(named ? {} : { title: 'Untitled metric', why: 'Not said yet why.' }) }, fields.items)
  const { trial, waiting, failure: tryFailure } = useTrial<Trial>('/api/v1/metrics/try', { id: name || 'draft', yaml: asked })
  const told = yaml !== null && !waiting && trial?.answer ? formOf(trial.answer.definition) : null
  const { by, setBy, body } = useBy()
  const { busy, failure, act } = useAct()
  const [mayBeEmpty, setMayBeEmpty] = useState(false)
  const [, navigate] = useLocation()
  const address = useAddress()
  const problemOf = (place: string) =>
    trial?.problems.find((problem) => problem.place === place || problem.place.startsWith(`${place}.`))?.message
  const change = (more: Partial<MetricForm>) => setForm({ ...form, ...more })
  const save = async () => {
    const path = `/api/v1/metrics/${encodeURIComponent(name)}`
    if (await act('PUT', path, { yaml: text, ...(mayBeEmpty ? { may_be_empty: true } : {}), ...body() }, { org }))
      navigate(address('/metrics', { open: name }))
  }
  return (
    <div className="grid grid-cols-12 items-start gap-4">
      <div className="col-span-12 flex flex-col gap-4 xl:col-span-7">
        <WriteCard
          title="The question"
          yaml={yaml}
          onYaml={() => setYaml(text)}
          onFields={
            told &&
            (() => {
              setForm(told)
              setYaml(null)
            })
          }
          onText={setYaml}
          problems={trial?.problems ?? []}
        >
          <Field
            title="Title"
            hint="an exposed state, such as “Servers without backup”"
            error={form.title && form.title.trim().length < 3 ? 'At least three characters.' : problemOf('title')}
          >
            <input value={form.title} maxLength={120} onChange={(event) => change({ title: event.target.value })} className={fieldLook} />
          </Field>
          <Field title="Why it matters" error={form.why && form.why.trim().length < 10 ? 'At least ten characters.' : problemOf('why')}>
            <textarea
              value={form.why}
              rows={2}
              onChange={(event) => change({ why: event.target.value })}
              className={`${fieldLook} h-auto py-1.5`}
            />
          </Field>
          <Lines
            title="Asked of"
            none="Every asset is asked."
            lines={form.population}
            fields={fields.items.filter((field) => field.about === 'asset')}
            onChange={(population) => change({ population })}
            error={problemOf('population')}
          />
          <Lines
            title="Exposed when"
            none="Say when an asset is exposed."
            lines={form.exposed}
            fields={fields.items}
            objectives={fields.objectives}
            onChange={(exposed) => change({ exposed })}
            error={problemOf('exposed_when')}
            how={form.how}
            onHow={(how) => change({ how })}
          />
          <div className="grid grid-cols-[1fr_10rem] gap-3">
            <Field title="Reason beside an asset" hint="{subject}, {component}, {title}" error={problemOf('reason')}>
              <input
                value={form.reason}
                maxLength={200}
                onChange={(event) => change({ reason: event.target.value })}
                className={fieldLook}
              />
            </Field>
            <Field title="Weight">
              <select
                value={form.weight}
                onChange={(event) => change({ weight: event.target.value as MetricForm['weight'] })}
                className={fieldLook}
              >
                <option value="high">High</option>
                <option value="medium">Medium</option>
                <option value="low">Low</option>
              </select>
            </Field>
          </div>
          <Field title="What to do" hint="optional" error={form.recommendation ? problemOf('recommendation') : undefined}>
            <textarea
              value={form.recommendation}
              rows={2}
              onChange={(event) => change({ recommendation: event.target.value })}
              className={`${fieldLook} h-auto py-1.5`}
            />
          </Field>
          <details className="text-sm">
            <summary className="cursor-pointer text-ink-2">As YAML</summary>
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard */}
            <pre tabIndex={0} className="mt-2 overflow-x-auto rounded-lg bg-sunken p-3 font-mono text-xs text-ink-2">
              {text}
            </pre>
          </details>
        </WriteCard>
        <SaveCard
          page="/metrics"
          what="metric"
          id={ownId || name}
          fixed={id !== ''}
          onId={setOwnId}
          idProblem={trial?.problems.find(({ place }) => place === 'id')?.message}
          by={by}
          setBy={setBy}
          failure={failure ?? tryFailure}
          busy={busy}
          ready={!waiting && Boolean(trial?.answer) && name !== '' && (yaml !== null || named)}
          onSave={() => void save()}
        >
          {(trial?.warnings.length ?? 0) > 0 && (
            <label className="flex items-center gap-2 text-sm">
              <input
                type="checkbox"
                checked={mayBeEmpty}
                onChange={(event) => setMayBeEmpty(event.target.checked)}
                className="accent-accent"
              />
              Save it although it asks no asset yet
            </label>
          )}
        </SaveCard>
      </div>
      <MetricPreview trial={trial} waiting={waiting} className="col-span-12 xl:sticky xl:top-4 xl:col-span-5" />
    </div>
  )
}

function Lines({
  title,
  none,
  lines,
  fields,
  objectives = [],
  onChange,
  error,
  how,
  onHow,
}: {
  title: string
  none: string
  lines: Line[]
  fields: Fields['items']
  objectives?: Fields['objectives']
  onChange: (lines: Line[]) => void
  error: string | undefined
  how?: 'all' | 'any'
  onHow?: (how: 'all' | 'any') => void
}) {
  const set = (index: number, more: Partial<Line>) => onChange(lines.map((line, place) => (place === index ? { ...line, ...more } : line)))
  const first = fields[0]!
  return (
    <fieldset className="text-sm">
      <legend className="font-medium">{title}</legend>
      {onHow && lines.length > 1 && (
        <label className="mt-1 flex items-center gap-2 text-xs text-ink-2">
          <select
            aria-label="How the lines count"
            value={how}
            onChange={(event) => onHow(event.target.value as 'all')}
            className={`${fieldLook} w-64`}
          >
            <option value="all">one finding meets all of these</option>
            <option value="any">any of these holds</option>
          </select>
        </label>
      )}
      {lines.length === 0 && <p className="mt-1 text-xs text-ink-3">{none}</p>}
      <ul className="mt-1 flex flex-col gap-1.5">
        {lines.map((line, index) => {
          const field = fields.find((each) => each.field === line.field) ?? first
          const words =
            field.field === 'control.objective'
              ? objectives.map((one) => one.id)
              : (field.values ?? (field.type === 'boolean' ? ['true', 'false'] : null))
          const possible = field.several
            ? tests.filter((test) => test.value === 'is' || test.value === 'not')
            : tests.filter((test) => test.for.includes(field.type))
          return (
            <li key={index} className="grid grid-cols-[1fr_8.5rem_1fr_2rem] gap-2">
              <select
                aria-label={`${title}, field ${index + 1}`}
                value={line.field}
                onChange={(event) => {
                  const next = fields.find((each) => each.field === event.target.value)!
                  set(index, {
                    field: next.field,
                    test: 'is',
                    value:
                      next.values?.[0] ??
                      (next.type === 'boolean' ? 'true' : next.field === 'control.objective' ? (objectives[0]?.id ?? '') : ''),
                  })
                }}
                className={fieldLook}
              >
                {fields.map((each) => (
                  <option key={each.field} value={each.field}>
                    {each.title}
                  </option>
                ))}
              </select>
              <select
                aria-label={`${title}, comparison ${index + 1}`}
                value={line.test}
                onChange={(event) => set(index, { test: event.target.value as Line['test'] })}
                className={fieldLook}
              >
                {possible.map((test) => (
                  <option key={test.value} value={test.value}>
                    {test.title}
                  </option>
                ))}
              </select>
              {line.test === 'unknown' || line.test === 'known' ? (
                <span />
              ) : words && !line.value.includes(',') ? (
                <select
                  aria-label={`${title}, value ${index + 1}`}
                  value={line.value}
                  onChange={(event) => set(index, { value: event.target.value })}
                  className={fieldLook}
                >
                  {words.map((word) => (
                    <option key={word} value={word}>
                      {objectives.find((one) => one.id === word)?.title ?? word.replaceAll('_', ' ')}
                    </option>
                  ))}
                </select>
              ) : (
                <input
                  aria-label={`${title}, value ${index + 1}`}
                  value={line.value}
                  maxLength={500}
                  onChange={(event) => set(index, { value: event.target.value })}
                  className={fieldLook}
                />
              )}
              <Button
                look="quiet"
                className="w-8 px-0"
                aria-label={`Take out line ${index + 1} of ${title}`}
                onClick={() => onChange(lines.filter((_, place) => place !== index))}
              >
                <X size={14} aria-hidden />
              </Button>
            </li>
          )
        })}
      </ul>
      <Button
        look="quiet"
        className="mt-1 -ml-2"
        onClick={() => onChange([...lines, { field: first.field, test: 'is', value: first.values?.[0] ?? '' }])}
      >
        <Plus size={14} aria-hidden />
        Add a line
      </Button>
      {error && <p className="text-xs text-worse">{error}</p>}
    </fieldset>
  )
}
