import { Popover } from '@base-ui/react/popover'
import type { ReactNode } from 'react'
import { buttonLook } from './Button.tsx'

/** The look of what opens over the page: menus, popovers. */
export const popupLook = 'rounded-lg border border-line bg-surface p-1.5 text-sm text-ink shadow-raised outline-none'

/** A button that opens a small panel. `open` and `onOpenChange` only where the caller must close it. */
export function Popup({
  trigger,
  label,
  children,
  open,
  onOpenChange,
  look = 'plain',
  className = '',
  align = 'start',
}: {
  trigger: ReactNode
  label: string
  children: ReactNode
  open?: boolean
  onOpenChange?: (open: boolean) => void
  look?: 'plain' | 'quiet'
  className?: string
  align?: 'start' | 'end'
}) {
  return (
    <Popover.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
      <Popover.Trigger className={buttonLook(look, className)}>{trigger}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align={align} className="z-50">
          <Popover.Popup aria-label={label} className={`${popupLook} max-h-(--available-height) max-w-(--available-width) overflow-auto`}>
            {children}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
