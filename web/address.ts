import { useCallback, useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'

// What a view shows stands in its address, so that it can be reloaded, bookmarked and sent to somebody. The parameters org, group,
// as_of, known_at and rules belong to every page and are carried along by every link.

const everywhere = ['org', 'group', 'as_of', 'known_at', 'rules'] as const

/** Which organisation, asset groups, moment, knowledge and rules the address asks for; what is absent is left to the server's default. */
export interface Moment {
  org?: string
  group?: string[]
  as_of?: string
  known_at?: string
  rules?: 'then'
}

/** New values of parameters; null or an empty list takes the parameter away. */
export type Change = Record<string, string | readonly string[] | null | undefined>

function changed(search: string, change: Change): URLSearchParams {
  const params = new URLSearchParams(search)
  for (const [name, value] of Object.entries(change)) {
    params.delete(name)
    if (value === null || value === undefined || value === '') continue
    for (const one of typeof value === 'string' ? [value] : value) params.append(name, one)
  }
  return params
}

const joined = (path: string, params: URLSearchParams): string => (params.size === 0 ? path : `${path}?${params}`)

/** The address of another page: the parameters of every page stay, all others are those given. */
export function useAddress(): (path: string, change?: Change) => string {
  const search = useSearch()
  return useCallback(
    (path, change = {}) => {
      const kept = new URLSearchParams()
      const now = new URLSearchParams(search)
      for (const name of everywhere) for (const value of now.getAll(name)) kept.append(name, value)
      return joined(path, changed(kept.toString(), change))
    },
    [search],
  )
}

/** Reads and changes the parameters of the address of this page. */
export function useParameters(): {
  /** The first value, or '' when absent. */
  get: (name: string) => string
  /** All values, in order. */
  all: (name: string) => string[]
  /** Changes parameters; `replace` leaves no step in the browser's history. */
  set: (change: Change, options?: { replace?: boolean }) => void
  /** The address of this page with changed parameters. */
  href: (change: Change) => string
} {
  const [path, navigate] = useLocation()
  const search = useSearch()
  return useMemo(() => {
    const params = new URLSearchParams(search)
    return {
      get: (name) => params.get(name) ?? '',
      all: (name) => params.getAll(name),
      // the search of the moment of the call, so that two changes in one breath do not undo each other
      set: (change, options) => navigate(joined(path, changed(window.location.search, change)), { replace: options?.replace ?? false }),
      href: (change) => joined(path, changed(search, change)),
    }
  }, [path, search, navigate])
}

/** The organisation, groups and moment of this page. The same object as long as the address says the same. */
export function useMoment(): Moment {
  const search = useSearch()
  const params = new URLSearchParams(search)
  const key = JSON.stringify([params.get('org'), params.getAll('group'), params.get('as_of'), params.get('known_at'), params.get('rules')])
  return useMemo(() => {
    const [org, group, as_of, known_at, rules] = JSON.parse(key) as [string | null, string[], ...(string | null)[]]
    return {
      ...(org ? { org } : {}),
      ...(group.length > 0 ? { group } : {}),
      ...(as_of ? { as_of } : {}),
      ...(known_at ? { known_at } : {}),
      ...(rules === 'then' ? { rules } : {}),
    }
  }, [key])
}
