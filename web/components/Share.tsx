import { Menu } from '@base-ui/react/menu'
import { Check, Mail, Printer, Share2 } from 'lucide-react'
import { useState } from 'react'
import { buttonLook } from './Button.tsx'
import { popupLook } from './Popup.tsx'

const item = 'flex cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5 text-sm outline-none select-none data-[highlighted]:bg-hover'

/** The address of a new mail; line ends as RFC 6068 wants them. */
const mailOf = (subject: string, lines: readonly string[]): string =>
  `mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(lines.join('\r\n'))}`

/**
 * Ways to show what is on this page to somebody: its link, a mail with its figures, text with the link to paste into a chat, paper or PDF, and a mail that says what is not right about it. `figures`: lines
 * that say what it shows now.
 */
export function Share({ title, figures }: { title: string; figures: readonly string[] }) {
  const [copied, setCopied] = useState(false)
  const copy = async (...lines: string[]) => {
    await navigator.clipboard.writeText([...lines, window.location.href].join('\n'))
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  const open = (subject: string, lines: readonly string[]) => window.location.assign(mailOf(subject, [...lines, '', window.location.href]))
  return (
    <Menu.Root>
      <Menu.Trigger className={buttonLook('plain')}>
        {copied ? <Check size={14} aria-hidden /> : <Share2 size={14} aria-hidden />}
        <span aria-live="polite">{copied ? 'Copied' : 'Share'}</span>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" className="z-50">
          <Menu.Popup className={popupLook}>
            <Menu.Item className={item} onClick={() => void copy()}>
              Copy link
            </Menu.Item>
            <Menu.Item className={item} onClick={() => open(title, figures)}>
              <Mail size={14} aria-hidden />
              Mail
            </Menu.Item>
            <Menu.Item className={item} onClick={() => void copy(title, ...figures)}>
              Copy text for a chat
            </Menu.Item>
            {/* After the menu has closed: it would be on the paper. */}
            <Menu.Item className={item} onClick={() => setTimeout(() => window.print(), 150)}>
              <Printer size={14} aria-hidden />
              Print or save as PDF
            </Menu.Item>
            <Menu.Item
              className={item}
              onClick={() => open(`Not right: ${title}`, ['What is not right:', '', '', 'What it shows:', ...figures])}
            >
              Report inaccuracy by mail
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
