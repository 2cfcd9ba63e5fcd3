import { Dialog } from '@base-ui/react/dialog'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { addressOf, send } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { buttonLook } from '../../components/Button.tsx'
import { Field, fieldLook } from '../../components/fields.tsx'

/** Who decides, and why: kept with every act. */
export interface By {
  reason: string
  author: string
}

/** Where this browser remembers who decides. */
const AUTHOR = 'plimsoll.author'

/** Reads and keeps who decides and why, for one form. */
export function useBy(): { by: By; setBy: (by: By) => void; body: () => Partial<By> } {
  const [by, setBy] = useState<By>(() => ({ reason: '', author: localStorage.getItem(AUTHOR) ?? '' }))
  return {
    by,
    setBy,
    body: () => {
      localStorage.setItem(AUTHOR, by.author.trim())
      return { ...(by.reason.trim() ? { reason: by.reason.trim() } : {}), ...(by.author.trim() ? { author: by.author.trim() } : {}) }
    },
  }
}

/** The two fields of who decides and why. */
export function ByFields({ by, setBy }: { by: By; setBy: (by: By) => void }) {
  return (
    <div className="grid gap-3 sm:grid-cols-[1fr_12rem]">
      <Field title="Reason" hint="kept with it">
        <input
          maxLength={2000}
          value={by.reason}
          onChange={(event) => setBy({ ...by, reason: event.target.value })}
          className={fieldLook}
        />
      </Field>
      <Field title="Decided by">
        <input maxLength={200} value={by.author} onChange={(event) => setBy({ ...by, author: event.target.value })} className={fieldLook} />
      </Field>
    </div>
  )
}

/** Sends acts about this organisation, one at a time, and lets every page see what follows. */
export function useAct(): {
  busy: boolean
  failure: string | null
  setFailure: (failure: string | null) => void
  /** Whether it was done. `before`: what happens before the pages that are open ask again. */
  act: (method: 'PUT' | 'POST' | 'DELETE', path: string, body?: object, query?: object, before?: () => void) => Promise<boolean>
} {
  const { org } = useMoment()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  return {
    busy,
    failure,
    setFailure,
    act: async (method, path, body, query = {}, before) => {
      setBusy(true)
      setFailure(null)
      try {
        await send(method, addressOf(path, {}, { org, ...query }), body)
        before?.()
        await client.invalidateQueries()
        return true
      } catch (error) {
        setFailure(error instanceof Error ? error.message : String(error))
        return false
      } finally {
        setBusy(false)
      }
    },
  }
}

/** What went wrong, where it is read out. */
export function Failure({ text }: { text: string | null }) {
  return text === null ? null : (
    <p role="alert" className="text-sm text-worse">
      {text}
    </p>
  )
}

/** A dialog in the middle. */
export function Box({
  open,
  onClose,
  title,
  line,
  children,
}: {
  open: boolean
  onClose: () => void
  title: string
  line?: ReactNode
  children: ReactNode
}) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-(--shade)" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-50 max-h-[calc(100vh-2rem)] w-[34rem] max-w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-raised">
          <Dialog.Title className="text-base font-semibold">{title}</Dialog.Title>
          {line && <Dialog.Description className="mt-1 text-sm text-ink-2">{line}</Dialog.Description>}
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** The button that closes a Box. */
export const Cancel = () => <Dialog.Close className={buttonLook('plain')}>Cancel</Dialog.Close>
