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
  if (form.recommendation.trim()) lines.push(`recommendation: ${quoted(form.recommendation.trim())}`)
  return `${lines.join('\n')}\n`
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
