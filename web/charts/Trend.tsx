import { Table2 } from 'lucide-react'
import { lazy, Suspense, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { day as writeDay } from '../format.ts'
import type { TrendData } from './trend.ts'

const TrendCanvas = lazy(async () => ({ default: (await import('./TrendCanvas.tsx')).TrendCanvas }))

/** A trend with its twin as a table. `from` and `to` are the days in sight; `day` writes a link to a day's events. */
export function Trend({
  data,
  label,
  height = 240,
  brush = false,
  from,
  to,
  onDay,
  onZoom,
  dayLink,
  children,
}: {
  data: TrendData
  /** What it shows, in words, for whoever cannot see it. */
  label: string
  height?: number
  /** A small copy below, to pick the days in sight. */
  brush?: boolean
  from?: string
  to?: string
  onDay?: (day: string) => void
  onZoom?: (from: string, to: string) => void
  dayLink?: (day: string, text: string) => ReactNode
  /** Stands left of the switch. */
  children?: ReactNode
}) {
  const [asTable, setAsTable] = useState(false)
  const points = data.line.points
  const first = points[0]?.day ?? ''
  const last = points.at(-1)?.day ?? ''
  const start = from && from > first ? from : first
  const end = to && to < last ? to : last
  return (
    <div>
      <div className="mb-1 flex min-h-7 flex-wrap items-center gap-1">
        {children}
        <span className="flex-1" />
        <button
          type="button"
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
          className="inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-xs text-ink-2 hover:bg-hover aria-pressed:bg-accent-soft aria-pressed:text-accent-ink"
        >
          <Table2 size={13} aria-hidden />
          Show as table
        </button>
      </div>
      {(data.others?.length ?? 0) > 0 && <Legend data={data} />}
      {asTable ? (
        <TrendTable data={data} label={label} height={height} from={start} to={end} {...(dayLink ? { dayLink } : {})} />
      ) : (
        <Suspense fallback={<div className="waiting rounded bg-sunken" style={{ height }} />}>
          <TrendCanvas data={data} label={label} height={height} brush={brush} from={start} to={end} onDay={onDay} onZoom={onZoom} />
        </Suspense>
      )}
    </div>
  )
}

const swatches = ['bg-accent', 'bg-line-2', 'bg-line-3', 'bg-line-4', 'bg-line-5', 'bg-line-6', 'bg-line-7', 'bg-line-8']

/** Which colour is which line. */
function Legend({ data }: { data: TrendData }) {
  return (
    <ul className="mb-1 flex flex-wrap gap-x-4 gap-y-0.5 text-xs text-ink-2">
      {[data.line, ...(data.others ?? [])].map(({ title }, index) => (
        <li key={title} className="flex items-center gap-1.5">
          <span aria-hidden className={`h-0.5 w-3.5 rounded ${swatches[index % swatches.length]}`} />
          {title}
        </li>
      ))}
    </ul>
  )
}

function TrendTable({
  data,
  label,
  height,
  from,
  to,
  dayLink,
}: {
  data: TrendData
  label: string
  height: number
  from: string
  to: string
  dayLink?: (day: string, text: string) => ReactNode
}) {
  const rows = useMemo(() => {
    const dots = new Map((data.dots ?? []).map((dot) => [dot.day, dot]))
    const others = (data.others ?? []).map(({ title, points }) => ({
      title,
      valueOf: new Map(points.map((point) => [point.day, point.value])),
    }))
    return data.line.points
      .filter((point) => point.day >= from && point.day <= to)
      .map((point) => ({
        ...point,
        dot: dots.get(point.day),
        others: others.map(({ title, valueOf }) => ({ title, value: valueOf.get(point.day) ?? null })),
      }))
      .reverse()
  }, [data, from, to])
  const withDots = (data.dots?.length ?? 0) > 0
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
    <section aria-label={label} tabIndex={0} className="overflow-auto rounded border border-line" style={{ height }}>
      <table className="w-full text-sm">
        <thead className="sticky top-0 bg-sunken text-left text-xs text-ink-2">
          <tr>
            <th scope="col" className="px-3 py-1.5 font-medium">
              Day
            </th>
            <th scope="col" className="px-3 py-1.5 text-right font-medium">
              {data.line.title}
            </th>
            {data.others?.map((other) => (
              <th key={other.title} scope="col" className="px-3 py-1.5 text-right font-medium">
                {other.title}
              </th>
            ))}
            {withDots && (
              <th scope="col" className="px-3 py-1.5 font-medium">
                Events
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.day} className="border-t border-line">
              <td className="num px-3 py-1 whitespace-nowrap">{writeDay(row.day)}</td>
              <td className="num px-3 py-1 text-right">{row.value === null ? 'nothing to score' : data.write(row.value)}</td>
              {row.others.map(({ title, value }) => (
                <td key={title} className="num px-3 py-1 text-right">
                  {value === null ? 'nothing to score' : data.write(value)}
                </td>
              ))}
              {withDots && <td className="px-3 py-1">{row.dot && (dayLink ? dayLink(row.day, row.dot.headline) : row.dot.headline)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
