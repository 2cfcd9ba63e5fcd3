import { twMerge } from 'tailwind-merge'
import { change as inWords, tone } from '../format.ts'

const inks = { better: 'text-better', worse: 'text-worse', same: 'text-ink-3' } as const

/** A change in words, coloured by whether it does good: "3.1 worse". Nothing when there is nothing to compare with. */
export function Change({
  value,
  direction,
  since,
  unit = '',
  className,
}: {
  value: number | null
  direction: 'lower_is_better' | 'higher_is_better'
  /** "since yesterday", "in 14 days" */
  since?: string
  /** "points", when the number alone would be unclear */
  unit?: string
  className?: string
}) {
  const words = inWords(value, direction)
  if (words === null) return null
  const text = unit && words !== 'unchanged' ? words.replace(' ', ` ${unit} `) : words
  return (
    <span className={twMerge('whitespace-nowrap', className)}>
      <span className={twMerge('num font-medium', inks[tone(value, direction)])}>{text}</span>
      {since && <span className="text-ink-3"> {since}</span>}
    </span>
  )
}
