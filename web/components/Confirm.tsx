import { AlertDialog } from '@base-ui/react/alert-dialog'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { Button } from './Button.tsx'
import { buttonLook } from './Button.tsx'

/** Asks before something that is hard to take back. `onConfirm` may fail: its message is shown and the question stays. */
export function Confirm({
  trigger,
  title,
  children,
  action,
  onConfirm,
  look = 'danger',
}: {
  trigger: ReactNode
  title: string
  children: ReactNode
  /** The word on the button that does it. */
  action: string
  onConfirm: () => Promise<void>
  look?: 'danger' | 'primary'
}) {
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const act = async () => {
    setBusy(true)
    setFailure(null)
    try {
      await onConfirm()
      setOpen(false)
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <AlertDialog.Root open={open} onOpenChange={setOpen}>
      {trigger}
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-50 bg-(--shade)" />
        <AlertDialog.Popup className="fixed top-1/2 left-1/2 z-50 w-[26rem] max-w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 rounded-xl border border-line bg-surface p-5 shadow-raised">
          <AlertDialog.Title className="text-base font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />} className="mt-1.5 text-sm text-ink-2">
            {children}
          </AlertDialog.Description>
          {failure && (
            <p role="alert" className="mt-3 text-sm text-worse">
              {failure}
            </p>
          )}
          <div className="mt-5 flex justify-end gap-2">
            <AlertDialog.Close className={buttonLook('plain')}>Cancel</AlertDialog.Close>
            <Button look={look} disabled={busy} onClick={() => void act()}>
              {busy ? 'Working …' : action}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}

/** The button that opens a Confirm. */
export function ConfirmTrigger({
  children,
  look = 'plain',
  className,
}: {
  children: ReactNode
  look?: 'plain' | 'quiet' | 'danger'
  className?: string
}) {
  return <AlertDialog.Trigger className={buttonLook(look, className)}>{children}</AlertDialog.Trigger>
}
