import { useMemo } from 'react'
import { useList, useAsk } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { Card } from '../../components/Card.tsx'
import { Chip } from '../../components/Badge.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { ScoreTrend } from '../../components/ScoreTrend.tsx'
import { To } from '../../components/To.tsx'
import { useLastDay } from '../../components/shell.ts'
import { change as changeWords, count, counted, day as writeDay, moveDay, score as writeScore, tone, word } from '../../format.ts'
import { fieldLook } from '../../components/fields.tsx'
import { TableHead } from '../../components/TableHead.tsx'
import { SettingsLog } from './SettingsLog.tsx'
import { reasonWord, weightWord } from './words.ts'

const writePercent = (value: number): string => `${writeScore(value)} %`
const direction = 'higher_is_better'

function Words({ value }: { value: number }) {
  const look = { better: 'text-better', worse: 'text-worse', same: 'text-ink-3' }[tone(value, direction)]
  return <span className={`num font-medium ${look}`}>{changeWords(value, direction)}</span>
}

/** The days on which an initiative's score changed, each by the definitions of its day, with the reasons. */
export function InitiativeHistory({ id, title, target }: { id: string; title: string; target: number | null }) {
  const { get, set } = useParameters()
  const last = useLastDay()
  const least = get('least') || '2.5'
  const from = get('from') || moveDay(last, -180)
  const to = get('to') || last
  const history = useAsk('/api/v1/scores/{score}/history', {
    path: { score: 'initiative' },
    query: { id, from: moveDay(last, -548), rules: 'then' } as never,
  })
  const { data, error, refetch } = useAsk('/api/v1/initiatives/{id}/changes', {
    path: { id },
    query: { from, to, least: Number(least) },
  })
  const dots = useMemo(
    () =>
      (data?.items ?? [])
        .map((point) => ({
          day: point.day,
          events: point.metrics,
          headline: `${changeWords(point.change, direction)}, ${counted(point.metrics, 'metric')}`,
        }))
        .toReversed(),
    [data],
  )
  return (
    <div className="flex flex-col gap-4">
      <Card title="Score by the definitions of each day" note="higher is better; an edit is a step">
        {history.data ? (
          <ScoreTrend title={title} points={history.data.points} dots={dots} target={target} write={writePercent} height={230} days={180} />
        ) : (
          <Loading className="h-60" />
        )}
      </Card>
      <Card
        title="Points of change"
        {...(data ? { note: `${counted(data.total, 'day')} from ${writeDay(data.from)} to ${writeDay(data.to)}` } : {})}
        aside={
          <label className="flex items-center gap-2 text-sm whitespace-nowrap text-ink-2">
            At least
            <select
              value={least}
              onChange={(event) => set({ least: event.target.value === '2.5' ? null : event.target.value }, { replace: true })}
              className={`${fieldLook} w-32`}
            >
              <option value="0">every change</option>
              {['0.5', '1', '2.5', '5', '10'].map((one) => (
                <option key={one} value={one}>
                  {one} points
                </option>
              ))}
            </select>
          </label>
        }
      >
        {error ? (
          <Problem error={error} retry={() => void refetch()} />
        ) : !data ? (
          <Loading className="h-40" />
        ) : data.items.length === 0 ? (
          <Empty title="No change of this size">Ask for smaller ones, or for more days: zoom the chart out.</Empty>
        ) : (
          <table aria-label="Points of change" className="w-full text-sm">
            <TableHead heads={['Day', 'Score', 'Change', 'Metrics', 'Reasons']} />
            <tbody>
              {data.items.map((point) => (
                <tr key={point.day} className="border-t border-line hover:bg-hover">
                  <td className="py-1.5">
                    <button type="button" className="link num font-medium" onClick={() => set({ change: point.day })}>
                      {writeDay(point.day)}
                    </button>
                  </td>
                  <td className="num py-1.5">{point.after === null ? 'Nothing to score' : writePercent(point.after)}</td>
                  <td className="py-1.5">
                    {point.before === null ? 'Score began' : point.after === null ? 'Score ended' : <Words value={point.change} />}
                  </td>
                  <td className="num py-1.5">{count(point.metrics)}</td>
                  <td className="py-1.5">
                    <span className="flex flex-wrap gap-1">
                      {point.reasons.map((reason) => (
                        <Chip key={reason}>{reasonWord[reason]}</Chip>
                      ))}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Card>
      <Flyout
        open={get('change') !== ''}
        onClose={() => set({ change: null, metric: null })}
        kind={`Change of ${title}`}
        title={get('change') ? writeDay(get('change')) : ''}
        wide
      >
        {get('change') && <ChangeOfDay id={id} day={get('change')} />}
      </Flyout>
    </div>
  )
}

function ChangeOfDay({ id, day }: { id: string; day: string }) {
  const { get, set } = useParameters()
  const { data, error, refetch } = useAsk('/api/v1/initiatives/{id}/changes/{day}', { path: { id, day } })
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-80" />
  const opened = get('metric')
  return (
    <div className="flex flex-col gap-5 text-sm">
      <p>
        {data.before === null ? 'Nothing to score' : writePercent(data.before)} →{' '}
        {data.after === null ? 'nothing to score' : writePercent(data.after)}: <Words value={data.change} />
      </p>
      <ul aria-label="By cause" className="flex flex-wrap gap-x-5 gap-y-1">
        {data.groups.map((group) => (
          <li key={group.group}>
            {group.title} <Words value={group.part} />
          </li>
        ))}
      </ul>
      {data.content.map((content) => (
        <div key={`${content.title} ${content.at}`} className="rounded-lg bg-sunken p-3">
          <p className="font-medium">Content changed: {content.title}</p>
          {content.notes && <p className="mt-0.5 text-ink-2">{content.notes}</p>}
        </div>
      ))}
      <table aria-label={`Metrics that changed on ${writeDay(day)}`} className="w-full">
        <TableHead heads={['Metric', 'Reason', 'Part of the change', 'Weight', 'Exposed before', 'After', 'Assets']} />
        <tbody>
          {data.metrics.map((metric) => {
            const weight = (side: typeof metric.before) => (side ? (side.handled ? word(side.handled) : weightWord(side.weight)) : null)
            const [one, two] = [weight(metric.before), weight(metric.after)]
            return (
              <tr key={metric.id} className="border-t border-line align-top">
                <td className="py-1.5 pr-2">
                  {metric.after ? (
                    <To page="/metrics" change={{ open: metric.id }} className="link">
                      {metric.title}
                    </To>
                  ) : (
                    metric.title
                  )}
                </td>
                <td className="py-1.5 pr-2">{metric.reasons.map((reason) => reasonWord[reason]).join(', ')}</td>
                <td className="py-1.5 pr-2">
                  <Words value={metric.part} />
                </td>
                <td className="py-1.5 pr-2">{one && two && one !== two ? `${one} → ${two}` : (two ?? one)}</td>
                <td className="num py-1.5 pr-2">
                  {metric.before ? `${count(metric.before.exposed)} of ${count(metric.before.total)}` : '–'}
                </td>
                <td className="num py-1.5 pr-2">{metric.after ? `${count(metric.after.exposed)} of ${count(metric.after.total)}` : '–'}</td>
                <td className="py-1.5">
                  {metric.added + metric.removed === 0 ? (
                    <span className="text-ink-3">none</span>
                  ) : (
                    <button
                      type="button"
                      className="link"
                      aria-expanded={opened === metric.id}
                      onClick={() => set({ metric: opened === metric.id ? null : metric.id }, { replace: true })}
                    >
                      {[metric.added ? `${count(metric.added)} added` : '', metric.removed ? `${count(metric.removed)} removed` : '']
                        .filter(Boolean)
                        .join(', ')}
                    </button>
                  )}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {opened && <ChangedAssets id={opened} day={day} title={data.metrics.find((metric) => metric.id === opened)?.title ?? opened} />}
      {data.edits.length > 0 && (
        <section aria-label="What people set on this day">
          <h3 className="font-semibold">What people set on this day</h3>
          <SettingsLog versions={data.edits} label="What people set on this day" />
        </section>
      )}
    </div>
  )
}

/** All assets that a metric began or ceased to find exposed on a day. */
function ChangedAssets({ id, day, title }: { id: string; day: string; title: string }) {
  const list = useList('/api/v1/metrics/{id}/changes/{day}', { path: { id, day } })
  return (
    <section aria-label={`Changed assets of ${title}`}>
      <h3 className="font-semibold">
        {title} <span className="num font-normal text-ink-3">{list.total === null ? '' : counted(list.total, 'asset')}</span>
      </h3>
      <ul className="mt-1 grid grid-cols-2 gap-x-6">
        {list.rows.map((asset) => (
          <li key={asset.asset_id} className="flex items-center gap-2 border-t border-line py-1">
            <Chip tone={asset.what === 'added' ? 'worse' : 'better'}>{asset.what === 'added' ? 'Added' : 'Removed'}</Chip>
            <To page={`/assets/${asset.asset_id}`} className="link truncate">
              {asset.name}
            </To>
          </li>
        ))}
      </ul>
      {list.total !== null && list.rows.length < list.total && (
        <button type="button" className="link mt-2" onClick={list.more}>
          Show more
        </button>
      )}
    </section>
  )
}
