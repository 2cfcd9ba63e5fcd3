import { Dialog } from '@base-ui/react/dialog'
import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { Button, buttonLook } from './Button.tsx'

/** A dialog with a form. `onSubmit` may fail: its message is shown and the dialog stays. */
export function FormDialog({
  open,
  onClose,
  title,
  line,
  action,
  onSubmit,
  children,
  wide = false,
  ready = true,
}: {
  open: boolean
  onClose: () => void
  title: string
  line?: ReactNode
  /** The word on the button that does it. */
  action: string
  onSubmit: () => Promise<void>
  children: ReactNode
  wide?: boolean
  /** Whether what is filled in can be sent. */
  ready?: boolean
}) {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    try {
      await onSubmit()
      onClose()
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-(--shade)" />
        <Dialog.Popup
          className={`fixed top-1/2 left-1/2 z-50 max-h-[calc(100vh-2rem)] ${wide ? 'w-[52rem]' : 'w-[32rem]'} max-w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-raised`}
        >
          <Dialog.Title className="text-base font-semibold">{title}</Dialog.Title>
          {line && (
            <Dialog.Description render={<div />} className="mt-1 text-sm text-ink-2">
              {line}
            </Dialog.Description>
          )}
          <form onSubmit={(event) => void submit(event)} className="mt-4 flex flex-col gap-3.5">
            {children}
            {failure && (
              <p role="alert" className="text-sm text-worse">
                {failure}
              </p>
            )}
            <div className="flex justify-end gap-2">
              <Dialog.Close className={buttonLook('plain')}>Cancel</Dialog.Close>
              <Button type="submit" look="primary" disabled={busy || !ready}>
                {busy ? 'Working …' : action}
              </Button>
            </div>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
