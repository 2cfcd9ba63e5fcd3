import { Dialog } from '@base-ui/react/dialog'
import { Check, Link2, X } from 'lucide-react'
import { useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Button, buttonLook } from './Button.tsx'

/** Copies the address of what is shown. */
export function CopyLink() {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(window.location.href)
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  return (
    <Button look="quiet" onClick={() => void copy()}>
      {copied ? <Check size={14} aria-hidden /> : <Link2 size={14} aria-hidden />}
      <span aria-live="polite">{copied ? 'Copied' : 'Copy link'}</span>
    </Button>
  )
}

/** A drawer at the right that shows one thing of the page behind it; Escape closes it and gives the focus back. */
export function Flyout({
  open,
  onClose,
  kind,
  title,
  children,
  actions,
  wide = false,
}: {
  open: boolean
  onClose: () => void
  /** What kind of thing it is, above the title. */
  kind: string
  title: ReactNode
  children: ReactNode
  actions?: ReactNode
  wide?: boolean
}) {
  const close = useRef<HTMLButtonElement>(null)
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-(--shade) transition-opacity duration-150 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Dialog.Popup
          initialFocus={close}
          className={`fixed top-0 right-0 bottom-0 z-40 flex w-full ${wide ? 'max-w-[52rem]' : 'max-w-[38rem]'} flex-col border-l border-line bg-surface shadow-raised transition-transform duration-200 ease-out outline-none data-[ending-style]:translate-x-full data-[starting-style]:translate-x-full`}
        >
          <div className="flex items-start justify-between gap-x-3 px-6 pt-4 pb-2 max-sm:flex-col-reverse">
            <div className="min-w-0">
              <p className="text-xs text-ink-3">{kind}</p>
              <Dialog.Title className="mt-0.5 text-lg leading-6 font-semibold break-words">{title}</Dialog.Title>
            </div>
            <div className="flex shrink-0 items-center gap-1 max-sm:self-end">
              {actions}
              <CopyLink />
              <Dialog.Close ref={close} aria-label="Close" className={buttonLook('quiet', 'w-8 px-0')}>
                <X size={16} aria-hidden />
              </Dialog.Close>
            </div>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-6 pt-1 pb-6">{children}</div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
