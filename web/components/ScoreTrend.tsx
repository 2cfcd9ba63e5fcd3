import { useMemo } from 'react'
import { useLocation } from 'wouter'
import { useAddress, useParameters } from '../address.ts'
import type { Point } from '../api.ts'
import { Trend } from '../charts/Trend.tsx'
import type { TrendData, TrendDot } from '../charts/trend.ts'
import { day as writeDay, moveDay, score as writeScore } from '../format.ts'
import { To } from './To.tsx'

const ranges = [
  { days: 30, title: '30 days' },
  { days: 90, title: '90 days' },
  { days: 180, title: '6 months' },
  { days: 365, title: '1 year' },
  { days: 0, title: 'All' },
] as const

/** The zones of the exposure score: low < 30 ≤ medium < 70 ≤ high. */
export const exposureZones: NonNullable<TrendData['zones']> = [
  { from: 0, to: 30, tone: 'low' },
  { from: 30, to: 70, tone: 'medium' },
  { from: 70, to: 100, tone: 'high' },
]

const noDots: readonly TrendDot[] = []

/** The history of a score with the days in sight kept in the address (from, to), and dots that lead to a day's events. */
export function ScoreTrend({
  title,
  points: given,
  zones,
  dots = noDots,
  target = null,
  write = writeScore,
  scale,
  height = 240,
  brush = true,
  days = 0,
  why,
}: {
  title: string
  points: readonly Point[]
  zones?: NonNullable<TrendData['zones']>
  dots?: readonly TrendDot[]
  target?: number | null
  write?: (value: number) => string
  scale?: [number, number]
  height?: number
  brush?: boolean
  /** Days in sight when the address does not say; 0 = all. */
  days?: number
  /** Which score it is: then a link leads to why it moved in the days in sight. */
  why?: { score: 'exposure' | 'secure' | 'initiative' | 'metric'; id?: string; asset?: number }
}) {
  const { get, set } = useParameters()
  const [, navigate] = useLocation()
  const address = useAddress()
  // the line begins with the first day that has a score
  const points = useMemo(
    () =>
      given.slice(
        Math.max(
          0,
          given.findIndex((point) => point.value !== null),
        ),
      ),
    [given],
  )
  const data = useMemo(
    (): TrendData => ({ line: { title, points }, dots, target, write, ...(zones ? { zones } : {}), ...(scale ? { scale } : {}) }),
    [title, points, dots, target, write, zones, scale],
  )
  const first = points[0]?.day ?? ''
  const last = points.at(-1)?.day ?? ''
  const chosen = get('from')
  const from = chosen || (days > 0 && last ? moveDay(last, 1 - days) : first)
  const to = get('to')
  const known = points.filter((point) => point.value !== null)
  const newest = known.at(-1)
  const label = `${title} from ${writeDay(from || null)} to ${writeDay(to || last || null)}${newest ? `, lastly ${write(newest.value!)}` : ''}${dots.length > 0 ? `, ${dots.length} days with events` : ''}`
  if (known.length === 0) return <p className="py-10 text-center text-sm text-ink-3">No day of this time can be scored.</p>
  return (
    <Trend
      data={data}
      label={label}
      height={height}
      brush={brush}
      from={from}
      {...(to ? { to } : {})}
      onDay={(day) => navigate(address('/events', { from: day, to: day }))}
      onZoom={(start, end) => {
        if (start !== from || end !== (to || last)) set({ from: start, to: end === last ? null : end }, { replace: true })
      }}
      dayLink={(day, text) => (
        <To page="/events" change={{ from: day, to: day }}>
          {text}
        </To>
      )}
    >
      {ranges.map((range) => {
        const start = range.days === 0 ? first : moveDay(last, 1 - range.days)
        const on = !to && (from === start || (range.days === 0 && from <= first))
        if (range.days > 0 && start < first) return null
        return (
          <button
            key={range.days}
            type="button"
            aria-pressed={on}
            onClick={() => set({ from: start, to: null }, { replace: true })}
            className="h-7 rounded-md px-2 text-xs text-ink-2 hover:bg-hover aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-accent-ink"
          >
            {range.title}
          </button>
        )
      })}
      {why && (
        <To
          page="/explain"
          change={{
            score: why.score === 'exposure' ? null : why.score,
            id: why.id ?? null,
            asset: why.asset === undefined ? null : String(why.asset),
            from,
            to: to || null,
          }}
          className="link ml-1 inline-flex h-7 items-center px-1 text-xs"
        >
          Why it moved
        </To>
      )}
    </Trend>
  )
}
