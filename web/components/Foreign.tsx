import { ExternalLink } from 'lucide-react'
import type { ReactNode } from 'react'

/** A link out of the console, opened beside it. Only http and https: anything else in a report is shown as text. */
export function OutLink({ href, children }: { href: string; children?: ReactNode }) {
  if (!/^https?:\/\//i.test(href)) return <span className="break-all">{children ?? href}</span>
  return (
    <a href={href} target="_blank" rel="noreferrer noopener" className="link inline-flex items-center gap-1 break-all">
      {children ?? href}
      <ExternalLink size={12} className="shrink-0" aria-label="opens in a new tab" />
    </a>
  )
}

/** Text from a report: lines stay, markup does not count. */
export function PlainText({ text }: { text: string }) {
  return <p className="max-w-prose text-sm whitespace-pre-wrap break-words text-ink-2">{text}</p>
}
