// oxlint-disable jsx-a11y/control-has-associated-label -- empty cells keep the height of rows out of sight
import { columnVisibilityFeature, tableFeatures, useTable } from '@tanstack/react-table'
import type { ColumnDef } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react'
import { useEffect, useMemo, useRef } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import type { Listing } from '../api.ts'
import { useParameters } from '../address.ts'
import { Problem } from './Problem.tsx'
import { useHiddenColumns } from './columns.ts'

/** One column of a table. */
export interface Column<T> {
  id: string
  title: string
  /** Pixels; the first column without one takes what is left. */
  width?: number
  /** The server's name of the sort, when the column can be sorted by. */
  sort?: string
  /** The first click sorts downwards: for numbers and dates, where the greatest comes first. */
  down?: boolean
  align?: 'right'
  /** Left out until the person asks for it. */
  hidden?: boolean
  /** What the title alone does not say. */
  hint?: string
  cell: (row: T) => ReactNode
}

const features = tableFeatures({ columnVisibilityFeature })
const ROW = 37

/** Which way the address sorts a column. */
function sortOf(text: string, column: { sort?: string }): 'ascending' | 'descending' | null {
  if (!column.sort || text.replace(/^-/, '') !== column.sort) return null
  return text.startsWith('-') ? 'descending' : 'ascending'
}

/** Up and down move between the rows' links. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const row = (event.target as HTMLElement).closest('tr')
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling
  const link = next?.querySelector<HTMLElement>('a, button')
  if (!link) return
  event.preventDefault()
  link.focus()
}

/**
 * A list of any length: only the rows in sight are in the page, more are asked for while scrolling. The order stands in the address
 * under `parameter`. `fill` takes the height that is left of the page, otherwise the table is as high as its rows, at most `height`.
 */
export function DataTable<T>({
  label,
  columns,
  list,
  rowKey,
  defaultSort = '',
  parameter = 'sort',
  empty,
  fill = false,
  height = 560,
  muted,
  selected,
}: {
  label: string
  columns: Column<T>[]
  list: Listing<T>
  rowKey: (row: T) => string | number
  defaultSort?: string
  parameter?: string
  empty: ReactNode
  fill?: boolean
  height?: number
  /** Rows that count for nothing now. */
  muted?: (row: T) => boolean
  selected?: (row: T) => boolean
}) {
  const { get, set } = useParameters()
  const { hidden } = useHiddenColumns(label, columns)
  const sort = get(parameter) || defaultSort
  const definitions = useMemo(
    () =>
      columns.map((column): ColumnDef<typeof features, T & object, unknown> => ({
        id: column.id,
        header: column.title,
        cell: (context) => column.cell(context.row.original),
      })),
    [columns],
  )
  const table = useTable({
    features,
    columns: definitions,
    data: list.rows as (T & object)[],
    getRowId: (row) => String(rowKey(row)),
    state: { columnVisibility: hidden },
  })
  const visible = table.getVisibleLeafColumns().map((column) => columns.find((one) => one.id === column.id)!)
  const rows = table.getRowModel().rows
  const scroller = useRef<HTMLDivElement>(null)
  // oxlint-disable-next-line react/incompatible-library -- its functions must not be memoised, and are not
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 14,
    initialRect: { width: 1000, height: 800 },
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? -1
  const more = list.more
  useEffect(() => {
    if (last >= 0 && last >= rows.length - 20) more()
  }, [last, rows.length, more])
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 })
  }, [sort])

  if (list.error) return <Problem error={list.error} retry={list.retry} />
  if (!list.loading && rows.length === 0) return <div className="rounded-lg border border-line bg-surface">{empty}</div>

  const before = items[0]?.start ?? 0
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0)
  const narrowest = visible.reduce((sum, column) => sum + (column.width ?? 220), 0)
  const span = visible.length
  return (
    <div
      ref={scroller}
      className={`relative overflow-auto rounded-lg border border-line bg-surface ${fill ? 'min-h-56 flex-1 max-sm:max-h-[75dvh] max-sm:flex-none' : ''}`}
      style={fill ? undefined : { maxHeight: height }}
      aria-busy={list.loading || list.stale}
    >
      <table
        className="w-full table-fixed border-separate border-spacing-0 text-sm"
        style={{ minWidth: narrowest }}
        aria-label={label}
        aria-rowcount={(list.total ?? rows.length) + 1}
      >
        <colgroup>
          {visible.map((column) => (
            <col key={column.id} style={column.width ? { width: column.width } : undefined} />
          ))}
        </colgroup>
        <thead className="sticky top-0 z-10">
          <tr aria-rowindex={1}>
            {visible.map((column) => {
              const sorted = sortOf(sort, column)
              return (
                <th
                  key={column.id}
                  scope="col"
                  aria-sort={sorted ?? undefined}
                  className={`h-9 border-b border-line bg-sunken px-3 text-xs font-medium whitespace-nowrap text-ink-2 first:pl-4 ${column.align === 'right' ? 'text-right' : 'text-left'}`}
                >
                  {column.sort ? (
                    <button
                      type="button"
                      title={column.hint}
                      className={`inline-flex max-w-full items-center gap-1 hover:text-ink ${sorted ? 'font-semibold text-ink' : ''}`}
                      onClick={() => {
                        const first = column.down ? `-${column.sort}` : column.sort!
                        const other = column.down ? column.sort! : `-${column.sort}`
                        set({ [parameter]: sort === first ? other : first }, { replace: true })
                      }}
                    >
                      <span className="truncate">{column.title}</span>
                      {sorted === 'ascending' ? (
                        <ArrowUp size={13} className="shrink-0" aria-hidden />
                      ) : sorted === 'descending' ? (
                        <ArrowDown size={13} className="shrink-0" aria-hidden />
                      ) : (
                        <ChevronsUpDown size={13} className="shrink-0 text-ink-3" aria-hidden />
                      )}
                    </button>
                  ) : (
                    <span title={column.hint}>{column.title || <span className="sr-only">{column.hint ?? column.id}</span>}</span>
                  )}
                </th>
              )
            })}
          </tr>
        </thead>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- only adds arrow keys to the links inside */}
        <tbody onKeyDown={moveFocus} className={list.stale ? 'opacity-60' : ''}>
          {list.loading &&
            rows.length === 0 &&
            Array.from({ length: 8 }, (_, index) => (
              <tr key={index}>
                <td colSpan={span} className="h-9 border-b border-line px-4">
                  <div className="waiting h-3 rounded bg-sunken" />
                </td>
              </tr>
            ))}
          {before > 0 && (
            <tr aria-hidden>
              <td colSpan={span} style={{ height: before }} className="p-0" />
            </tr>
          )}
          {items.map((item) => {
            const row = rows[item.index]!
            const dim = muted?.(row.original as T) ?? false
            return (
              <tr
                key={row.id}
                aria-rowindex={item.index + 2}
                className={`group ${selected?.(row.original as T) ? 'bg-accent-soft' : 'hover:bg-hover'} ${dim ? 'text-ink-3' : ''}`}
              >
                {row.getVisibleCells().map((cell, index) => (
                  <td
                    key={cell.id}
                    className={`h-9 truncate border-b border-line px-3 first:pl-4 ${visible[index]!.align === 'right' ? 'num text-right' : ''}`}
                  >
                    {visible[index]!.cell(row.original as T)}
                  </td>
                ))}
              </tr>
            )
          })}
          {after > 0 && (
            <tr aria-hidden>
              <td colSpan={span} style={{ height: after }} className="p-0" />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  )
}
