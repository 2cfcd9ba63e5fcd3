import { CircleAlert, Inbox } from 'lucide-react'
import type { ReactNode } from 'react'
import { twMerge } from 'tailwind-merge'
import { ApiError } from '../api.ts'
import { useParameters } from '../address.ts'
import { Button } from './Button.tsx'

/** What went wrong and what to do next. */
export function Problem({ error, retry, className }: { error: Error; retry?: () => void; className?: string }) {
  const { set, get } = useParameters()
  const code = error instanceof ApiError ? error.code : null
  return (
    <div role="alert" className={twMerge('flex items-start gap-3 rounded-lg border border-line bg-surface p-4', className)}>
      <CircleAlert size={18} className="mt-0.5 shrink-0 text-worse" aria-hidden />
      <div className="min-w-0">
        <p className="font-medium">
          {code ? error.message : 'This part of the page failed. Reload it; if it fails again, the server’s log says more.'}
        </p>
        {code && <p className="mt-0.5 font-mono text-xs text-ink-3">{code}</p>}
        <div className="mt-3 flex gap-2">
          {retry && <Button onClick={retry}>Try again</Button>}
          {get('as_of') && <Button onClick={() => set({ as_of: null, known_at: null, rules: null })}>Back to today</Button>}
        </div>
      </div>
    </div>
  )
}

/** Holds the place of what is being asked. */
export function Loading({ className, label = 'Loading' }: { className?: string; label?: string }) {
  return (
    <output aria-label={label} className={twMerge('waiting block h-40 rounded-lg bg-sunken', className)}>
      <span className="sr-only">{label}</span>
    </output>
  )
}

/** Nothing there: says so, and what to do. */
export function Empty({ title, children, className }: { title: string; children?: ReactNode; className?: string }) {
  return (
    <div className={twMerge('flex flex-col items-center justify-center gap-1.5 px-6 py-10 text-center', className)}>
      <Inbox size={22} className="text-ink-3" aria-hidden />
      <p className="font-medium">{title}</p>
      {children && <div className="max-w-md text-sm text-ink-3 [&_a]:underline [&_a]:underline-offset-2">{children}</div>}
    </div>
  )
}
