import { CalendarDays } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useParameters } from '../address.ts'
import { day as writeDay, moveDay } from '../format.ts'
import { Button } from './Button.tsx'
import { Popup } from './Popup.tsx'
import { Loading } from './Problem.tsx'

const RangeCalendar = lazy(async () => ({ default: (await import('./Calendar.tsx')).RangeCalendar }))

const presets = [
  { days: 7, title: 'Last 7 days' },
  { days: 30, title: 'Last 30 days' },
  { days: 90, title: 'Last 90 days' },
  { days: 365, title: 'Last year' },
  { days: 548, title: 'Last 18 months' },
] as const

/** A range of days, kept in the address as from and to; without them the server takes the last 180 days. `last` is the last day that there is. */
export function RangePicker({ last, open: openTitle = 'Last 6 months' }: { last: string; open?: string }) {
  const { get, set } = useParameters()
  const [open, setOpen] = useState(false)
  const from = get('from')
  const to = get('to')
  const preset = presets.find((one) => from === moveDay(last, 1 - one.days) && (to === '' || to === last))
  const title = preset
    ? preset.title
    : from && to && from === to
      ? writeDay(from)
      : from || to
        ? `${from ? writeDay(from) : 'Start'} – ${to ? writeDay(to) : 'today'}`
        : openTitle
  const choose = (change: { from: string | null; to: string | null }) => {
    set(change)
    setOpen(false)
  }
  return (
    <Popup
      label="Date range"
      open={open}
      onOpenChange={setOpen}
      className={from || to ? 'border-accent bg-accent-soft text-accent-ink' : ''}
      trigger={
        <>
          <CalendarDays size={14} aria-hidden />
          {title}
        </>
      }
    >
      <div className="flex gap-2 p-1">
        <div className="flex w-32 flex-col gap-0.5">
          <Button look="quiet" className="justify-start" onClick={() => choose({ from: null, to: null })}>
            {openTitle}
          </Button>
          {presets.map((one) => (
            <Button
              key={one.days}
              look="quiet"
              className="justify-start"
              onClick={() => choose({ from: moveDay(last, 1 - one.days), to: null })}
            >
              {one.title}
            </Button>
          ))}
        </div>
        <div className="border-l border-line pl-3">
          <Suspense fallback={<Loading className="h-64 w-60" />}>
            <RangeCalendar from={from} to={to || (from ? last : '')} last={last} onChoose={choose} />
          </Suspense>
        </div>
      </div>
    </Popup>
  )
}
