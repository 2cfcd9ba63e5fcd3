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
    return data.line.points
      .filter((point) => point.day >= from && point.day <= to)
      .map((point) => ({ ...point, dot: dots.get(point.day) }))
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
              {withDots && <td className="px-3 py-1">{row.dot && (dayLink ? dayLink(row.day, row.dot.headline) : row.dot.headline)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
