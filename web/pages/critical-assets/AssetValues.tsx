import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addressOf, send, useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { change, count, percent, score, word } from '../../format.ts'
import { Button } from '../../components/Button.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { ShareBar } from '../../charts/ShareBar.tsx'

type Values = Answer<'/api/v1/asset-values'>
type Level = Values['levels'][number]['criticality']

const rules: Record<Values['rule'], [title: string, meaning: string]> = {
  criticality: ['By criticality', 'Each level weighs what you set.'],
  plain: ['Plain', 'Every asset weighs the same.'],
  classic: ['Classic', 'Microsoft’s first rule: high and very high weigh a tenth of the number of assets, low 0.75, all others 1.'],
}

/** What assets of each level weigh in the exposure score, with a preview of each level's part of it. */
export function AssetValues() {
  const { data, error, refetch } = useAsk('/api/v1/asset-values')
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  return <Editor key={JSON.stringify(data.factors) + data.rule} now={data} />
}

function Editor({ now }: { now: Values }) {
  const { org, group, as_of } = useMoment()
  const client = useQueryClient()
  const [rule, setRule] = useState(now.rule)
  const [factors, setFactors] = useState<Record<Level, string>>(() => ({
    very_high: String(now.rule === 'criticality' ? now.factors.very_high : 5),
    high: String(now.rule === 'criticality' ? now.factors.high : 3),
    medium: String(now.rule === 'criticality' ? now.factors.medium : 1.5),
    none: String(now.rule === 'criticality' ? now.factors.none : 1),
    low: String(now.rule === 'criticality' ? now.factors.low : 0.75),
  }))
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const numbers = Object.fromEntries(Object.entries(factors).map(([level, text]) => [level, Number(text)])) as Record<Level, number>
  const valid = rule !== 'criticality' || Object.values(numbers).every((factor) => factor > 0 && factor <= 1000)
  const body = rule === 'criticality' ? { rule, factors: numbers } : { rule }
  const changed =
    rule !== now.rule ||
    (rule === 'criticality' && Object.entries(numbers).some(([level, factor]) => now.factors[level as Level] !== factor))
  const trial = useQuery<Values, Error>({
    queryKey: ['trial of asset values', org, group, as_of, body],
    queryFn: () => send('POST', addressOf('/api/v1/asset-values/preview', {}, { org, group, as_of }), body) as Promise<Values>,
    enabled: changed && valid,
    placeholderData: (before) => before,
    retry: false,
  })
  const shown = changed && trial.data ? trial.data : now
  const difference = changed && shown.score !== null && now.score !== null ? change(shown.score - now.score, 'lower_is_better') : null
  const save = async () => {
    setBusy(true)
    setFailure(null)
    try {
      await send('PUT', addressOf('/api/v1/asset-values', {}, { org }), body)
      await client.invalidateQueries()
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
      setBusy(false)
    }
  }
  return (
    <div className="flex max-w-5xl flex-col gap-4">
      <fieldset className="flex flex-wrap gap-3 text-sm">
        <legend className="mb-1 font-medium">How assets are weighed</legend>
        {(Object.keys(rules) as Values['rule'][]).map((one) => (
          <label
            key={one}
            className={`flex w-72 cursor-pointer items-start gap-2 rounded-lg border p-3 ${rule === one ? 'border-accent bg-accent-soft' : 'border-line bg-surface'}`}
          >
            <input type="radio" name="rule" checked={rule === one} onChange={() => setRule(one)} className="mt-1 accent-accent" />
            <span>
              {rules[one][0]}
              <span className="block text-xs text-ink-3">{rules[one][1]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <div className="overflow-x-auto rounded-lg border border-line bg-surface">
        <table className="w-full text-sm" aria-label="Asset values">
          <thead>
            <tr className="bg-sunken text-left text-xs text-ink-2">
              {['Criticality', 'Value', 'Assets', 'In the score', 'Part of the weights', 'Part of the score'].map((head) => (
                <th key={head} scope="col" className="h-9 px-4 font-medium">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.levels.map((level) => (
              <tr key={level.criticality} className="border-t border-line">
                <th scope="row" className="px-4 py-2 text-left font-medium">
                  {level.criticality === 'none' ? 'Not classified' : word(level.criticality)}
                </th>
                <td className="px-4 py-2">
                  {rule === 'criticality' ? (
                    <input
                      aria-label={`Value of ${level.criticality === 'none' ? 'not classified' : word(level.criticality)}`}
                      type="number"
                      min={0.001}
                      max={1000}
                      step="any"
                      value={factors[level.criticality]}
                      onChange={(event) => setFactors({ ...factors, [level.criticality]: event.target.value })}
                      className="num h-8 w-24 rounded-md border border-line-strong bg-surface px-2"
                    />
                  ) : (
                    <span className="num">{level.value}</span>
                  )}
                </td>
                <td className="num px-4 py-2">{count(level.assets)}</td>
                <td className="num px-4 py-2">{count(level.scored)}</td>
                <td className="num px-4 py-2">{percent(level.weight_share)}</td>
                <td className="px-4 py-2">
                  <span className="flex items-center gap-2">
                    <span className="num w-16 text-right">{percent(level.score_share)}</span>
                    <ShareBar share={level.score_share} fill="bg-exposed" className="h-1.5 w-32" />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="flex flex-wrap items-center gap-3 text-sm">
        <output>
          Exposure score <strong className="num font-semibold">{score(shown.score)}</strong> of 100, lower is better
          {difference && <span className="text-ink-2">: with these values {difference} than now</span>}
        </output>
        <span className="flex-1" />
        {failure && (
          <span role="alert" className="text-worse">
            {failure}
          </span>
        )}
        {!valid && <span className="text-worse">A value is greater than 0 and at most 1000.</span>}
        <Button look="primary" disabled={!changed || !valid || busy} onClick={() => void save()}>
          {busy ? 'Working …' : 'Save'}
        </Button>
      </div>
      <p className="text-xs text-ink-3">
        The values hold for the whole past. Published numbers stay as they were published. A change can be undone under Sources.
      </p>
    </div>
  )
}
