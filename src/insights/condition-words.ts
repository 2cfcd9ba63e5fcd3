import type { Condition, Field, Fields, Test } from './conditions.ts'

/** A condition in English, for screens: "internet-facing is true and CVSS is at least 9". */
export function conditionWords(condition: Condition, fields: Fields): string {
  return words(condition, fields, false)
}

function words(condition: Condition, fields: Fields, inside: boolean): string {
  if (condition.op === 'field') return comparisonWords(condition.field, condition.test, fields, false)
  if (condition.op === 'not') {
    if (condition.part.op === 'field') return comparisonWords(condition.part.field, condition.part.test, fields, true)
    return `not (${words(condition.part, fields, false)})`
  }
  if (condition.parts.length === 0) return condition.op === 'all' ? 'always' : 'never'
  const parts = condition.op === 'any' ? joinedParts(condition.parts, fields) : condition.parts.map((part) => words(part, fields, true))
  const text = parts.join(condition.op === 'all' ? ' and ' : ' or ')
  return inside && parts.length > 1 ? `(${text})` : text
}

/** Alternatives one after another that ask one field for a text are one: `asset name contains "dc" or "ldap"`. */
function joinedParts(parts: readonly Condition[], fields: Fields): string[] {
  const said: { field: string | null; start: string; texts: string[] }[] = []
  for (const part of parts) {
    const last = said.at(-1)
    if (part.op !== 'field' || part.test.is !== 'containing') said.push({ field: null, start: words(part, fields, true), texts: [] })
    else if (last?.field === part.field) last.texts.push(`"${part.test.text}"`)
    else said.push({ field: part.field, start: `${fields.get(part.field)?.title ?? part.field} contains `, texts: [`"${part.test.text}"`] })
  }
  return said.map(({ start, texts }) => start + (texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`))
}

const signs = { '>': 'is above', '>=': 'is at least', '<': 'is below', '<=': 'is at most' }
const opposite = { '>': 'is at most', '>=': 'is below', '<': 'is at least', '<=': 'is above' }

function comparisonWords(name: string, test: Test, fields: Fields, negated: boolean): string {
  const field = fields.get(name)
  const title = field?.title ?? name
  switch (test.is) {
    case 'unknown':
      return negated ? `${title} is known` : `no ${title} is known`
    case 'containing':
      return `${title} ${negated ? 'does not contain' : 'contains'} "${test.text}"`
    case 'compared':
      return `${title} ${(negated ? opposite : signs)[test.sign]} ${valueWords(test.value, field)}`
    case 'one_of': {
      const [only] = test.values
      if (test.values.length === 1 && typeof only === 'boolean' && !test.or_unknown) return only !== negated ? title : `not ${title}`
      const values = [...test.values.map((value) => valueWords(value, field)), ...(test.or_unknown ? ['unknown'] : [])]
      return `${title} ${negated ? 'is not' : 'is'} ${values.length < 2 ? values[0] : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`}`
    }
  }
}

/** Ids of closed lists are words with underscores; what a person wrote stays as it is. */
const valueWords = (value: string | number | boolean, field: Field | undefined): string =>
  field?.values ? String(value).replaceAll('_', ' ') : String(value)
