import { Mail } from 'lucide-react'
import { buttonLook } from '../../components/Button.tsx'
import { useParameters } from '../../address.ts'

/** Opens the person's mail program with the address of what is shown; copying the link is the drawer's own button. */
export function MailLink({ title, lines }: { title: string; lines: readonly string[] }) {
  const { href } = useParameters()
  const body = [...lines, '', new URL(href({}), window.location.origin).href].join('\n')
  return (
    <a href={`mailto:?subject=${encodeURIComponent(title)}&body=${encodeURIComponent(body)}`} className={buttonLook('quiet')}>
      <Mail size={14} aria-hidden />
      Mail
    </a>
  )
}
