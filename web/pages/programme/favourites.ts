import { useCallback, useSyncExternalStore } from 'react'
import { useAsk } from '../../api.ts'
import { useMoment } from '../../address.ts'

// Favourites are kept per browser and organisation; who chose none sees those of everyone.

const keyOf = (org: string | undefined): string => `plimsoll.favourites.${org ?? ''}`
const CHANGED = 'plimsoll-favourites'

function subscribe(tell: () => void): () => void {
  window.addEventListener(CHANGED, tell)
  window.addEventListener('storage', tell)
  return () => {
    window.removeEventListener(CHANGED, tell)
    window.removeEventListener('storage', tell)
  }
}

function parse(text: string | null): string[] | null {
  try {
    const list: unknown = JSON.parse(text ?? 'null')
    return Array.isArray(list) ? list.filter((id) => typeof id === 'string') : null
  } catch {
    return null
  }
}

/** The favourite initiatives of this browser, else of everyone. */
export function useFavourites(): {
  ids: readonly string[]
  /** Chosen in this browser. */
  own: boolean
  /** Those of everyone. */
  everyone: readonly string[]
  toggle: (id: string) => void
  /** Forget those of this browser. */
  reset: () => void
} {
  const { org } = useMoment()
  const key = keyOf(org)
  const text = useSyncExternalStore(subscribe, () => localStorage.getItem(key))
  const { data } = useAsk('/api/v1/favourites', { query: org ? { org } : {}, anywhere: true })
  const chosen = parse(text)
  const everyone = data?.initiatives ?? []
  const ids = chosen ?? everyone
  const write = useCallback(
    (list: readonly string[] | null) => {
      if (list === null) localStorage.removeItem(key)
      else localStorage.setItem(key, JSON.stringify(list))
      window.dispatchEvent(new Event(CHANGED))
    },
    [key],
  )
  return {
    ids,
    own: chosen !== null,
    everyone,
    toggle: (id) => write(ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id]),
    reset: () => write(null),
  }
}
