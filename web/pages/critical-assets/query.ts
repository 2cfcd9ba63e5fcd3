/** How a line of the query builder compares. */
export type Comparison = 'is' | 'is_not' | 'contains' | 'contains_not' | 'unknown'

/** One line of the query builder. */
export interface Line {
  field: string
  comparison: Comparison
  value: string
}

/** What the query builder shows: lines that must all hold, or of which any must. */
export interface Query {
  join: 'all' | 'any'
  lines: Line[]
}

type Written = Record<string, unknown>

const typed = (value: string): unknown => (value === 'true' ? true : value === 'false' ? false : value)

function writeLine({ field, comparison, value }: Line): Written {
  const text = value.trim()
  switch (comparison) {
    case 'is':
      return { [field]: typed(text) }
    case 'is_not':
      return { not: { [field]: typed(text) } }
    case 'contains':
      return { [field]: `~${text}` }
    case 'contains_not':
      return { not: { [field]: `~${text}` } }
    case 'unknown':
      return { [field]: null }
  }
}

/** The condition that the lines stand for. */
export function writeQuery({ join, lines }: Query): Written {
  const parts = lines.map(writeLine)
  return parts.length === 1 ? parts[0]! : { [join]: parts }
}

function readLine(written: unknown): Line[] | null {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return null
  const lines: Line[] = []
  for (const [key, value] of Object.entries(written)) {
    if (key === 'not') {
      const inner = readLine(value)
      const only = inner?.length === 1 ? inner[0]! : null
      if (only?.comparison === 'is') lines.push({ ...only, comparison: 'is_not' })
      else if (only?.comparison === 'contains') lines.push({ ...only, comparison: 'contains_not' })
      else return null
    } else if (key === 'all' || key === 'any') return null
    else if (value === null) lines.push({ field: key, comparison: 'unknown', value: '' })
    else if (typeof value === 'string' && value.startsWith('~')) lines.push({ field: key, comparison: 'contains', value: value.slice(1) })
    else if (typeof value === 'string' && /^(>=|<=|>|<|=)/.test(value)) return null
    else if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
      lines.push({ field: key, comparison: 'is', value: String(value) })
    else return null
  }
  return lines
}

/** The lines of a condition; null where it says more than lines can: it is then edited as JSON. */
export function readQuery(written: unknown): Query | null {
  if (typeof written !== 'object' || written === null) return null
  const entries = Object.entries(written)
  const [only] = entries
  if (entries.length === 1 && (only![0] === 'all' || only![0] === 'any') && Array.isArray(only![1])) {
    const parts = (only![1] as unknown[]).map(readLine)
    if (parts.some((lines) => lines === null || (only![0] === 'any' && lines.length !== 1))) return null
    return { join: only![0] as 'all' | 'any', lines: parts.flatMap((lines) => lines!) }
  }
  const lines = readLine(written)
  return lines && lines.length > 0 ? { join: 'all', lines } : null
}
