import { useEffect } from 'react'
import type { Listing } from '../api.ts'
import { useParameters } from '../address.ts'
import { count } from '../format.ts'
import { Button } from './Button.tsx'

/** Rows of a page that can be chosen; without one the list goes on as one scrolls. */
const pageSizes = [30, 50, 100] as const

/** The part of a list that stands on the page that the address names (`size`, `page`), and how many pages there are. */
export function usePages<T>(list: Listing<T>): { list: Listing<T>; size: number; page: number; pages: number } {
  const { get } = useParameters()
  const size = pageSizes.find((each) => String(each) === get('size')) ?? 0
  const pages = size === 0 ? 1 : Math.max(1, Math.ceil((list.total ?? 0) / size))
  const page = Math.min(pages, /^[1-9]\d{0,8}$/.test(get('page')) ? Number(get('page')) : 1)
  const { rows, more } = list
  const wanting = size > 0 && rows.length < Math.min(page * size, list.total ?? 0)
  useEffect(() => {
    if (wanting) more()
  }, [wanting, rows.length, more])
  if (size === 0) return { list, size, page, pages }
  const shown = rows.slice((page - 1) * size, page * size)
  return { list: { ...list, rows: shown, more: () => {}, loading: list.loading || (wanting && shown.length === 0) }, size, page, pages }
}

/** Chooses how many rows a page has, and goes from page to page. */
export function Pages({ size, page, pages, noun }: { size: number; page: number; pages: number; noun: string }) {
  const { set } = useParameters()
  const go = (to: number) => set({ page: to === 1 ? null : String(to) })
  return (
    <nav aria-label={`Pages of ${noun}`} className="flex flex-wrap items-center justify-end gap-2 text-sm">
      <label className="flex items-center gap-2 text-ink-2">
        Rows
        <select
          value={String(size)}
          onChange={(event) => set({ size: event.target.value === '0' ? null : event.target.value, page: null }, { replace: true })}
          className="h-8 rounded-md border border-line-strong bg-surface px-2"
        >
          <option value="0">all, by scrolling</option>
          {pageSizes.map((each) => (
            <option key={each} value={each}>
              {each} a page
            </option>
          ))}
        </select>
      </label>
      {size > 0 && (
        <>
          <Button disabled={page <= 1} onClick={() => go(page - 1)}>
            Previous
          </Button>
          <span className="num text-ink-2">{`Page ${count(page)} of ${count(pages)}`}</span>
          <Button disabled={page >= pages} onClick={() => go(page + 1)}>
            Next
          </Button>
        </>
      )}
    </nav>
  )
}
