import { Plus, X } from 'lucide-react'
import type { Answer } from '../../api.ts'
import { Button } from '../../components/Button.tsx'
import type { Line } from './condition.ts'
import { fieldLook } from '../../components/fields.tsx'

type Fields = Answer<'/api/v1/definitions/fields'>

const tests: { value: Line['test']; title: string; for: readonly string[] }[] = [
  { value: 'is', title: 'is', for: ['text', 'number', 'boolean', 'ordered'] },
  { value: 'not', title: 'is not', for: ['text', 'number', 'boolean', 'ordered'] },
  { value: 'at_least', title: 'is at least', for: ['number', 'ordered'] },
  { value: 'at_most', title: 'is at most', for: ['number', 'ordered'] },
  { value: 'contains', title: 'contains', for: ['text'] },
  { value: 'unknown', title: 'is not known', for: ['text', 'number', 'boolean', 'ordered'] },
  { value: 'known', title: 'is known', for: ['text', 'number', 'boolean', 'ordered'] },
]

/** Lines of a condition: a field, a comparison and a value each. `onHow`: whether one finding meets all of them can be chosen. */
export function ConditionLines({
  title,
  none,
  lines,
  fields,
  objectives = [],
  onChange,
  error,
  how,
  onHow,
}: {
  title: string
  none: string
  lines: Line[]
  fields: Fields['items']
  objectives?: Fields['objectives']
  onChange: (lines: Line[]) => void
  error: string | undefined
  how?: 'all' | 'any'
  onHow?: (how: 'all' | 'any') => void
}) {
  const set = (index: number, more: Partial<Line>) => onChange(lines.map((line, place) => (place === index ? { ...line, ...more } : line)))
  const first = fields[0]!
  return (
    <fieldset className="text-sm">
      <legend className="font-medium">{title}</legend>
      {onHow && lines.length > 1 && (
        <label className="mt-1 flex items-center gap-2 text-xs text-ink-2">
          <select
            aria-label="How the lines count"
            value={how}
            onChange={(event) => onHow(event.target.value as 'all')}
            className={`${fieldLook} w-64`}
          >
            <option value="all">one finding meets all of these</option>
            <option value="any">any of these holds</option>
          </select>
        </label>
      )}
      {lines.length === 0 && <p className="mt-1 text-xs text-ink-3">{none}</p>}
      <ul className="mt-1 flex flex-col gap-1.5">
        {lines.map((line, index) => {
          const field = fields.find((each) => each.field === line.field) ?? first
          const words =
            field.field === 'control.objective'
              ? objectives.map((one) => one.id)
              : (field.values ?? (field.type === 'boolean' ? ['true', 'false'] : null))
          const possible = field.several
            ? tests.filter((test) => test.value === 'is' || test.value === 'not')
            : tests.filter((test) => test.for.includes(field.type))
          return (
            <li
              key={index}
              className="grid grid-cols-[1fr_1fr_2rem] gap-2 max-sm:[&>*:first-child]:col-span-3 sm:grid-cols-[1fr_8.5rem_1fr_2rem]"
            >
              <select
                aria-label={`${title}, field ${index + 1}`}
                value={line.field}
                onChange={(event) => {
                  const next = fields.find((each) => each.field === event.target.value)!
                  set(index, {
                    field: next.field,
                    test: 'is',
                    value:
                      next.values?.[0] ??
                      (next.type === 'boolean' ? 'true' : next.field === 'control.objective' ? (objectives[0]?.id ?? '') : ''),
                  })
                }}
                className={fieldLook}
              >
                {fields.map((each) => (
                  <option key={each.field} value={each.field}>
                    {each.title}
                  </option>
                ))}
              </select>
              <select
                aria-label={`${title}, comparison ${index + 1}`}
                value={line.test}
                onChange={(event) => set(index, { test: event.target.value as Line['test'] })}
                className={fieldLook}
              >
                {possible.map((test) => (
                  <option key={test.value} value={test.value}>
                    {test.title}
                  </option>
                ))}
              </select>
              {line.test === 'unknown' || line.test === 'known' ? (
                <span />
              ) : words && !line.value.includes(',') ? (
                <select
                  aria-label={`${title}, value ${index + 1}`}
                  value={line.value}
                  onChange={(event) => set(index, { value: event.target.value })}
                  className={fieldLook}
                >
                  {words.map((word) => (
                    <option key={word} value={word}>
                      {objectives.find((one) => one.id === word)?.title ?? word.replaceAll('_', ' ')}
                    </option>
                  ))}
                </select>
              ) : (
                <input
                  aria-label={`${title}, value ${index + 1}`}
                  value={line.value}
                  maxLength={500}
                  onChange={(event) => set(index, { value: event.target.value })}
                  className={fieldLook}
                />
              )}
              <Button
                look="quiet"
                className="w-8 px-0"
                aria-label={`Take out line ${index + 1} of ${title}`}
                onClick={() => onChange(lines.filter((_, place) => place !== index))}
              >
                <X size={14} aria-hidden />
              </Button>
            </li>
          )
        })}
      </ul>
      <Button
        look="quiet"
        className="mt-1 -ml-2"
        onClick={() => onChange([...lines, { field: first.field, test: 'is', value: first.values?.[0] ?? '' }])}
      >
        <Plus size={14} aria-hidden />
        Add a line
      </Button>
      {error && <p className="text-xs text-worse">{error}</p>}
    </fieldset>
  )
}
