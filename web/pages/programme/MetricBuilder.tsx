import { useState } from 'react'
import { useLocation, useParams } from 'wouter'
import { useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useAddress, useMoment, useParameters } from '../../address.ts'
import { Loading, Problem } from '../../components/Problem.tsx'
import { Page } from '../../components/Page.tsx'
import { formOf, formYaml, type MetricForm } from './condition.ts'
import { ConditionLines } from './ConditionLines.tsx'
import { Field, fieldLook } from '../../components/fields.tsx'
import { MetricPreview, type Trial } from './MetricPreview.tsx'
import { useDraft, Writing } from './Writing.tsx'

type Fields = Answer<'/api/v1/definitions/fields'>
type Given = Pick<Answer<'/api/v1/metrics/{id}/settings'>, 'yaml' | 'definition'>

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

const isNamed = ({ title, why }: MetricForm): boolean => title.trim().length >= 3 && why.trim().length >= 10

function Builder({ fields, given, id }: { fields: Fields; given: Given | null; id: string }) {
  const draft = useDraft<MetricForm, Trial>({
    path: '/api/v1/metrics/try',
    id,
    given,
    empty,
    formOf,
    write: (form) => formYaml(form, fields.items),
    // The preview does not wait for words: what has none yet gets some for the trial alone.
    tried: (form) => formYaml({ ...form, ...(isNamed(form) ? {} : { title: 'Untitled metric', why: 'Not said yet why.' }) }, fields.items),
  })
  const { form, change, problemOf, trial, waiting } = draft
  const [mayBeEmpty, setMayBeEmpty] = useState(false)
  const [, navigate] = useLocation()
  const address = useAddress()
  return (
    <Writing
      draft={draft}
      title="The question"
      what="metric"
      ready={draft.yaml !== null || isNamed(form)}
      more={mayBeEmpty ? { may_be_empty: true } : {}}
      saved={() => navigate(address('/metrics', { open: draft.name }))}
      beforeSaving={
        (trial?.warnings.length ?? 0) > 0 && (
          <label className="flex items-center gap-2 text-sm">
            <input
              type="checkbox"
              checked={mayBeEmpty}
              onChange={(event) => setMayBeEmpty(event.target.checked)}
              className="accent-accent"
            />
            Save it although it asks no asset yet
          </label>
        )
      }
      preview={<MetricPreview trial={trial} waiting={waiting} className="col-span-12 xl:sticky xl:top-4 xl:col-span-5" />}
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
      <ConditionLines
        title="Asked of"
        none="Every asset is asked."
        lines={form.population}
        fields={fields.items.filter((field) => field.about === 'asset')}
        onChange={(population) => change({ population })}
        error={problemOf('population')}
      />
      <ConditionLines
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
      <div className="grid gap-3 sm:grid-cols-[1fr_10rem]">
        <Field title="Reason beside an asset" hint="{subject}, {component}, {title}" error={problemOf('reason')}>
          <input value={form.reason} maxLength={200} onChange={(event) => change({ reason: event.target.value })} className={fieldLook} />
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
          {draft.text}
        </pre>
      </details>
    </Writing>
  )
}
