import { twMerge } from 'tailwind-merge'
import type { ComponentProps } from 'react'

const looks = {
  primary: 'bg-accent text-on-accent hover:brightness-110 px-3 font-medium',
  plain: 'border border-line-strong bg-surface text-ink hover:bg-hover px-3',
  quiet: 'text-ink-2 hover:bg-hover hover:text-ink px-2',
  danger: 'border border-worse bg-worse-soft text-worse hover:brightness-105 px-3 font-medium',
} as const

/** The look of a button, for what is a link or another component's trigger. */
export const buttonLook = (look: keyof typeof looks = 'plain', more = ''): string =>
  twMerge(
    'inline-flex h-8 shrink-0 items-center justify-center gap-1.5 rounded-md text-sm whitespace-nowrap select-none disabled:cursor-not-allowed disabled:opacity-60 data-[popup-open]:bg-hover',
    looks[look],
    more,
  )

/** A button; `look` says how much it asks for attention. */
export function Button({ look = 'plain', className, ...rest }: ComponentProps<'button'> & { look?: keyof typeof looks }) {
  return <button type="button" {...rest} className={buttonLook(look, className)} />
}
