import { twMerge } from 'tailwind-merge'

/** A part of a whole as a bar, 0–1; `target` is marked. The number stands beside it, so it is hidden from screen readers. */
export function ShareBar({
  share,
  target = null,
  fill = 'bg-accent',
  className = '',
}: {
  share: number | null
  target?: number | null
  fill?: string
  className?: string
}) {
  const width = `${Math.min(100, Math.max(0, (share ?? 0) * 100))}%`
  return (
    <div aria-hidden className={twMerge('relative h-1.5 min-w-12 rounded-full bg-line', className)}>
      {share !== null && share > 0 && <div className={`h-full min-w-0.5 rounded-full ${fill}`} style={{ width }} />}
      {target !== null && (
        <div className="absolute -top-0.5 h-2.5 w-0.5 rounded bg-ink" style={{ left: `${Math.min(100, target * 100)}%` }} />
      )}
    </div>
  )
}
