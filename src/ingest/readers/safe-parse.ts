import { z } from 'zod'

/** What a reader gives for a value that its schema refuses. */
export const REFUSED: unique symbol = Symbol('refused')

/** Gives what a schema makes of a value, or REFUSED. */
export type Reader = (value: unknown) => unknown

type Def = z.core.$ZodTypes['_zod']['def'] & { read?: Reader }

const readers = new WeakMap<z.core.$ZodType, Reader>()

/**
 * What `schema.safeParse(value)` gives, several times faster where the value is as it should be: a report has many thousands of items, nearly all
 * of them good. Only a value that is refused goes through zod, which says what is wrong with it. A member that is not there comes as undefined, so that all
 * objects of a schema have one shape.
 */
export function safeParse<T extends z.ZodType>(schema: T, value: unknown): z.ZodSafeParseResult<z.output<T>> {
  const data = readerOf(schema)(value)
  return data === REFUSED ? schema.safeParse(value) : { success: true, data: data as z.output<T> }
}

/** The reader of a schema; made when it is asked for first. */
export function readerOf(schema: z.core.$ZodType): Reader {
  let reader = readers.get(schema)
  if (reader === undefined) {
    reader = fastReader(schema._zod.def as Def) ?? zodReader(schema)
    readers.set(schema, reader)
  }
  return reader
}

/** The reader of any schema. */
function zodReader(schema: z.core.$ZodType): Reader {
  return (value) => {
    const result = z.core.safeParse(schema, value)
    return result.success ? result.data : REFUSED
  }
}

/** The reader of the kinds of schemas that formats are written with; null for others. */
function fastReader(def: Def): Reader | null {
  if (def.read) return def.read
  if ('coerce' in def || 'format' in def) return null
  if (def.type === 'string') return stringReader(def.checks ?? [])
  if (def.type === 'number') return numberReader(def.checks ?? [])
  if (def.type === 'array') return arrayReader(def.element, def.checks ?? [])
  if (def.checks && def.checks.length > 0) return null
  switch (def.type) {
    case 'unknown':
      return (value) => value
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : REFUSED)
    case 'enum': {
      const words = new Set<unknown>(Object.values(def.entries))
      return (value) => (words.has(value) ? value : REFUSED)
    }
    case 'object':
      return def.catchall ? null : objectReader(def.shape)
    case 'record':
      return recordReader(def)
    case 'nullable': {
      const inner = readerOf(def.innerType)
      return (value) => (value === null ? null : inner(value))
    }
    case 'optional': {
      const inner = readerOf(def.innerType)
      return def.innerType._zod.optin === 'defaulted' ? null : (value) => (value === undefined ? undefined : inner(value))
    }
    case 'catch':
      return catchReader(def)
    case 'pipe':
      return pipeReader(def)
    case 'union':
      return unionReader(def.options.map(readerOf))
    default:
      return null
  }
}

type Checks = readonly z.core.$ZodCheck<never>[]

/** Without checks, trimmed, or of a shortest length and a beginning. */
function stringReader(checks: Checks): Reader | null {
  const steps: ((text: string) => string | typeof REFUSED)[] = []
  for (const { _zod } of checks) {
    const def = _zod.def as z.core.$ZodChecks['_zod']['def']
    if (def.check === 'overwrite') steps.push(def.tx as (text: string) => string)
    else if (def.check === 'min_length') steps.push((text) => (text.length >= def.minimum ? text : REFUSED))
    else if (def.check === 'string_format' && def.format === 'regex' && def.pattern && !def.pattern.global && !def.pattern.sticky) {
      const { pattern } = def
      steps.push((text) => (pattern.test(text) ? text : REFUSED))
    } else return null
  }
  if (steps.length === 0) return (value) => (typeof value === 'string' ? value : REFUSED)
  return (value) => {
    if (typeof value !== 'string') return REFUSED
    let text = value
    for (const step of steps) {
      const next = step(text)
      if (next === REFUSED) return REFUSED
      text = next
    }
    return text
  }
}

/** Of any size, or a whole one, not less than a least one, not more than a most. */
function numberReader(checks: Checks): Reader | null {
  let [least, most, whole] = [-Infinity, Infinity, false]
  for (const { _zod } of checks) {
    const def = _zod.def as z.core.$ZodChecks['_zod']['def']
    if (def.check === 'number_format' && def.format === 'safeint') whole = true
    else if (def.check === 'greater_than' && def.inclusive) least = Math.max(least, Number(def.value))
    else if (def.check === 'less_than' && def.inclusive) most = Math.min(most, Number(def.value))
    else return null
  }
  return (value) =>
    typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most && (!whole || Number.isSafeInteger(value))
      ? value
      : REFUSED
}

function arrayReader(element: z.core.$ZodType, checks: Checks): Reader | null {
  let shortest = 0
  for (const { _zod } of checks) {
    const def = _zod.def as z.core.$ZodChecks['_zod']['def']
    if (def.check !== 'min_length') return null
    shortest = Math.max(shortest, def.minimum)
  }
  const read = readerOf(element)
  return (value) => {
    if (!Array.isArray(value) || value.length < shortest) return REFUSED
    const list: unknown[] = []
    for (const each of value as unknown[]) {
      const one = read(each)
      if (one === REFUSED) return REFUSED
      list.push(one)
    }
    return list
  }
}

/** Its code is written for the members, as zod writes its own: a loop over names is several times slower. */
function objectReader(shape: Readonly<Record<string, z.core.$ZodType>>): Reader | null {
  const names = Object.keys(shape)
  if (!z.core.util.allowsEval.value || names.includes('__proto__')) return null
  const reads: string[] = []
  const members: string[] = []
  for (const [n, name] of names.entries()) {
    const [key, required] = [JSON.stringify(name), shape[name]!._zod.optin === undefined]
    reads.push(
      `const m${n} = read[${n}](value[${key}])`,
      `if (m${n} === REFUSED${required ? ` || (m${n} === undefined && !(${key} in value))` : ''}) return REFUSED`,
    )
    members.push(`${key}: m${n}`)
  }
  const code = `return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return REFUSED
    ${reads.join('\n')}
    return { ${members.join(', ')} }
  }`
  // oxlint-disable-next-line typescript/no-implied-eval -- of names that stand in our own code, never of what a report says
  const make = new Function('read', 'REFUSED', code) as (read: Reader[], refused: typeof REFUSED) => Reader
  return make(
    names.map((name) => readerOf(shape[name]!)),
    REFUSED,
  )
}

/** A copy without a member `__proto__`, as zod makes it. */
function recordReader({ keyType, valueType, ...more }: z.core.$ZodRecordDef): Reader | null {
  const key = keyType._zod.def as Def
  if (key.type !== 'string' || (key.checks ?? []).length > 0 || 'format' in key || more.mode !== undefined || more.partial) return null
  const read = readerOf(valueType)
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return REFUSED
    const record: Record<string, unknown> = {}
    for (const name of Object.keys(value)) {
      if (name === '__proto__') continue
      const one = read((value as Record<string, unknown>)[name])
      if (one === REFUSED) return REFUSED
      record[name] = one
    }
    return record
  }
}

/** With a constant in place of what is refused. */
function catchReader({ innerType, catchValue }: z.core.$ZodCatchDef): Reader | null {
  if (catchValue.length > 0) return null
  const read = readerOf(innerType)
  const instead = catchValue as () => unknown
  return (value) => {
    const one = read(value)
    return one === REFUSED ? instead() : one
  }
}

function pipeReader(def: z.core.$ZodPipeDef): Reader | null {
  if (def.transform) return null
  const read = readerOf(def.in)
  const { type, transform } = def.out._zod.def as z.core.$ZodTransformDef
  if (type !== 'transform' || transform.length > 1) return null
  const make = transform as Reader
  return (value) => {
    const one = read(value)
    return one === REFUSED ? REFUSED : make(one)
  }
}

function unionReader(options: readonly Reader[]): Reader {
  return (value) => {
    for (const read of options) {
      const one = read(value)
      if (one !== REFUSED) return one
    }
    return REFUSED
  }
}
