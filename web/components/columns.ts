import { useMemo, useSyncExternalStore } from 'react'

// Which columns a person wants to see, per table, kept in this browser only.

const KEY = 'plimsoll-columns'
const listeners = new Set<() => void>()

function read(): string {
  try {
    return localStorage.getItem(KEY) ?? '{}'
  } catch {
    return '{}'
  }
}
let kept = read()

type Choice = Record<string, Record<string, boolean>>

function parse(text: string): Choice {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Choice) : {}
  } catch {
    return {}
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Which columns of the table `label` are shown: id → shown. `show` changes one. */
export function useHiddenColumns(
  label: string,
  columns: readonly { id: string; hidden?: boolean }[],
): { hidden: Record<string, boolean>; show: (id: string, shown: boolean) => void } {
  const text = useSyncExternalStore(subscribe, () => kept)
  return useMemo(() => {
    const choice = parse(text)
    const own = choice[label] ?? {}
    return {
      hidden: Object.fromEntries(columns.map((column) => [column.id, own[column.id] ?? !column.hidden])),
      show: (id, shown) => {
        kept = JSON.stringify({ ...choice, [label]: { ...own, [id]: shown } })
        try {
          localStorage.setItem(KEY, kept)
        } catch {
          // a browser that keeps nothing still shows the choice until the page is closed
        }
        for (const listener of listeners) listener()
      },
    }
  }, [text, label, columns])
}
