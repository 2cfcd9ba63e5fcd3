import { useState } from 'react'
import { useParameters } from '../../address.ts'
import { useAsk } from '../../api.ts'
import { buttonLook } from '../../components/Button.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { Archive } from './Archive.tsx'
import { Field, fieldLook } from '../../components/fields.tsx'
import { ByFields, Failure, useAct, useBy } from './form.tsx'
import { SettingsLog } from './SettingsLog.tsx'
import { handlings, weights, weightTitle, weightWord } from './words.ts'

/** What is set of a metric, to be changed: weight, state; its own text where it is the organisation's own. */
export function MetricProgramme({ id }: { id: string }) {
  const { data, error, refetch } = useAsk('/api/v1/metrics/{id}/settings', { path: { id } })
  const { by, setBy, body } = useBy()
  const { busy, failure, act } = useAct()
  const { href } = useParameters()
  const [saved, setSaved] = useState('')
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-80" />
  const path = `/api/v1/metrics/${encodeURIComponent(id)}`
  const say = (done: boolean, text: string) => setSaved(done ? text : '')
  const setWeight = async (weight: string, initiative?: string) => {
    const of = initiative === undefined ? {} : { initiative }
    say(
      weight === ''
        ? await act('DELETE', `${path}/weight`, undefined, { ...of, ...body() })
        : await act('PUT', `${path}/weight`, { weight, ...of, ...body() }),
      'The weight is set; scores are up to date.',
    )
  }
  const setState = async (state: string) =>
    say(
      state === '' ? await act('DELETE', `${path}/state`, undefined, body()) : await act('PUT', `${path}/state`, { state, ...body() }),
      'The state is set; scores are up to date.',
    )
  return (
    <div className="flex flex-col gap-5">
      <ByFields by={by} setBy={setBy} />
      <fieldset className="text-sm" disabled={busy}>
        <legend className="font-semibold">State</legend>
        <div className="mt-1 flex flex-col gap-1">
          {handlings.map((one) => (
            <label key={one.value} className="flex items-start gap-2 rounded-md px-1 py-0.5">
              <input
                type="radio"
                name="state"
                checked={(data.handled ?? '') === one.value}
                onChange={() => void setState(one.value)}
                className="mt-1 accent-accent"
              />
              <span>
                {one.title} <span className="block text-xs text-ink-3">{one.meaning}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <section aria-label="Weight" className="flex flex-col gap-3">
        <Field title="Weight everywhere" hint="where an initiative has none of its own set">
          <select value={data.set ?? ''} disabled={busy} onChange={(event) => void setWeight(event.target.value)} className={fieldLook}>
            <option value="">As each initiative says</option>
            {weights.map((weight) => (
              <option key={weight} value={weight}>
                {weightTitle[weight]}
              </option>
            ))}
          </select>
        </Field>
        {data.initiatives.map((initiative) => (
          <Field key={initiative.id} title={initiative.title} hint={`counts ${weightWord(initiative.weight).toLowerCase()} now`}>
            <select
              value={initiative.set ?? ''}
              disabled={busy}
              onChange={(event) => void setWeight(event.target.value, initiative.id)}
              className={fieldLook}
            >
              <option value="">{data.set ? 'As set everywhere' : `${weightWord(initiative.comes)}, as it comes`}</option>
              {weights.map((weight) => (
                <option key={weight} value={weight}>
                  {weightTitle[weight]}
                </option>
              ))}
            </select>
          </Field>
        ))}
      </section>
      <Failure text={failure} />
      <output className="block min-h-5 text-sm text-better">{busy ? 'Working …' : saved}</output>
      {data.recommendation && (
        <section aria-label="What to do" className="text-sm">
          <h3 className="font-semibold">What to do</h3>
          <p className="mt-1 text-ink-2">{data.recommendation}</p>
        </section>
      )}
      <section aria-label="Definition" className="flex flex-wrap items-center gap-2 text-sm">
        <span className="mr-auto text-ink-2">
          {data.origin === 'own' ? 'Your own metric.' : data.origin === 'pack' ? `Of the pack ${data.pack}.` : 'Comes with Plimsoll.'}
        </span>
        <To page="/metrics/new" change={{ like: id }} className={buttonLook('plain')}>
          Write one like it
        </To>
        {data.origin === 'own' && (
          <>
            <To page={`/metrics/${encodeURIComponent(id)}/edit`} className={buttonLook('plain')}>
              Edit
            </To>
            <Archive kind="metric" id={id} by={body} leave={href({ open: null, tab: null })}>
              It leaves its initiatives from now on. The days on which it held keep it, and it can be brought back.
            </Archive>
          </>
        )}
      </section>
      <section aria-label="Who set what">
        <h3 className="text-sm font-semibold">Who set what</h3>
        <SettingsLog versions={data.log} label="Who set what of this metric" />
      </section>
    </div>
  )
}

/** Leads to the builder. */
export const NewMetricLink = () => (
  <To page="/metrics/new" className={buttonLook('plain')}>
    New metric
  </To>
)
