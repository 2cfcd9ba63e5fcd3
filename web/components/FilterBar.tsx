import { ChevronDown, Search, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { useParameters } from '../address.ts'
import { count, word } from '../format.ts'
import { Button } from './Button.tsx'
import { Choice } from './Choice.tsx'
import { Popup } from './Popup.tsx'

/** A filter of a list: the values chosen stand in the address under `parameter`, once each. */
export interface Filter {
  parameter: string
  title: string
  options: readonly { value: string; title?: string; amount?: number }[]
}

/** A field that is searched a moment after the last key. */
export function SearchField({
  parameter = 'search',
  label,
  className = 'w-56',
}: {
  parameter?: string
  label: string
  className?: string
}) {
  const { get, set } = useParameters()
  const given = get(parameter)
  const [text, setText] = useState(given)
  const [seen, setSeen] = useState(given)
  if (given !== seen) {
    setSeen(given)
    setText(given)
  }
  useEffect(() => {
    if (text === given) return undefined
    const timer = setTimeout(() => {
      setSeen(text)
      set({ [parameter]: text || null }, { replace: true })
    }, 250)
    return () => clearTimeout(timer)
  }, [text, given, parameter, set])
  return (
    <label className={`relative ${className}`}>
      <span className="sr-only">{label}</span>
      <Search size={14} className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3" aria-hidden />
      <input
        type="search"
        value={text}
        placeholder={label}
        onChange={(event) => setText(event.target.value)}
        className="h-8 w-full rounded-md border border-line-strong bg-surface pr-2 pl-8 text-sm placeholder:text-ink-3"
      />
    </label>
  )
}

/** A button that opens the values of one filter, and says which are chosen. */
export function FilterMenu({ filter }: { filter: Filter }) {
  const { all, set } = useParameters()
  const chosen = all(filter.parameter)
  const titleOf = (value: string) => filter.options.find((option) => option.value === value)?.title ?? word(value)
  const summary = chosen.length === 0 ? null : chosen.length <= 2 ? chosen.map(titleOf).join(', ') : `${chosen.length} chosen`
  return (
    <Popup
      label={filter.title}
      className={summary ? 'border-accent bg-accent-soft text-accent-ink' : ''}
      trigger={
        <>
          <span>
            {filter.title}
            {summary && <span className="font-medium">: {summary}</span>}
          </span>
          <ChevronDown size={14} aria-hidden />
        </>
      }
    >
      <div className="min-w-52">
        {filter.options.map((option) => (
          <Choice
            key={option.value}
            checked={chosen.includes(option.value)}
            onChange={(checked) =>
              set(
                { [filter.parameter]: checked ? [...chosen, option.value] : chosen.filter((value) => value !== option.value) },
                { replace: true },
              )
            }
            aside={option.amount === undefined ? undefined : count(option.amount)}
          >
            {option.title ?? word(option.value)}
          </Choice>
        ))}
        {filter.options.length === 0 && <p className="px-2 py-1.5 text-ink-3">Nothing to choose from.</p>}
      </div>
    </Popup>
  )
}

/** Search, filters and how many rows they leave; `children` are the tools at the right. */
export function FilterBar({
  search,
  filters = [],
  more,
  total,
  noun,
  children,
}: {
  search?: string
  filters?: Filter[]
  /** Filters of other kinds. */
  more?: { parameters: string[]; fields: ReactNode }
  total: number | null
  noun: [one: string, many: string]
  children?: ReactNode
}) {
  const { get, set } = useParameters()
  const parameters = ['search', ...filters.map((filter) => filter.parameter), ...(more?.parameters ?? [])]
  const active = parameters.some((name) => get(name) !== '')
  return (
    <div className="flex flex-wrap items-center gap-2">
      {search && <SearchField label={search} />}
      {filters.map((filter) => (
        <FilterMenu key={filter.parameter} filter={filter} />
      ))}
      {more?.fields}
      {active && (
        <Button look="quiet" onClick={() => set(Object.fromEntries(parameters.map((name) => [name, null])))}>
          <X size={14} aria-hidden />
          Clear filters
        </Button>
      )}
      <span className="flex-1" />
      <output className="num text-sm text-ink-3">{total === null ? '' : `${count(total)} ${total === 1 ? noun[0] : noun[1]}`}</output>
      {children}
    </div>
  )
}
