import { ChevronLeft } from 'lucide-react'
import { useEffect } from 'react'
import type { ReactNode } from 'react'
import { To } from './To.tsx'

/** A page: its title, where it lies, a line under the title and what can be done. `full` gives its content the rest of the height. */
export function Page({
  title,
  name,
  parent,
  line,
  actions,
  full = false,
  children,
}: {
  title: ReactNode
  /** The title as text, for the window. */
  name: string
  parent?: { page: string; title: string }
  line?: ReactNode
  actions?: ReactNode
  full?: boolean
  children: ReactNode
}) {
  useEffect(() => {
    document.title = `${name} · Plimsoll`
  }, [name])
  return (
    <div className={`mx-auto flex w-full max-w-[110rem] flex-col gap-4 px-6 pt-5 pb-6 ${full ? 'min-h-[36rem] sm:h-full' : ''}`}>
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
        <div className="min-w-0">
          {parent && (
            <nav aria-label="Breadcrumb" className="mb-0.5 flex items-center gap-1 text-xs text-ink-3">
              <To page={parent.page} className="link inline-flex items-center gap-0.5">
                <ChevronLeft size={13} aria-hidden />
                {parent.title}
              </To>
            </nav>
          )}
          <h1 className="text-xl leading-7 font-semibold tracking-tight break-words">{title}</h1>
          {line && <div className="mt-0.5 text-sm text-ink-2">{line}</div>}
        </div>
        {actions && (
          <div data-screen-only className="flex flex-wrap items-center gap-2">
            {actions}
          </div>
        )}
      </div>
      {children}
    </div>
  )
}
