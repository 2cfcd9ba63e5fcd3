/** A cell as text: lists joined by "; ", objects by their title, name or JSON, null empty. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(textOf).join('; ')
  if (typeof value === 'object') {
    const named = value as { title?: unknown; name?: unknown }
    if (typeof named.title === 'string') return named.title
    return typeof named.name === 'string' ? named.name : JSON.stringify(value)
  }
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A text that a spreadsheet would run as a formula gets a leading apostrophe. https://owasp.org/www-community/attacks/CSV_Injection */
function cellOf(value: unknown): string {
  const raw = textOf(value)
  const text = typeof value !== 'number' && /^[=+\-@\t\r]/.test(raw) ? `'${raw}` : raw
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows as CSV (RFC 4180) with the fields of the API as header, in the order in which they first appear. */
export function csvOf(rows: readonly Record<string, unknown>[]): string {
  const fields = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return [fields.map(cellOf).join(','), ...rows.map((row) => fields.map((field) => cellOf(row[field])).join(','))].join('\r\n') + '\r\n'
}
