import { useMemo, useSyncExternalStore } from 'react'
import { useAsk } from '../api.ts'

// Which initiatives a person marked as favourite, per organisation, kept in this browser only; who marked none sees those of everyone.

const KEY = 'plimsoll-favourites'
const listeners = new Set<() => void>()

function read(): string {
  try {
    return localStorage.getItem(KEY) ?? '{}'
  } catch {
    return '{}'
  }
}
let kept = read()

function parse(text: string): Record<string, string[]> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, string[]>) : {}
  } catch {
    return {}
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The favourites of an organisation (its slug, '' for the default one): ids of initiatives; those of everyone where this browser chose none; null: nobody chose any. `toggle` adds or takes away one. */
export function useFavourites(org: string): { chosen: ReadonlySet<string> | null; toggle: (id: string) => void } {
  const text = useSyncExternalStore(subscribe, () => kept)
  const { data } = useAsk('/api/v1/favourites', { query: org ? { org } : {}, anywhere: true })
  const everyone = data?.initiatives ?? null
  return useMemo(() => {
    const all = parse(text)
    const own = Array.isArray(all[org]) ? all[org] : everyone
    return {
      chosen: own && new Set(own),
      toggle: (id) => {
        const ids = own ?? []
        kept = JSON.stringify({ ...all, [org]: ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id] })
        try {
          localStorage.setItem(KEY, kept)
        } catch {
          // a browser that keeps nothing still shows the choice until the page is closed
        }
        for (const listener of listeners) listener()
      },
    }
  }, [text, org, everyone])
}
