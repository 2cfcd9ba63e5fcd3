import { useState } from 'react'
import { useLocation } from 'wouter'
import { useAsk } from '../../api.ts'
import { useAddress, useMoment, useParameters } from '../../address.ts'
import type { paths } from '../../openapi.d.ts'
import { Button, buttonLook } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { Page } from '../../components/Page.tsx'
import { To } from '../../components/To.tsx'
import { count, counted, sentence, word } from '../../format.ts'
import { Field, fieldLook } from '../../components/fields.tsx'
import { TableHead } from '../../components/TableHead.tsx'
import { ByFields, Failure, useAct, useBy } from './form.tsx'
import { InitiativePreview } from './InitiativePreview.tsx'
import { useTrial } from './trial.ts'

type Trial = paths['/api/v1/product-initiatives/try']['post']['responses'][200]['content']['application/json']
type Of = 'product' | 'vendor'

const ofNames: Record<Of, string> = { product: 'Product', vendor: 'Vendor' }

/** Makes an initiative for a product or vendor: its name and the weaknesses that belong to it, and what it would have been. */
export function ProductInitiativePage() {
  const { get } = useParameters()
  const { org, rules: _, ...past } = useMoment()
  const [name, setName] = useState(get('name'))
  const [of, setOf] = useState<Of>(get('of') === 'vendor' ? 'vendor' : 'product')
  const [weaknesses, setWeaknesses] = useState('')
  const question = { name: name.trim(), of, vulnerabilities: weaknesses.split(/[\s,;]+/).filter(Boolean) }
  const { trial, waiting, failure } = useTrial<Trial>('/api/v1/product-initiatives/try', question.name.length < 2 ? null : question)
  const suggested = useAsk('/api/v1/product-initiatives/suggestions', { query: { ...(org ? { org } : {}), ...past }, anywhere: true })
  const { by, setBy, body } = useBy()
  const { busy, failure: saveFailure, act } = useAct()
  const [, navigate] = useLocation()
  const address = useAddress()
  const save = async () => {
    if (trial && (await act('POST', '/api/v1/product-initiatives', { ...question, ...body() })))
      navigate(address(`/initiatives/${encodeURIComponent(trial.id)}`))
  }
  return (
    <Page
      title="Initiative for a product"
      name="Initiative for a product"
      parent={{ page: '/initiatives', title: 'Initiatives' }}
      line="Four metrics over the weaknesses of one product or vendor: open, known exploited, with an exploit, without a fix."
    >
      <div className="grid grid-cols-12 items-start gap-4">
        <div className="col-span-12 flex flex-col gap-4 xl:col-span-7">
          <Card title="What it is about">
            <div className="flex flex-col gap-3.5">
              <div className="grid gap-3 sm:grid-cols-[1fr_8rem]">
                <Field title="Name" hint="as the list of software has it">
                  <input value={name} maxLength={80} onChange={(event) => setName(event.target.value)} className={fieldLook} />
                </Field>
                <Field title="It is a">
                  <select value={of} onChange={(event) => setOf(event.target.value as Of)} className={fieldLook}>
                    {Object.entries(ofNames).map(([value, title]) => (
                      <option key={value} value={value}>
                        {title}
                      </option>
                    ))}
                  </select>
                </Field>
              </div>
              <Field title="Weaknesses" hint="that belong to it whatever they are found in; may be left out">
                <textarea
                  value={weaknesses}
                  rows={2}
                  placeholder="CVE-2026-10001, CVE-2026-10002"
                  onChange={(event) => setWeaknesses(event.target.value)}
                  className={`${fieldLook} h-auto py-1.5`}
                />
              </Field>
              {suggested.data && suggested.data.items.length > 0 && (
                <section aria-label="Suggestions" className="text-sm">
                  <p className="font-medium">
                    In your inventory{' '}
                    <span className="text-xs font-normal text-ink-3">with the most weaknesses that are known to be exploited</span>
                  </p>
                  <ul className="mt-1.5 flex flex-wrap gap-1.5">
                    {suggested.data.items.map((one) => (
                      <li key={`${one.of} ${one.name}`}>
                        <button
                          type="button"
                          aria-pressed={one.name === name && one.of === of}
                          title={`${counted(one.vulnerabilities, 'known exploited weakness', 'known exploited weaknesses')} on ${counted(one.assets, 'asset')}`}
                          onClick={() => {
                            setName(one.name)
                            setOf(one.of)
                          }}
                          className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line-strong px-2 hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft"
                        >
                          {one.name} <span className="num text-xs text-ink-3">{count(one.vulnerabilities)}</span>
                          {one.of === 'vendor' && <span className="text-xs text-ink-3">vendor</span>}
                        </button>
                      </li>
                    ))}
                  </ul>
                </section>
              )}
            </div>
          </Card>
          <Card title="Save">
            <div className="flex flex-col gap-3.5">
              <ByFields by={by} setBy={setBy} />
              {trial?.saved && <p className="text-sm text-ink-2">It is there already: saving makes a new version of it.</p>}
              <Failure text={saveFailure} />
              <div className="flex justify-end gap-2">
                <To page="/initiatives" className={buttonLook('plain')}>
                  Cancel
                </To>
                <Button look="primary" disabled={busy || waiting || !trial} onClick={() => void save()}>
                  {busy ? 'Working …' : 'Save initiative'}
                </Button>
              </div>
            </div>
          </Card>
        </div>
        <InitiativePreview answer={trial} waiting={waiting && question.name.length > 1}>
          {failure !== null && <p className="text-sm text-ink-2">{sentence(failure)}</p>}
          {trial ? (
            <Made trial={trial} />
          ) : (
            failure === null && <p className="text-sm text-ink-3">Name a product: its last two years appear here.</p>
          )}
        </InitiativePreview>
      </div>
    </Page>
  )
}

function Made({ trial }: { trial: Trial }) {
  return (
    <>
      {trial.missing.length > 0 && (
        <p className="rounded-lg bg-warn-soft p-3 text-sm text-warn">It answers once something feeds: {trial.missing.join(', ')}.</p>
      )}
      <table className="w-full text-sm">
        <TableHead heads={['Metric', 'Weight', { title: 'Exposed', right: true }]} />
        <tbody>
          {trial.metrics.map((one) => (
            <tr key={one.id} className="border-t border-line">
              <td className="py-1.5 pr-2">{one.title}</td>
              <td className="py-1.5">{word(one.weight)}</td>
              <td className="num py-1.5 text-right whitespace-nowrap">
                {count(one.exposed)} of {count(one.total)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {trial.components.length > 0 && <p className="text-xs break-words text-ink-3">Asks for: {trial.components.join(', ')}</p>}
    </>
  )
}
