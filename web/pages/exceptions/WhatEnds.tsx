import { useAsk } from '../../api.ts'
import type { Answer, Exception } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, counted, day, score } from '../../format.ts'
import { Change } from '../../components/Change.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { Here, To } from '../../components/To.tsx'
import { segment } from '../../components/segment.ts'
import { placeOf, subjectOf } from './words.tsx'

type Ahead = Answer<'/api/v1/exceptions/ahead'>
type DayAhead = Ahead['items'][number]

/** What ends when, exceptions and support, and what each score will do on that day when nothing else happens. */
export function WhatEnds() {
  const { get } = useParameters()
  const { data, error, refetch } = useAsk('/api/v1/exceptions/ahead', { query: get('to') ? { to: get('to') } : {} })
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-96" />
  return (
    <section aria-label="What ends" className="min-h-0 flex-1 overflow-y-auto">
      <p className="mb-3 text-sm text-ink-2">
        From {day(data.from)} to {day(data.to)}, if nothing is found and nothing fixed until then. What an end of support does to scores is
        left out.
      </p>
      {data.items.length === 0 ? (
        <Empty title="Nothing ends">No exception and no support ends in that time.</Empty>
      ) : (
        <ol className="flex flex-col gap-3">
          {data.items.map((one) => (
            <EndingDay key={one.day} one={one} />
          ))}
        </ol>
      )}
    </section>
  )
}

function EndingDay({ one }: { one: DayAhead }) {
  return (
    <li className="rounded-xl border border-line bg-surface p-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 className="num text-sm font-semibold">{day(one.day)}</h2>
        <p className="text-sm text-ink-2">
          {[
            ...(one.counts_again > 0 ? [`${counted(one.counts_again, 'finding')} count again`] : []),
            ...(one.left_out > 0 ? [`${counted(one.left_out, 'finding')} no longer count`] : []),
            ...(one.assets > 0 ? [`on ${counted(one.assets, 'asset')}`] : []),
          ].join(', ') || 'No score moves'}
        </p>
      </div>
      <div className="mt-2 grid gap-4 md:grid-cols-2">
        <ul className="flex min-w-0 flex-col gap-1 text-sm">
          {one.ends.map((each) => (
            <Edge key={each.exception_id} one={each} verb="no longer holds" />
          ))}
          {one.begins.map((each) => (
            <Edge key={each.exception_id} one={each} verb="holds from now on" />
          ))}
          {one.support.map(({ name, version, assets }) => (
            <li key={`${name} ${version}`} className="truncate">
              <To page={`/software/${segment(name)}`} className="link">
                {name} {version}
              </To>{' '}
              <span className="text-ink-3">gets no more fixes, on {counted(assets, 'asset')}</span>
            </li>
          ))}
        </ul>
        {one.scores.length > 0 && (
          <table className="h-fit w-full text-sm">
            <caption className="sr-only">Scores on {day(one.day)}</caption>
            <tbody>
              {one.scores.map((each) => (
                <tr key={`${each.score} ${each.id}`} className="border-line not-first:border-t">
                  <th scope="row" className="py-1 pr-3 text-left font-normal text-ink-2">
                    {each.title}
                  </th>
                  <td className="num py-1 pr-3 text-right whitespace-nowrap">
                    {shown(each.before)} → <span className="font-semibold">{shown(each.after)}</span>
                  </td>
                  <td className="py-1 text-right">
                    <Change
                      value={each.before === null || each.after === null ? null : each.after - each.before}
                      direction={each.score === 'exposure' || each.score === 'metric' ? 'lower_is_better' : 'higher_is_better'}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </li>
  )
}

const shown = (value: number | null): string => (value === null ? '–' : score(value))

function Edge({ one, verb }: { one: Exception; verb: string }) {
  return (
    <li className="truncate">
      <Here change={{ open: String(one.exception_id) }} className="link font-medium" title={subjectOf(one)}>
        {subjectOf(one)}
      </Here>{' '}
      <span className="text-ink-3">
        {verb} · {placeOf(one)}
        {one.moves_scores ? ` · covers ${count(one.covered_findings)} now` : ' · scores unchanged'}
      </span>
    </li>
  )
}
