import { useId } from 'react'
import type { ReactNode } from 'react'
import { twMerge } from 'tailwind-merge'

/** A titled part of a page. `aside` stands at the right of the title: a link, a switch, a figure. */
export function Card({
  title,
  aside,
  note,
  children,
  className,
}: {
  title?: ReactNode
  aside?: ReactNode
  note?: ReactNode
  children: ReactNode
  className?: string
}) {
  const id = useId()
  return (
    <section
      aria-labelledby={title ? id : undefined}
      className={twMerge('flex min-w-0 flex-col rounded-lg border border-line bg-surface', className)}
    >
      {title && (
        <div className="flex min-h-11 flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 pt-2.5 pb-1">
          <div className="flex min-w-0 flex-wrap items-baseline gap-x-2">
            <h2 id={id} className="text-sm font-semibold text-ink">
              {title}
            </h2>
            {note && <span className="text-xs text-ink-3">{note}</span>}
          </div>
          {aside && <div className="flex items-center gap-2 text-sm">{aside}</div>}
        </div>
      )}
      <div className={twMerge('min-w-0 flex-1 px-4 pb-4', title ? '' : 'pt-4')}>{children}</div>
    </section>
  )
}

/** Facts as name and value, in as many columns as fit. */
export function Facts({ facts, className }: { facts: [name: string, value: ReactNode][]; className?: string }) {
  return (
    <dl className={twMerge('grid grid-cols-[repeat(auto-fill,minmax(10.5rem,1fr))] gap-x-4 gap-y-3 text-sm', className)}>
      {facts.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-xs text-ink-3">{name}</dt>
          <dd className="mt-0.5 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
