import type { ComponentProps } from 'react'
import { Link } from 'wouter'
import { useAddress, useParameters } from '../address.ts'
import type { Change } from '../address.ts'

/** A link to a page of the console that keeps organisation, groups and day. */
export function To({ page, change, className = 'link', ...rest }: { page: string; change?: Change } & Omit<ComponentProps<'a'>, 'href'>) {
  const address = useAddress()
  return <Link {...rest} className={className} href={address(page, change)} />
}

/** A link to this page with other parameters: filters and order stay. */
export function Here({ change, className = 'link', ...rest }: { change: Change } & Omit<ComponentProps<'a'>, 'href'>) {
  const { href } = useParameters()
  return <Link {...rest} className={className} href={href(change)} />
}
