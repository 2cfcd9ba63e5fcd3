import { Checkbox } from '@base-ui/react/checkbox'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'

/** A box to tick, with its words. `aside` stands at the right. */
export function Choice({
  checked,
  onChange,
  children,
  aside,
}: {
  checked: boolean
  onChange: (checked: boolean) => void
  children: ReactNode
  aside?: ReactNode
}) {
  return (
    <label className="flex cursor-pointer items-center gap-2 rounded-md px-2 py-1.5 text-sm hover:bg-hover">
      <Checkbox.Root
        checked={checked}
        onCheckedChange={onChange}
        className="flex size-4 shrink-0 items-center justify-center rounded border border-line-strong bg-surface data-[checked]:border-accent data-[checked]:bg-accent data-[checked]:text-on-accent"
      >
        <Checkbox.Indicator>
          <Check size={12} strokeWidth={3} aria-hidden />
        </Checkbox.Indicator>
      </Checkbox.Root>
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {aside !== undefined && <span className="num text-xs text-ink-3">{aside}</span>}
    </label>
  )
}
