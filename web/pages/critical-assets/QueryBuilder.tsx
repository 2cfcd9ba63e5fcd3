import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { useAsk } from '../../api.ts'
import { word } from '../../format.ts'
import { Button } from '../../components/Button.tsx'
import type { Comparison, Line, Query } from './query.ts'
import { readQuery, writeQuery } from './query.ts'

const small = 'h-8 min-w-0 rounded-md border border-line-strong bg-surface px-2 text-sm'

const comparisons: Record<Comparison, string> = {
  is: 'is',
  is_not: 'is not',
  contains: 'contains',
  contains_not: 'does not contain',
  unknown: 'is unknown',
}

/** Builds a condition over assets, line by line or as JSON. `onChange` gets null while what stands there is no condition. */
export function QueryBuilder({ value, onChange }: { value: unknown; onChange: (condition: Record<string, unknown> | null) => void }) {
  const [query, setQuery] = useState<Query | null>(() => readQuery(value))
  const [text, setText] = useState(() => JSON.stringify(value, null, 1))
  const fields = useAsk('/api/v1/classifications/fields', { anywhere: true })
  const change = (next: Query) => {
    setQuery(next)
    const complete = next.lines.length > 0 && next.lines.every((line) => line.comparison === 'unknown' || line.value.trim() !== '')
    onChange(complete ? writeQuery(next) : null)
  }
  if (query === null) {
    return (
      <label className="block text-sm">
        <span className="text-xs text-ink-3">Condition as JSON: it says more than lines can</span>
        <textarea
          rows={6}
          value={text}
          spellCheck={false}
          onChange={(event) => {
            setText(event.target.value)
            try {
              const read: unknown = JSON.parse(event.target.value)
              onChange(typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : null)
            } catch {
              onChange(null)
            }
          }}
          className="mt-1 block w-full rounded-md border border-line-strong bg-surface px-2 py-1.5 font-mono text-xs"
        />
      </label>
    )
  }
  const known = fields.data?.items ?? []
  const set = (index: number, line: Partial<Line>) =>
    change({ ...query, lines: query.lines.map((each, at) => (at === index ? { ...each, ...line } : each)) })
  return (
    <div className="flex flex-col gap-2">
      {query.lines.length > 1 && (
        <label className="flex items-center gap-2 text-sm">
          Assets for which
          <select
            value={query.join}
            onChange={(event) => change({ ...query, join: event.target.value as 'all' | 'any' })}
            className={small}
          >
            <option value="all">all of these hold</option>
            <option value="any">any of these holds</option>
          </select>
        </label>
      )}
      {query.lines.map((line, index) => {
        const field = known.find((each) => each.field === line.field)
        const fact = /^(software|names|discovery)\./.test(line.field)
        const allowed = (Object.keys(comparisons) as Comparison[]).filter(
          (each) => (each !== 'unknown' || !fact) && (!each.startsWith('contains') || field?.type === 'text'),
        )
        const values = field?.type === 'boolean' ? ['true', 'false'] : field?.values
        return (
          <div key={index} className="flex flex-wrap items-center gap-2">
            <select
              aria-label="Field"
              value={line.field}
              onChange={(event) => set(index, { field: event.target.value, value: '' })}
              className={`${small} w-52`}
            >
              {known.map((each) => (
                <option key={each.field} value={each.field}>
                  {each.title}
                </option>
              ))}
            </select>
            <select
              aria-label="Comparison"
              value={line.comparison}
              onChange={(event) => set(index, { comparison: event.target.value as Comparison })}
              className={small}
            >
              {allowed.map((each) => (
                <option key={each} value={each}>
                  {comparisons[each]}
                </option>
              ))}
            </select>
            {line.comparison !== 'unknown' &&
              (values && line.comparison !== 'contains' && line.comparison !== 'contains_not' ? (
                <select
                  aria-label="Value"
                  value={line.value}
                  onChange={(event) => set(index, { value: event.target.value })}
                  className={`${small} flex-1`}
                >
                  <option value="">Choose …</option>
                  {values.map((each) => (
                    <option key={each} value={each}>
                      {each === 'true' ? 'yes' : each === 'false' ? 'no' : word(each)}
                    </option>
                  ))}
                </select>
              ) : (
                <input
                  aria-label="Value"
                  value={line.value}
                  maxLength={300}
                  placeholder="text"
                  onChange={(event) => set(index, { value: event.target.value })}
                  className={`${small} flex-1`}
                />
              ))}
            {query.lines.length > 1 && (
              <Button
                look="quiet"
                aria-label="Remove this line"
                onClick={() => change({ ...query, lines: query.lines.filter((_, at) => at !== index) })}
              >
                <X size={14} aria-hidden />
              </Button>
            )}
          </div>
        )
      })}
      <div>
        <Button
          look="quiet"
          onClick={() => change({ ...query, lines: [...query.lines, { field: 'asset.name', comparison: 'contains', value: '' }] })}
        >
          <Plus size={14} aria-hidden />
          Add a line
        </Button>
      </div>
    </div>
  )
}
