import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { DayPicker } from 'react-day-picker'
import type { DateRange } from 'react-day-picker'
import { dateOfDay, day as writeDay, dayOfDate } from '../format.ts'
import { Button, buttonLook } from './Button.tsx'

const classes = {
  months: 'relative flex gap-6',
  month_caption: 'flex h-8 items-center justify-center text-sm font-semibold',
  nav: 'absolute inset-x-0 top-0 flex justify-between',
  button_previous: buttonLook('quiet', 'w-8 px-0'),
  button_next: buttonLook('quiet', 'w-8 px-0'),
  outside: 'outside',
  disabled: 'disabled',
  today: 'today',
  selected: '',
  range_start: 'chosen in-range',
  range_end: 'chosen in-range',
  range_middle: 'in-range',
  hidden: 'invisible',
}

const parts = {
  Chevron: ({ orientation }: { orientation?: 'left' | 'right' | 'up' | 'down' }) =>
    orientation === 'left' ? <ChevronLeft size={16} aria-hidden /> : <ChevronRight size={16} aria-hidden />,
}

/** Two ends picked on one calendar; days after `last` cannot be. */
export function RangeCalendar({
  from,
  to,
  last,
  onChoose,
}: {
  from: string
  to: string
  last: string
  onChoose: (range: { from: string; to: string }) => void
}) {
  const [range, setRange] = useState<DateRange | undefined>(
    from ? { from: dateOfDay(from), to: to ? dateOfDay(to) : undefined } : undefined,
  )
  const start = range?.from ? dayOfDate(range.from) : null
  const end = range?.to ? dayOfDate(range.to) : start
  return (
    <div className="calendar">
      <DayPicker
        mode="range"
        selected={range}
        onSelect={setRange}
        defaultMonth={dateOfDay(from || last)}
        endMonth={dateOfDay(last)}
        disabled={{ after: dateOfDay(last) }}
        weekStartsOn={1}
        showOutsideDays
        classNames={classes}
        components={parts}
      />
      <div className="mt-2 flex items-center justify-between gap-3">
        <span className="text-xs text-ink-3">
          {start ? (start === end ? writeDay(start) : `${writeDay(start)} – ${writeDay(end)}`) : 'Pick a first and a last day'}
        </span>
        <Button look="primary" className="h-7" disabled={!start} onClick={() => start && end && onChoose({ from: start, to: end })}>
          Apply
        </Button>
      </div>
    </div>
  )
}

/** One day; days after `last` cannot be picked. */
export function DayCalendar({ day, last, onChoose }: { day: string; last: string; onChoose: (day: string) => void }) {
  return (
    <div className="calendar">
      <DayPicker
        mode="single"
        selected={dateOfDay(day)}
        onSelect={(date) => date && onChoose(dayOfDate(date))}
        defaultMonth={dateOfDay(day)}
        endMonth={dateOfDay(last)}
        disabled={{ after: dateOfDay(last) }}
        weekStartsOn={1}
        showOutsideDays
        classNames={{ ...classes, selected: 'chosen' }}
        components={parts}
      />
    </div>
  )
}
