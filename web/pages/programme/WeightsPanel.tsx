import { useState } from 'react'
import { useAsk } from '../../api.ts'
import { Card } from '../../components/Card.tsx'
import { Chip } from '../../components/Badge.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { word } from '../../format.ts'
import { fieldLook } from '../../components/fields.tsx'
import { TableHead } from '../../components/TableHead.tsx'
import { ByFields, Failure, useAct, useBy } from './form.tsx'
import { SettingsLog } from './SettingsLog.tsx'
import { weights, weightTitle, weightWord } from './words.ts'

/** How much each metric counts in an initiative, to be set; and what was set, by whom and why. */
export function WeightsPanel({ id }: { id: string }) {
  const { data, error, refetch } = useAsk('/api/v1/initiatives/{id}/settings', { path: { id } })
  const { by, setBy, body } = useBy()
  const { busy, failure, act } = useAct()
  const [saved, setSaved] = useState('')
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-60" />
  const set = async (metric: string, title: string, weight: string) => {
    setSaved('')
    const path = `/api/v1/metrics/${encodeURIComponent(metric)}/weight`
    const done =
      weight === ''
        ? await act('DELETE', path, undefined, { initiative: id, ...body() })
        : await act('PUT', path, { weight, initiative: id, ...body() })
    if (done) setSaved(`${title} counts ${weight === '' ? 'as it comes' : weightWord(weight).toLowerCase()} now; the score is up to date.`)
  }
  return (
    <div className="grid grid-cols-12 items-start gap-4">
      <Card title="Weights in this initiative" className="col-span-12 xl:col-span-8">
        <div className="flex flex-col gap-3">
          <ByFields by={by} setBy={setBy} />
          <table className="w-full text-sm">
            <TableHead heads={['Metric', { title: 'Weight', className: 'w-64' }]} />
            <tbody>
              {data.metrics.map((metric) => (
                <tr key={metric.id} className="border-t border-line">
                  <td className="py-1.5 pr-3">
                    <To page="/metrics" change={{ open: metric.id, tab: 'settings' }} className="link">
                      {metric.title}
                    </To>{' '}
                    {metric.handled && <Chip tone="better">{word(metric.handled)}</Chip>}
                  </td>
                  <td className="py-1.5">
                    <select
                      aria-label={`Weight of ${metric.title}`}
                      value={metric.set ?? ''}
                      disabled={busy}
                      onChange={(event) => void set(metric.id, metric.title, event.target.value)}
                      className={fieldLook}
                    >
                      <option value="">
                        {metric.set === null && metric.weight !== metric.comes
                          ? `${weightWord(metric.weight)}, as set everywhere`
                          : `${weightWord(metric.comes)}, as it comes`}
                      </option>
                      {weights.map((weight) => (
                        <option key={weight} value={weight}>
                          {weightTitle[weight]}
                        </option>
                      ))}
                    </select>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <Failure text={failure} />
          <output className="block min-h-5 text-sm text-better">{busy ? 'Working …' : saved}</output>
        </div>
      </Card>
      <Card title="Who set what" className="col-span-12 xl:col-span-4">
        <SettingsLog versions={data.log} label="Who set what" />
      </Card>
    </div>
  )
}
