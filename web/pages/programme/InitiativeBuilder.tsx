import { Plus, X } from 'lucide-react'
import { useLocation, useParams } from 'wouter'
import { useAsk } from '../../api.ts'
import type { Answer, MetricSummary } from '../../api.ts'
import { useAddress, useMoment, useParameters } from '../../address.ts'
import type { paths } from '../../openapi.d.ts'
import { Button, buttonLook } from '../../components/Button.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { Page } from '../../components/Page.tsx'
import { To } from '../../components/To.tsx'
import type { Definition } from './condition.ts'
import { Field, fieldLook } from '../../components/fields.tsx'
import { InitiativePreview } from './InitiativePreview.tsx'
import { useDraft, Writing } from './Writing.tsx'
import { ProblemList } from './YamlField.tsx'

type Given = Pick<Answer<'/api/v1/initiatives/{id}/settings'>, 'yaml' | 'definition'>
type Trial = paths['/api/v1/initiatives/try']['post']['responses'][200]['content']['application/json']

/** Writes an initiative: metrics with their weights and a target, and the score that it would have had. */
export function InitiativeBuilderPage() {
  const { id = '' } = useParams<{ id: string }>()
  const { get } = useParameters()
  const source = id ? decodeURIComponent(id) : get('like')
  const metrics = useAsk('/api/v1/metrics')
  const { org } = useMoment()
  const held = useAsk('/api/v1/initiatives/{id}/settings', {
    path: { id: source },
    query: org ? { org } : {},
    anywhere: true,
    enabled: source !== '',
  })
  const title = id ? 'Edit initiative' : 'New initiative'
  const error = metrics.error ?? held.error
  return (
    <Page
      title={title}
      name={title}
      parent={{ page: '/initiatives', title: 'Initiatives' }}
      line="A named set of weighted metrics with a target."
      actions={
        !id && (
          <To page="/initiatives/product" className={buttonLook('plain')}>
            For a product
          </To>
        )
      }
    >
      {error ? (
        <Problem error={error} retry={() => void metrics.refetch()} />
      ) : !metrics.data || (source && !held.data) ? (
        <Loading className="h-96" />
      ) : (
        <Builder key={source} metrics={metrics.data.items} given={held.data ?? null} id={id ? source : ''} />
      )}
    </Page>
  )
}

interface Form {
  title: string
  why: string
  target: string
  metrics: { id: string; weight: string }[]
}

const empty: Form = { title: '', why: '', target: '90', metrics: [] }

/** The form that stands for an initiative's text; null where fields cannot show all that it says. */
function formOf({ title, why, kind, target, metrics, ...more }: Definition): Form | null {
  if (Object.keys(more).length || kind !== 'workload' || !Array.isArray(metrics)) return null
  return {
    title: String(title),
    why: String(why).trim(),
    target: String(Math.round(Number(target) * 1e8) / 1e6),
    metrics: metrics as Form['metrics'],
  }
}

const formYaml = ({ title, why, target, metrics }: Form): string =>
  `title: ${JSON.stringify(title)}\nwhy: ${JSON.stringify(why)}\nkind: workload\ntarget: ${Number(target) / 100 || 0}\nmetrics:${
    metrics.length ? `\n${metrics.map((metric) => `  - {id: ${JSON.stringify(metric.id)}, weight: ${metric.weight}}`).join('\n')}` : ' []'
  }\n`

function Builder({ metrics, given, id }: { metrics: readonly MetricSummary[]; given: Given | null; id: string }) {
  const draft = useDraft<Form, Trial>({ path: '/api/v1/initiatives/try', id, given, empty, formOf, write: formYaml })
  const { form, change, trial, waiting } = draft
  const [, navigate] = useLocation()
  const address = useAddress()
  const free = metrics
    .filter((metric) => !form.metrics.some((one) => one.id === metric.id))
    .toSorted((a, b) => a.title.localeCompare(b.title, 'en'))
  return (
    <Writing
      draft={draft}
      title="The initiative"
      what="initiative"
      saved={() => navigate(address(`/initiatives/${encodeURIComponent(draft.name)}`))}
      preview={
        <InitiativePreview answer={trial?.answer ?? null} waiting={waiting}>
          {!trial?.answer && <p className="text-sm text-ink-3">Give it a title, a reason and metrics: its last two years appear here.</p>}
        </InitiativePreview>
      }
    >
      <div className="grid grid-cols-[1fr_8rem] gap-3">
        <Field title="Title">
          <input value={form.title} maxLength={120} onChange={(event) => change({ title: event.target.value })} className={fieldLook} />
        </Field>
        <Field title="Target" hint="0–100">
          <input
            type="number"
            min={0}
            max={100}
            value={form.target}
            onChange={(event) => change({ target: event.target.value })}
            className={`${fieldLook} num`}
          />
        </Field>
      </div>
      <Field title="Why it matters">
        <textarea
          value={form.why}
          rows={2}
          onChange={(event) => change({ why: event.target.value })}
          className={`${fieldLook} h-auto py-1.5`}
        />
      </Field>
      <fieldset className="text-sm">
        <legend className="font-medium">Metrics</legend>
        <ul className="mt-1 flex flex-col gap-1.5">
          {form.metrics.map((one, index) => (
            <li key={one.id} className="grid grid-cols-[1fr_8rem_2rem] items-center gap-2">
              <span className="truncate">{metrics.find((metric) => metric.id === one.id)?.title}</span>
              <select
                aria-label={`Weight of ${one.id}`}
                value={one.weight}
                onChange={(event) =>
                  change({
                    metrics: form.metrics.map((each, place) => (place === index ? { ...each, weight: event.target.value } : each)),
                  })
                }
                className={fieldLook}
              >
                <option value="high">High</option>
                <option value="medium">Medium</option>
                <option value="low">Low</option>
              </select>
              <Button
                look="quiet"
                className="w-8 px-0"
                aria-label={`Take out ${one.id}`}
                onClick={() => change({ metrics: form.metrics.filter((each) => each.id !== one.id) })}
              >
                <X size={14} aria-hidden />
              </Button>
            </li>
          ))}
        </ul>
        <label className="mt-2 flex items-center gap-2">
          <Plus size={14} aria-hidden />
          <span className="sr-only">Add a metric</span>
          <select
            value=""
            onChange={(event) => change({ metrics: [...form.metrics, { id: event.target.value, weight: 'medium' }] })}
            className={fieldLook}
          >
            <option value="">Add a metric …</option>
            {free.map((metric) => (
              <option key={metric.id} value={metric.id}>
                {metric.title}
              </option>
            ))}
          </select>
        </label>
      </fieldset>
      <ProblemList problems={form.title && form.why ? (trial?.problems ?? []) : []} />
    </Writing>
  )
}
