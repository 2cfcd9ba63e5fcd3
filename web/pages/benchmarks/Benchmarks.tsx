import { useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { SubmitEvent } from 'react'
import { addressOf, send, useAsk } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { moveDay } from '../../format.ts'
import { Button } from '../../components/Button.tsx'
import { NumberField, SelectField, TextField } from '../../components/fields.tsx'
import { Card } from '../../components/Card.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { useLastDay } from '../../components/shell.ts'

const cell = 'py-1.5 pr-3 align-top'

/** What the secure score is compared with: each value with source, day and sample size, and the ways to bring more. */
export function Benchmarks({ days = 365 }: { days?: number }) {
  const last = useLastDay()
  const query = useMemo(() => ({ from: moveDay(last, -days) }), [last, days])
  const asked = useAsk('/api/v1/benchmarks', { query })
  const { org } = useMoment()
  const client = useQueryClient()
  const [adding, setAdding] = useState(false)
  const [said, setSaid] = useState<string | null>(null)
  const change = async (work: () => Promise<unknown>, done: string) => {
    const told = await work().then(
      () => done,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    setSaid(told)
    await client.invalidateQueries()
    return told === done
  }
  const takeFile = async (file: File | undefined) => {
    if (!file) return
    const content = await file.text()
    await change(
      () => send('POST', addressOf('/api/v1/benchmarks/file', {}, { org }), { content, name: file.name }),
      `Entered the values of ${file.name}.`,
    )
  }
  return (
    <Card
      title="What is known"
      note="missing is missing: nothing is invented"
      aside={
        <>
          <label className="link cursor-pointer text-sm focus-within:underline">
            Import CSV or JSON
            <input type="file" accept=".csv,.json" className="sr-only" onChange={(event) => void takeFile(event.target.files?.[0])} />
          </label>
          <Button onClick={() => setAdding(!adding)} aria-expanded={adding}>
            Enter a value
          </Button>
        </>
      }
    >
      {adding && (
        <NewValue
          last={last}
          add={async (value) => {
            if (await change(() => send('POST', addressOf('/api/v1/benchmarks', {}, { org }), { values: [value] }), 'Entered.'))
              setAdding(false)
          }}
        />
      )}
      <p aria-live="polite" className="text-sm text-ink-2">
        {said}
      </p>
      {asked.error ? (
        <Problem error={asked.error} retry={() => void asked.refetch()} />
      ) : asked.data ? (
        <>
          {asked.data.items.length === 0 ? (
            <p className="py-2 text-sm text-ink-2">
              Nothing to compare with yet. A Graph export brings the averages that Microsoft states; a survey or a report can be entered or
              imported.
            </p>
          ) : (
            <table className="w-full text-left text-sm">
              <thead className="text-xs text-ink-3">
                <tr>
                  {['Compared with', 'Category', 'Value', 'Since', 'Source', 'Sample'].map((title) => (
                    <th key={title} scope="col" className="py-1 pr-3 font-normal">
                      {title}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody className="divide-y divide-line">
                {asked.data.items.map((line) => (
                  <tr key={`${line.source} ${line.basis} ${line.category}`}>
                    <td className={cell}>{line.basis_title}</td>
                    <td className={cell}>{line.category}</td>
                    <td className={`${cell} num`}>
                      {line.latest ? (
                        `${line.latest.value.toFixed(1)} ${line.unit === 'percent' ? '%' : 'points'}`
                      ) : (
                        <span className="text-ink-3">Missing</span>
                      )}
                    </td>
                    <td className={`${cell} num`}>{line.latest?.day ?? ''}</td>
                    <td className={`${cell} break-words`}>{line.source_title}</td>
                    <td className={`${cell} num`}>{line.sample_size ?? <span className="text-ink-3">not said</span>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {asked.data.entered.length > 0 && (
            <details className="mt-2 text-sm">
              <summary className="cursor-pointer text-ink-2">Entered values ({asked.data.entered.length})</summary>
              <ul className="mt-1 divide-y divide-line">
                {asked.data.entered.map((one) => (
                  <li key={one.id} className="flex items-center justify-between gap-3 py-1">
                    <span className="min-w-0 break-words">
                      {one.basis}, {one.category}: <span className="num">{one.value} %</span> from {one.day}, {one.source}
                    </span>
                    <Button
                      look="quiet"
                      aria-label={`Take away ${one.basis} of ${one.day}`}
                      onClick={() =>
                        void change(
                          () => send('DELETE', addressOf('/api/v1/benchmarks/{id}', { id: one.id }, { org })),
                          'Taken away; its history stays.',
                        )
                      }
                    >
                      Take away
                    </Button>
                  </li>
                ))}
              </ul>
            </details>
          )}
          <label className="mt-3 flex items-start gap-2 border-t border-line pt-3 text-sm">
            <input
              type="checkbox"
              className="mt-0.5"
              checked={asked.data.sharing.shares}
              onChange={(event) =>
                void change(
                  () => send('PUT', addressOf('/api/v1/benchmarks/sharing', {}, { org }), { shares: event.target.checked }),
                  event.target.checked ? 'This organisation takes part.' : 'This organisation takes no longer part.',
                )
              }
            />
            <span>
              Compare with the other organisations of this installation
              <span className="block text-xs text-ink-3">
                Only who takes part sees it, in whole percent, once at least {asked.data.sharing.least} others do. Who they are is never
                told.
                {asked.data.sharing.shares && !asked.data.sharing.enough && ' Not enough take part yet.'}
              </span>
            </span>
          </label>
        </>
      ) : (
        <Loading className="h-28" />
      )}
    </Card>
  )
}

interface Value {
  source: string
  basis: string
  category: string
  day: string
  value: number
  sample_size: number | null
}

function NewValue({ last, add }: { last: string; add: (value: Value) => Promise<void> }) {
  const [basis, setBasis] = useState('')
  const [category, setCategory] = useState('Total')
  const [value, setValue] = useState('')
  const [day, setDay] = useState(last)
  const [source, setSource] = useState('')
  const [sample, setSample] = useState('')
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    void add({ source, basis, category, day, value: Number(value), sample_size: sample === '' ? null : Number(sample) })
  }
  return (
    <form onSubmit={submit} className="mb-3 grid grid-cols-2 gap-3 rounded-lg bg-sunken p-3 sm:grid-cols-3">
      <TextField title="Whom it is about" required maxLength={200} value={basis} onChange={setBasis} placeholder="Our peers" />
      <SelectField title="Category" value={category} onChange={setCategory}>
        {['Total', 'Identity', 'Device', 'Apps', 'Data', 'Infrastructure'].map((one) => (
          <option key={one}>{one}</option>
        ))}
      </SelectField>
      <NumberField title="Value" hint="percent" required min={0} max={100} value={value} onChange={setValue} />
      <TextField title="From" type="date" required max={last} value={day} onChange={setDay} />
      <TextField title="Source" required maxLength={200} value={source} onChange={setSource} placeholder="Who says so" />
      <NumberField title="Sample size" min={1} step={1} value={sample} onChange={setSample} placeholder="not said" />
      <div className="col-span-full">
        <Button type="submit" look="primary">
          Enter
        </Button>
      </div>
    </form>
  )
}
