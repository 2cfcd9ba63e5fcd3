// oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-tabindex -- who has no mouse scrolls the table with the keyboard; a drawing that is made here is no file for an img element
import { Table2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { PointerEvent, ReactNode } from 'react'
import { day as writeDay, shortDay } from '../format.ts'
import { runsOf } from './lines.ts'
import type { LinePoint } from './lines.ts'

/** One of several lines over the same days. A day without a value is a gap. */
export interface Line {
  title: string
  points: readonly LinePoint[]
  /** Class of its stroke, and of its mark in the legend. */
  stroke: string
  mark: string
  dashed?: boolean
}

const HEIGHT = 100
const WIDTH = 1000

/** Several lines over one range of days, with what they are at a day under the pointer, and as a table. */
export function Lines({
  label,
  lines,
  write,
  scale = [0, 100],
  zones = [],
  target = null,
  marks = [],
  height = 220,
}: {
  label: string
  lines: readonly Line[]
  write: (value: number) => string
  scale?: [lowest: number, highest: number]
  zones?: readonly { from: number; to: number; fill: string }[]
  target?: number | null
  /** What happened on a day, drawn below the lines at its place. */
  marks?: readonly { day: string; dot: ReactNode }[]
  height?: number
}) {
  const [asTable, setAsTable] = useState(false)
  const [at, setAt] = useState<number | null>(null)
  const days = lines[0]?.points ?? []
  const [lowest, highest] = scale
  const y = (value: number) => HEIGHT - ((value - lowest) / (highest - lowest || 1)) * HEIGHT
  const x = (index: number) => (days.length < 2 ? WIDTH / 2 : (index / (days.length - 1)) * WIDTH)
  const drawn = useMemo(() => lines.map((line) => ({ line, runs: runsOf(line.points) })), [lines])
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    setAt(Math.max(0, Math.min(days.length - 1, Math.round(((event.clientX - box.left) / box.width) * (days.length - 1)))))
  }
  const shown = at ?? days.length - 1
  // the year where the days are of several
  const mark = days[0]?.day.slice(0, 4) === days.at(-1)?.day.slice(0, 4) ? shortDay : writeDay
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => lowest + share * (highest - lowest))
  return (
    <div>
      <div className="mb-1.5 flex min-h-7 flex-wrap items-center gap-x-4 gap-y-1 text-xs">
        {lines.map((line) => {
          const value = line.points[shown]?.value ?? null
          return (
            <span key={line.title} className="inline-flex items-center gap-1.5 text-ink-2">
              <span aria-hidden className={`h-0.5 w-4 rounded ${line.mark}`} />
              {line.title} <span className="num font-medium text-ink">{value === null ? 'no value' : write(value)}</span>
            </span>
          )
        })}
        <span className="num text-ink-3">{writeDay(days[shown]?.day ?? null)}</span>
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
        <section
          className="overflow-auto rounded border border-line"
          style={{ height }}
          tabIndex={0}

          aria-label={`${label}, table`}
        >
          <table className="w-full text-sm">
            <thead className="sticky top-0 bg-surface text-left text-xs text-ink-3">
              <tr>
                <th scope="col" className="px-2 py-1 font-medium">
                  Day
                </th>
                {lines.map((line) => (
                  <th key={line.title} scope="col" className="px-2 py-1 text-right font-medium">
                    {line.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {days.toReversed().map(({ day }, index) => (
                <tr key={day} className="border-t border-line">
                  <td className="num px-2 py-1">{writeDay(day)}</td>
                  {lines.map((line) => {
                    const value = line.points[days.length - 1 - index]?.value ?? null
                    return (
                      <td key={line.title} className="num px-2 py-1 text-right">
                        {value === null ? '–' : write(value)}
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : (
        <div className="grid grid-cols-[3rem_1fr] gap-x-2">
          <div className="relative text-right text-xs text-ink-3" style={{ height }} aria-hidden>
            {ticks.map((tick) => (
              <span key={tick} className="num absolute right-0 -translate-y-1/2" style={{ top: `${y(tick)}%` }}>
                {write(tick)}
              </span>
            ))}
          </div>
          <svg
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={label}
            className="w-full overflow-visible"
            style={{ height }}
            onPointerMove={point}
            onPointerLeave={() => setAt(null)}
          >
            {zones.map((zone) => (
              <rect
                key={zone.from}
                x={0}
                width={WIDTH}
                y={y(zone.to)}
                height={Math.max(0, y(zone.from) - y(zone.to))}
                className={zone.fill}
              />
            ))}
            {ticks.map((tick) => (
              <line
                key={tick}
                x1={0}
                x2={WIDTH}
                y1={y(tick)}
                y2={y(tick)}
                className="stroke-line"
                strokeWidth={1}
                vectorEffect="non-scaling-stroke"
              />
            ))}
            {target !== null && (
              <line
                x1={0}
                x2={WIDTH}
                y1={y(target)}
                y2={y(target)}
                className="stroke-ink"
                strokeDasharray="3 4"
                strokeWidth={1.5}
                vectorEffect="non-scaling-stroke"
              />
            )}
            {drawn.map(({ line, runs }) =>
              runs.map((run) => (
                <polyline
                  key={`${line.title} ${run[0]!.index}`}
                  // a day between two gaps is a dot
                  points={(run.length === 1 ? [run[0]!, run[0]!] : run).map(({ index, value }) => `${x(index)},${y(value)}`).join(' ')}
                  fill="none"
                  className={line.stroke}
                  strokeWidth={run.length === 1 ? 6 : line.dashed ? 1.5 : 2}
                  strokeLinecap={run.length === 1 ? 'round' : 'butt'}
                  {...(line.dashed && run.length > 1 ? { strokeDasharray: '5 4' } : {})}
                  vectorEffect="non-scaling-stroke"
                />
              )),
            )}
            {at !== null && (
              <line x1={x(at)} x2={x(at)} y1={0} y2={HEIGHT} className="stroke-ink-3" strokeWidth={1} vectorEffect="non-scaling-stroke" />
            )}
          </svg>
          {marks.length > 0 && (
            <div className="relative col-start-2 mt-1 h-5">
              {marks.map(({ day, dot }) => {
                const index = days.findIndex((each) => each.day === day)
                return index < 0 ? null : (
                  <span key={day} className="absolute top-0 -translate-x-1/2" style={{ left: `${x(index) / 10}%` }}>
                    {dot}
                  </span>
                )
              })}
            </div>
          )}
          <span />
          <p className="mt-1 flex justify-between text-xs text-ink-3" aria-hidden>
            {days.length > 0 && <span>{mark(days[0]!.day)}</span>}
            {days.length > 2 && <span>{mark(days[Math.floor(days.length / 2)]!.day)}</span>}
            {days.length > 1 && <span>{mark(days.at(-1)!.day)}</span>}
          </p>
        </div>
      )}
    </div>
  )
}
