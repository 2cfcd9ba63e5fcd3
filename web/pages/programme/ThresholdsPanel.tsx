import { useState } from 'react'
import type { SubmitEvent } from 'react'
import { useAsk } from '../../api.ts'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { ScoreOptions } from '../../components/ScoreOptions.tsx'
import { fine, instant } from '../../format.ts'
import { Field, fieldLook } from '../../components/fields.tsx'
import { TableHead } from '../../components/TableHead.tsx'
import { ByFields, Failure, useAct, useBy } from './form.tsx'

const pathOf = (about: string) => `/api/v1/thresholds/${encodeURIComponent(about)}`

/** From how many points within a day a move of a score is an event: what holds, and a form that sets it. */
export function ThresholdsPanel() {
  const { data, error, refetch } = useAsk('/api/v1/thresholds')
  const { by, setBy, body } = useBy()
  const { busy, failure, setFailure, act } = useAct()
  const [about, setAbout] = useState('all')
  const [points, setPoints] = useState('')
  const save = async (event: SubmitEvent) => {
    event.preventDefault()
    const wanted = Number(points)
    if (points.trim() === '' || !(wanted > 0 && wanted <= 100)) return setFailure('A threshold lies above 0 and at most at 100 points.')
    if (await act('PUT', pathOf(about), { points: wanted, ...body() })) setPoints('')
  }
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-60" />
  return (
    <div className="grid grid-cols-12 items-start gap-4">
      <Card
        title="What holds"
        note="a move of this many points within a day is an event, and can be told to people"
        className="col-span-12 xl:col-span-7"
      >
        <table className="w-full text-sm">
          <TableHead
            heads={['Scores', { title: 'Points', right: true }, 'Set by', { title: 'Take back', hidden: true, className: 'w-24' }]}
          />
          <tbody>
            {data.items.map((one) => (
              <tr key={one.about} className="border-t border-line align-top">
                <td className="py-1.5 pr-3">{one.title}</td>
                <td className="num py-1.5 pr-3 text-right font-medium">{fine(one.points)}</td>
                <td className="py-1.5 pr-3 text-ink-2">
                  {one.actor}, <span className="num">{instant(one.since)}</span>
                  {one.reason && ` – ${one.reason}`}
                </td>
                <td className="py-1.5 text-right">
                  <Button
                    look="quiet"
                    disabled={busy}
                    aria-label={`Take back that of ${one.title}`}
                    onClick={() => void act('DELETE', pathOf(one.about), undefined, body())}
                  >
                    Take back
                  </Button>
                </td>
              </tr>
            ))}
            {!data.items.some((one) => one.about === 'all') && (
              <tr className="border-t border-line">
                <td className="py-1.5 pr-3">{data.items.length ? 'All other scores' : 'All scores'}</td>
                <td className="num py-1.5 pr-3 text-right font-medium">{fine(data.default)}</td>
                <td colSpan={2} className="py-1.5 text-ink-3">
                  as it comes
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </Card>
      <Card title="Set a threshold" note="one score wins over its kind, a kind over all" className="col-span-12 xl:col-span-5">
        <form noValidate onSubmit={(event) => void save(event)} className="flex flex-col gap-3.5">
          <div className="grid grid-cols-[1fr_8rem] gap-3">
            <Field title="Of">
              <select value={about} onChange={(event) => setAbout(event.target.value)} className={fieldLook}>
                <option value="all">All scores</option>
                <ScoreOptions kinds />
              </select>
            </Field>
            <Field title="Points" hint="of 0–100">
              <input
                type="number"
                min={0}
                max={100}
                step="any"
                value={points}
                onChange={(event) => setPoints(event.target.value)}
                className={`${fieldLook} num`}
              />
            </Field>
          </div>
          <ByFields by={by} setBy={setBy} />
          <Failure text={failure} />
          <div className="flex justify-end">
            <Button type="submit" look="primary" disabled={busy}>
              {busy ? 'Working …' : 'Set threshold'}
            </Button>
          </div>
        </form>
      </Card>
    </div>
  )
}
