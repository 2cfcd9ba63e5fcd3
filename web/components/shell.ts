import { useAsk } from '../api.ts'
import type { Organisation } from '../api.ts'
import { useParameters } from '../address.ts'

/** All organisations and the one that this page shows: the address's, else the first that is not the demo, else the demo. */
export function useOrganisation(): { organisation: Organisation | null; organisations: Organisation[] } {
  const { get } = useParameters()
  const { data } = useAsk('/api/v1/organisations', { anywhere: true })
  const organisations = data?.items ?? []
  const named = organisations.find((one) => one.slug === get('org'))
  return { organisation: named ?? organisations.find((one) => !one.demo) ?? organisations[0] ?? null, organisations }
}

/** The last day that this page can show: the day of the address, else today in the organisation's zone. */
export function useLastDay(): string {
  const { get } = useParameters()
  const { organisation } = useOrganisation()
  return get('as_of').slice(0, 10) || todayIn(organisation?.zone ?? 'UTC')
}

/** Today in a time zone, as YYYY-MM-DD. */
export function todayIn(zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date())
}
