import type { ReactNode } from 'react'
import { count, severity } from '../format.ts'
import { ShareBar } from './ShareBar.tsx'

const fills = { critical: 'bg-critical', high: 'bg-high', medium: 'bg-medium', low: 'bg-low', unknown: 'bg-unknown' } as const
type Named = keyof typeof fills

/** How many there are of each severity: a stacked bar, and each with its number. `link` leads to them. */
export function SeverityBars({ counts, link }: { counts: Record<Named, number>; link?: (severity: Named, text: string) => ReactNode }) {
  const names = (Object.keys(fills) as Named[]).filter((name) => name !== 'unknown' || counts.unknown > 0)
  const total = names.reduce((sum, name) => sum + counts[name], 0)
  const most = Math.max(1, ...names.map((name) => counts[name]))
  return (
    <div>
      <div aria-hidden className="mb-3 flex h-2.5 gap-px overflow-hidden rounded-full bg-line">
        {names.map(
          (name) =>
            counts[name] > 0 && (
              <div key={name} className={fills[name]} style={{ flexGrow: counts[name] / Math.max(1, total), minWidth: 3 }} />
            ),
        )}
      </div>
      <ul className="flex flex-col gap-1.5 text-sm">
        {names.map((name) => {
          const text = severity(name === 'unknown' ? null : name)
          return (
            <li key={name} className="grid grid-cols-[5.5rem_1fr_3.5rem] items-center gap-2">
              <span>{link ? link(name, text) : text}</span>
              <ShareBar share={counts[name] / most} fill={fills[name]} />
              <span className="num text-right">{count(counts[name])}</span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
