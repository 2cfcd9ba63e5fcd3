/** What the address asks of a list, as the API's `filter`: a field that must be one of the values. Nothing asked is undefined. */
export function conditionOf(parts: Record<string, readonly string[] | boolean | string | null>): string | undefined {
  const condition: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(parts)) {
    if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) continue
    condition[field] = Array.isArray(value) && value.length === 1 ? value[0] : value
  }
  return Object.keys(condition).length === 0 ? undefined : JSON.stringify(condition)
}

/** yes and no of the address as a condition on a field that is true or false. Both or none ask nothing. */
export function yesOrNo(values: readonly string[]): boolean | null {
  return values.length === 1 ? values[0] === 'yes' : null
}
