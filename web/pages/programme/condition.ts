/** One line of a condition as the builder shows it: a field compared with a word or number. */
export interface Line {
  field: string
  /** is, not: equal or not to a word (several by commas); at_least, at_most: by order; contains; unknown, known. */
  test: 'is' | 'not' | 'at_least' | 'at_most' | 'contains' | 'unknown' | 'known'
  value: string
}

/** What the builder edits, beside the YAML that it writes. */
export interface MetricForm {
  id: string
  title: string
  why: string
  population: Line[]
  /** all: every line holds; any: one of them. */
  how: 'all' | 'any'
  exposed: Line[]
  reason: string
  weight: 'high' | 'medium' | 'low'
  recommendation: string
  /** What fields do not show and a text may hold: kept as it is. */
  source?: string
  needs?: string[]
}

interface FieldType {
  field: string
  type: 'text' | 'number' | 'boolean' | 'ordered'
}

const quoted = (text: string): string => JSON.stringify(text)

function valueOf(text: string, type: FieldType['type']): string {
  const plain = text.trim()
  if (type === 'boolean') return plain === 'false' ? 'false' : 'true'
  if (type === 'number' && /^-?\d+(\.\d+)?$/.test(plain)) return plain
  return quoted(plain)
}

/** A comparison as YAML. */
export function lineYaml({ field, test, value }: Line, fields: readonly FieldType[]): string {
  const type = fields.find((each) => each.field === field)?.type ?? 'text'
  const words = value
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)
  const one = words.length > 1 ? `[${words.map((word) => valueOf(word, type)).join(', ')}]` : valueOf(value, type)
  switch (test) {
    case 'is':
      return `{${field}: ${one}}`
    case 'not':
      return `{not: {${field}: ${one}}}`
    case 'at_least':
      return `{${field}: ${quoted(`>= ${value.trim()}`)}}`
    case 'at_most':
      return `{${field}: ${quoted(`<= ${value.trim()}`)}}`
    case 'contains':
      return `{${field}: ${quoted(`~${value.trim()}`)}}`
    case 'unknown':
      return `{${field}: null}`
    case 'known':
      return `{not: {${field}: null}}`
  }
}

function conditionYaml(lines: readonly Line[], how: 'all' | 'any', fields: readonly FieldType[]): string {
  if (lines.length === 0) return ' {}'
  if (lines.length === 1) return ` ${lineYaml(lines[0]!, fields)}`
  return `\n  ${how}:\n${lines.map((line) => `    - ${lineYaml(line, fields)}`).join('\n')}`
}

/** The YAML that a form stands for. */
export function formYaml(form: MetricForm, fields: readonly FieldType[]): string {
  const lines = [
    `title: ${quoted(form.title)}`,
    `why: ${quoted(form.why)}`,
    `population:${conditionYaml(form.population, 'all', fields)}`,
    `exposed_when:${conditionYaml(form.exposed, form.how, fields)}`,
    `reason: ${quoted(form.reason)}`,
    `weight: ${form.weight}`,
  ]
  if (form.source) lines.push(`source: ${quoted(form.source)}`)
  if (form.needs?.length) lines.push(`needs: [${form.needs.map(quoted).join(', ')}]`)
  if (form.recommendation.trim()) lines.push(`recommendation: ${quoted(form.recommendation.trim())}`)
  return `${lines.join('\n')}\n`
}

/** What a definition's text says, as data. */
export type Definition = Readonly<Record<string, unknown>>

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** One comparison as a line; null: lines cannot say it. */
function lineOf(condition: unknown): Line | null {
  const entries = Object.entries((condition ?? {}) as Definition)
  if (entries.length !== 1) return null
  const [field, value] = entries[0]!
  if (field === 'all' || field === 'any') return null
  if (field === 'not') {
    const line = lineOf(value)
    if (line?.test === 'is') return { ...line, test: 'not' }
    return line?.test === 'unknown' ? { ...line, test: 'known' } : null
  }
  if (value === null) return { field, test: 'unknown', value: '' }
  if (Array.isArray(value)) {
    const words = value.map((word) => (['string', 'number', 'boolean'].includes(typeof word) ? String(word) : ','))
    return words.length < 2 || words.some((word) => word.includes(',') || word !== word.trim())
      ? null
      : { field, test: 'is', value: words.join(', ') }
  }
  if (typeof value === 'boolean' || typeof value === 'number') return { field, test: 'is', value: String(value) }
  if (typeof value !== 'string' || value.includes(',') || value.trim() === '') return null
  const [, sign = '', text = ''] = /^(>=|<=|[~<>=])? ?(.*)$/s.exec(value) ?? []
  const test = { '': 'is', '>=': 'at_least', '<=': 'at_most', '~': 'contains' }[sign] as Line['test'] | undefined
  return test && text === text.trim() && text !== '' ? { field, test, value: text } : null
}

/** A condition as lines of which all or any hold; null: lines cannot say it. */
function linesOf(condition: unknown): { how: 'all' | 'any'; lines: Line[] } | null {
  const whole = (condition ?? {}) as Definition
  const keys = Object.keys(whole)
  const how = keys.length === 1 && keys[0] === 'any' ? 'any' : 'all'
  const parts =
    keys.length === 1 && Array.isArray(whole[keys[0]!]) && (keys[0] === 'all' || keys[0] === 'any')
      ? (whole[keys[0]!] as unknown[]).flatMap((part) =>
          how === 'all' && !('not' in (part as object))
            ? Object.entries(part as Definition).map(([field, value]) => ({ [field]: value }))
            : [part],
        )
      : Object.entries(whole).map(([field, value]) => ({ [field]: value }))
  const lines = parts.map(lineOf)
  return lines.every((line) => line !== null) ? { how, lines } : null
}

/** The form that stands for a definition's text; null where fields cannot show all that it says: then it is written as YAML. */
export function formOf(definition: Definition): MetricForm | null {
  const { title, why, population, exposed_when, reason, weight, recommendation, source, needs, example: _, ...more } = definition
  const [asked, exposed] = [linesOf(population), linesOf(exposed_when)]
  if (Object.keys(more).length || !asked || !exposed || (asked.how === 'any' && asked.lines.length > 1)) return null
  return {
    id: '',
    title: textOf(title),
    why: textOf(why).trim(),
    population: asked.lines,
    how: exposed.how,
    exposed: exposed.lines,
    reason: textOf(reason),
    weight: weight === 'high' || weight === 'low' ? weight : 'medium',
    recommendation: textOf(recommendation).trim(),
    ...(typeof source === 'string' ? { source } : {}),
    ...(Array.isArray(needs) ? { needs: needs.map(String) } : {}),
  }
}

/** An id made of a title: "Old servers!" is "old-servers". */
export const idOfTitle = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 80)
    .replaceAll(/-+$/g, '')
