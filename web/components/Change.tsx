import type { ReactNode } from 'react'
import { twMerge } from 'tailwind-merge'
import { To } from './To.tsx'
import { useLastDay } from './shell.ts'
import { change as inWords, moveDay, tone } from '../format.ts'

const inks = { better: 'text-better', worse: 'text-worse', same: 'text-ink-3' } as const

/** Which score moved, and over how many days: what an explanation is asked for. */
export interface Why {
  score: 'exposure' | 'secure' | 'initiative' | 'metric'
  id?: string
  days: number
}

/** A link to why a score moved in the days before the day of the page. */
function WhyLink({ why, children, className }: { why: Why; children: ReactNode; className?: string }) {
  const last = useLastDay()
  return (
    <To
      page="/explain"
      change={{ score: why.score === 'exposure' ? null : why.score, id: why.id ?? null, from: moveDay(last, -why.days), to: null }}
      className={className ?? 'underline decoration-dotted underline-offset-2 hover:decoration-solid'}
      title="Why it moved"
    >
      {children}
    </To>
  )
}

/** A change in words, coloured by whether it does good: "3.1 worse". Nothing when there is nothing to compare with. */
export function Change({
  value,
  direction,
  since,
  unit = '',
  why,
  className,
}: {
  value: number | null
  direction: 'lower_is_better' | 'higher_is_better'
  /** "since yesterday", "in 14 days" */
  since?: string
  /** "points", when the number alone would be unclear */
  unit?: string
  /** Leads to the explanation. */
  why?: Why
  className?: string
}) {
  const words = inWords(value, direction)
  if (words === null) return null
  const text = unit && words !== 'unchanged' ? words.replace(' ', ` ${unit} `) : words
  return (
    <span className={twMerge('whitespace-nowrap', className)}>
      <span className={twMerge('num font-medium', inks[tone(value, direction)])}>{why ? <WhyLink why={why}>{text}</WhyLink> : text}</span>
      {since && <span className="text-ink-3"> {since}</span>}
    </span>
  )
}
