import { useMemo } from 'react'
import type { ApiError, Listing } from '../api.ts'

type Value = string | number | null | undefined

/** A short list that the server gives whole, sorted here. Unknown values come last, whichever way. */
export function useLocalList<T>(
  asked: { data?: { items: T[] } | undefined; error: ApiError | null; isPending: boolean; refetch: () => unknown },
  options: {
    address: string
    sort: string
    by: Record<string, (row: T) => Value>
    keep?: (row: T) => boolean
  },
): Listing<T> {
  const { sort, by, keep } = options
  const items = asked.data?.items
  const rows = useMemo(() => {
    const kept = keep ? (items ?? []).filter(keep) : [...(items ?? [])]
    const value = by[sort.replace(/^-/, '')]
    if (!value) return kept
    const sign = sort.startsWith('-') ? -1 : 1
    return kept.sort((left, right) => {
      const a = value(left) ?? null
      const b = value(right) ?? null
      if (a === null || b === null) return Number(a === null) - Number(b === null)
      const order = typeof a === 'string' || typeof b === 'string' ? String(a).localeCompare(String(b), 'en') : a - b
      return sign * order
    })
  }, [items, sort, by, keep])
  return {
    rows,
    total: items ? rows.length : null,
    error: asked.error,
    loading: asked.isPending,
    stale: false,
    more: () => undefined,
    retry: () => void asked.refetch(),
    address: options.address,
  }
}
