import { useCallback, useSyncExternalStore } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { send, useAsk } from '../../api.ts'

/** In which order cards stand, by their ids, and which are hidden. */
export interface Arrangement {
  order: readonly string[]
  hidden: readonly string[]
}

const ADDRESS = '/api/v1/arrangements/overview'
const keyOf = (org: string): string => `plimsoll-overview-${org}`
const listeners = new Set<() => void>()

function read(org: string): string | null {
  try {
    return localStorage.getItem(keyOf(org))
  } catch {
    return null
  }
}

function write(org: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(keyOf(org))
    else localStorage.setItem(keyOf(org), text)
  } catch {
    // a browser that keeps nothing shows everyone's arrangement again at the next visit
  }
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const isList = (value: unknown): value is string[] => Array.isArray(value) && value.every((each) => typeof each === 'string')

/** An arrangement as it was kept; null: none, or nothing that can be read. */
export function parseArrangement(text: string | null): Arrangement | null {
  if (text === null) return null
  try {
    const { order, hidden } = JSON.parse(text) as { order: unknown; hidden: unknown }
    return isList(order) && isList(hidden) ? { order, hidden } : null
  } catch {
    return null
  }
}

/**
 * The ids of all cards as an arrangement puts them. Cards that it does not name come behind the card before which the program puts them, so
 * that a new card does not land at the end.
 */
export function arranged(all: readonly string[], { order }: Arrangement): string[] {
  const placed = [...new Set(order)].filter((id) => all.includes(id))
  for (const [index, id] of all.entries()) {
    if (placed.includes(id)) continue
    const before = all.slice(0, index).findLast((other) => placed.includes(other))
    placed.splice(before === undefined ? 0 : placed.indexOf(before) + 1, 0, id)
  }
  return placed
}

/** The arrangement of an organisation's overview: this browser's own, else everyone's. */
export function useArrangement(org: string): {
  arrangement: Arrangement
  /** This browser keeps one of its own. */
  own: boolean
  /** Changes it for this browser. */
  change: (next: Arrangement) => void
  /** Shows everyone's again. */
  forget: () => void
  /** Makes this arrangement everyone's (null: the program's). Throws ApiError. */
  publish: (next: Arrangement | null) => Promise<void>
} {
  const client = useQueryClient()
  const { data } = useAsk('/api/v1/arrangements/{page}', {
    path: { page: 'overview' },
    query: { org },
    anywhere: true,
    enabled: org !== '',
  })
  const text = useSyncExternalStore(
    subscribe,
    useCallback(() => read(org), [org]),
  )
  const own = parseArrangement(text)
  return {
    arrangement: own ?? data ?? { order: [], hidden: [] },
    own: own !== null,
    change: (next) => write(org, JSON.stringify({ order: next.order, hidden: next.hidden })),
    forget: () => write(org, null),
    publish: async (next) => {
      const address = `${ADDRESS}?org=${encodeURIComponent(org)}`
      await (next === null ? send('DELETE', address) : send('PUT', address, { order: next.order, hidden: next.hidden }))
      write(org, null)
      await client.invalidateQueries({ queryKey: ['/api/v1/arrangements/{page}'] })
    },
  }
}
