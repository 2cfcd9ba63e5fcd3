import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { Here } from '../../components/To.tsx'
import { day as writeDay, tone } from '../../format.ts'

type Explained = Answer<'/api/v1/explain'>

/** A number as the explanation writes it: all of one explanation with the same decimals, so that what is read adds up. */
export const written = (value: number | null, decimals: number): string => (value === null ? 'nothing to score' : value.toFixed(decimals))

/** "3.10 worse" with the decimals of the explanation. */
export function inWords(shown: number, { direction, decimals }: Pick<Explained, 'direction' | 'decimals'>): string {
  const which = tone(shown, direction)
  return which === 'same' ? 'no change' : `${Math.abs(shown).toFixed(decimals)} ${which}`
}

const fills = { better: 'bg-better', worse: 'bg-worse', same: 'bg-line-strong' } as const
const inks = { better: 'text-better', worse: 'text-worse', same: 'text-ink-3' } as const

interface Bar {
  id: string
  label: string
  note: string | null
  low: number
  high: number
  text: string
  tone: keyof typeof fills | null
}

function barsOf(told: Explained): Bar[] {
  const { decimals, direction } = told
  const end = (id: string, { day, shown, known_at }: Explained['from']): Bar => ({
    id,
    label: `End of ${writeDay(day)}${told.from.known_at === told.to.known_at ? '' : known_at === null ? ', as known today' : `, as known at import ${known_at}`}`,
    note: null,
    low: 0,
    high: shown ?? 0,
    text: written(shown, decimals),
    tone: null,
  })
  let at = told.from.shown ?? 0
  const causes = told.causes.map(({ cause, title, note, shown }): Bar => {
    const next = Math.round((at + shown) * 10 ** decimals) / 10 ** decimals
    const bar = {
      id: cause,
      label: title,
      note,
      low: Math.min(at, next),
      high: Math.max(at, next),
      text: inWords(shown, told),
      tone: tone(shown, direction),
    }
    at = next
    return bar
  })
  return [end('from', told.from), ...causes, end('to', told.to)]
}

/**
 * A waterfall from the score at one end over each cause to the score at the other. It is a table whose cells hold the bars, so what it shows
 * can be read aloud as well; a cause leads to its parts.
 */
export function Waterfall({ told }: { told: Explained }) {
  const { get } = useParameters()
  const chosen = get('cause')
  const bars = barsOf(told)
  const levels = bars.flatMap(({ low, high, tone: which }) => (which === null ? [high] : [low, high]))
  const [least, most] = [Math.min(...levels), Math.max(...levels)]
  const space = (most - least || 1) * 0.08
  const floor = Math.max(0, least - space)
  const place = (value: number) => ((Math.max(value, floor) - floor) / (most + space - floor)) * 100
  return (
    <table className="w-full table-fixed text-sm">
      <caption className="sr-only">
        From {written(told.from.shown, told.decimals)} to {written(told.to.shown, told.decimals)}, cause by cause
      </caption>
      <colgroup>
        <col className="w-[8rem] sm:w-[15rem]" />
        <col />
        <col className="w-[6.5rem] sm:w-[8.5rem]" />
      </colgroup>
      <thead className="sr-only">
        <tr>
          <th scope="col">Cause</th>
          <th scope="col">Bar</th>
          <th scope="col">Part</th>
        </tr>
      </thead>
      <tbody>
        {bars.map((bar) => (
          <tr key={bar.id} className={bar.id === chosen ? 'bg-accent-soft' : bar.tone === null ? '' : 'hover:bg-hover'}>
            <th scope="row" className="py-1.5 pr-3 pl-2 text-left font-normal">
              {bar.tone === null ? (
                <span className="font-semibold">{bar.label}</span>
              ) : (
                <Here change={{ cause: bar.id === chosen ? null : bar.id }} aria-current={bar.id === chosen || undefined}>
                  {bar.label}
                </Here>
              )}
              {bar.note && <span className="block text-xs text-ink-3">{bar.note}</span>}
            </th>
            <td className="py-1.5" aria-hidden>
              <span className="relative block h-5 rounded-sm bg-sunken">
                <span
                  className={`absolute top-0 h-5 min-w-0.5 rounded-sm ${bar.tone === null ? 'bg-accent' : fills[bar.tone]}`}
                  style={{ left: `${place(bar.low)}%`, width: `${place(bar.high) - place(bar.low)}%` }}
                />
              </span>
            </td>
            <td className={`num py-1.5 pr-2 pl-3 text-right ${bar.tone === null ? 'font-semibold' : inks[bar.tone]}`}>{bar.text}</td>
          </tr>
        ))}
        <tr className="border-t border-line font-semibold">
          <th scope="row" className="py-2 pr-3 pl-2 text-left">
            All causes together
          </th>
          <td aria-hidden />
          <td className={`num py-2 pr-2 pl-3 text-right ${inks[tone(told.shown, told.direction)]}`}>{inWords(told.shown, told)}</td>
        </tr>
      </tbody>
    </table>
  )
}
