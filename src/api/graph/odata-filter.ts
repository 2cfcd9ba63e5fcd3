import { UserError } from '../../errors.ts'
import { type Instant, parseInstant } from '../../model/time.ts'

/**
 * The part of OData's `$filter` that these collections answer: eq, ne, gt, ge, lt, le, in, and, or, not, brackets, contains, startswith, endswith,
 * tolower, toupper, length, any and all. https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_SystemQueryOptionfilter
 */

/** What a property holds: a plain value, an object with named ones, or a list of either. */
export type PropertyShape =
  | 'text'
  | 'number'
  | 'boolean'
  | 'instant'
  | { readonly [name: string]: PropertyShape }
  | readonly [PropertyShape]

type Kind = 'text' | 'number' | 'boolean' | 'instant' | 'null'
type Scalar = string | number | boolean | null
/** Values by the name of a range variable; '' is the item itself. */
type Scope = ReadonlyMap<string, unknown>
interface Operand {
  kind: Kind
  value: (scope: Scope) => Scalar
}
type Test = (scope: Scope) => boolean
type Part = { operand: Operand } | { test: Test }

/** A filter that was read: which top-level properties it looks at, and the question itself. */
export interface Filter {
  properties: ReadonlySet<string>
  matches: (item: unknown) => boolean
}

const LONGEST = 4000
const DEEPEST = 40
const COMPARISONS = new Set(['eq', 'ne', 'gt', 'ge', 'lt', 'le'])

interface Token {
  type: 'word' | 'text' | 'number' | 'instant' | 'mark'
  text: string
  at: number
}

const bad = (message: string): UserError => new UserError('bad_odata', message)

/** Words, literals and marks. A text is in single quotes, a quote in it is doubled; times are not quoted. */
function tokensOf(filter: string): Token[] {
  if (filter.length > LONGEST) throw bad(`$filter is longer than ${LONGEST} characters`)
  const tokens: Token[] = []
  const pattern =
    /\s+|('(?:[^']|'')*')|(\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,12})?)?(?:Z|[+-]\d{2}:\d{2}))?(?![\w-]))|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w]))|([A-Za-z_@$][\w.@]*)|([(),:/])/gy
  let at = 0
  while (at < filter.length) {
    pattern.lastIndex = at
    const found = pattern.exec(filter)
    if (!found) {
      const said = filter[at] === "'" ? 'a text that does not end' : `"${filter.slice(at, at + 20)}"`
      throw bad(`$filter, character ${at + 1}: ${said} is not understood`)
    }
    const [, text, instant, number, word, mark] = found
    if (text !== undefined) tokens.push({ type: 'text', text: text.slice(1, -1).replaceAll("''", "'"), at })
    else if (instant !== undefined) tokens.push({ type: 'instant', text: instant, at })
    else if (number !== undefined) tokens.push({ type: 'number', text: number, at })
    else if (word !== undefined) tokens.push({ type: 'word', text: word, at })
    else if (mark !== undefined) tokens.push({ type: 'mark', text: mark, at })
    at = pattern.lastIndex
  }
  return tokens
}

class Reader {
  private place = 0
  private depth = 0
  readonly properties = new Set<string>()
  private readonly shapes: Map<string, PropertyShape>
  private readonly tokens: Token[]
  private readonly length: number

  constructor(filter: string, shape: PropertyShape) {
    this.tokens = tokensOf(filter)
    this.length = filter.length
    this.shapes = new Map([['', shape]])
  }

  whole(): Test {
    const test = this.or()
    const rest = this.tokens[this.place]
    if (rest) throw this.unexpected('"and", "or" or the end')
    return test
  }

  private or(): Test {
    this.depth++
    if (this.depth > DEEPEST) throw bad(`$filter is nested deeper than ${DEEPEST} levels`)
    const parts = [this.and()]
    while (this.word('or')) parts.push(this.and())
    this.depth--
    return parts.length === 1 ? parts[0]! : (scope) => parts.some((part) => part(scope))
  }

  private and(): Test {
    const parts = [this.not()]
    while (this.word('and')) parts.push(this.not())
    return parts.length === 1 ? parts[0]! : (scope) => parts.every((part) => part(scope))
  }

  private not(): Test {
    let negated = false
    while (this.word('not')) negated = !negated
    const test = this.comparison()
    return negated ? (scope) => !test(scope) : test
  }

  private comparison(): Test {
    const left = this.part()
    const next = this.tokens[this.place]
    if (next?.type !== 'word' || !(COMPARISONS.has(next.text) || next.text === 'in')) {
      if ('test' in left) return left.test
      if (left.operand.kind !== 'boolean') throw this.unexpected('a comparison (eq, ne, gt, ge, lt, le, in)')
      return (scope) => left.operand.value(scope) === true
    }
    this.place++
    const operand = operandOf(left)
    if (next.text === 'in') return this.among(operand)
    const right = operandOf(this.part())
    const [a, b] = comparable(operand, right, next)
    return compare(next.text, a, b)
  }

  private among(operand: Operand): Test {
    this.mark('(')
    const listed: Operand[] = []
    do {
      const token = this.tokens[this.place]!
      listed.push(comparable(operand, operandOf(this.part()), token)[1])
    } while (this.taken(','))
    this.mark(')')
    return (scope) => listed.some((each) => each.value(scope) === operand.value(scope))
  }

  /** A bracket, a call, a literal or a path. */
  private part(): Part {
    const token = this.tokens[this.place]
    if (!token) throw this.unexpected('a property, a value or a bracket')
    this.place++
    if (token.type === 'text') return { operand: literal('text', token.text) }
    if (token.type === 'number') return { operand: literal('number', Number(token.text)) }
    if (token.type === 'instant') {
      const at = parseInstant(token.text.includes('T') ? token.text : `${token.text}T00:00:00Z`)
      if (at === null) throw bad(`$filter, character ${token.at + 1}: "${token.text}" is no time of the calendar`)
      return { operand: literal('instant', at) }
    }
    if (token.type === 'mark') {
      this.place--
      if (token.text !== '(') throw this.unexpected('a property, a value or a bracket')
      this.place++
      const test = this.or()
      this.mark(')')
      return { test }
    }
    if (token.text === 'true' || token.text === 'false') return { operand: literal('boolean', token.text === 'true') }
    if (token.text === 'null') return { operand: literal('null', null) }
    if (this.tokens[this.place]?.text === '(' && this.tokens[this.place]?.type === 'mark') return this.call(token)
    return this.path(token)
  }

  private call(name: Token): Part {
    const known = FUNCTIONS[name.text]
    if (!known)
      throw bad(
        `$filter, character ${name.at + 1}: there is no function "${name.text.slice(0, 60)}"; there are ${Object.keys(FUNCTIONS).join(', ')}, any, all`,
      )
    this.mark('(')
    const given: Operand[] = []
    do given.push(operandOf(this.part()))
    while (this.taken(','))
    this.mark(')')
    if (given.length !== known.takes) throw bad(`$filter: ${name.text} takes ${known.takes} ${known.takes === 1 ? 'value' : 'values'}`)
    for (const each of given)
      if (each.kind !== 'text' && each.kind !== 'null') throw bad(`$filter: ${name.text} takes texts, here it is given a ${each.kind}`)
    const { work } = known
    const value = (scope: Scope): Scalar => {
      const values = given.map((each) => each.value(scope))
      return values.some((each) => each === null) ? null : work(...(values as string[]))
    }
    return { operand: { kind: known.gives, value } }
  }

  private path(first: Token): Part {
    const variable = this.shapes.has(first.text) && first.text !== '' ? first.text : ''
    let shape: PropertyShape = this.shapes.get(variable)!
    const steps: string[] = []
    let token = first
    let named = variable === ''
    for (;;) {
      if (named) {
        if (isList(shape) && (token.text === 'any' || token.text === 'all')) return this.lambda(token, variable, steps, shape[0])
        shape = this.member(shape, token)
        if (variable === '' && !steps.length) this.properties.add(token.text)
        steps.push(token.text)
      }
      named = true
      if (!this.taken('/')) break
      token = this.tokens[this.place]!
      if (token?.type !== 'word') throw this.unexpected('the name of a property')
      this.place++
    }
    if (typeof shape !== 'string') {
      const path = steps.join('/')
      throw bad(
        isList(shape)
          ? `$filter: ${path} is a list: ask it with ${path}/any(x: …)`
          : `$filter: ${path} has no value of its own: name one of ${Object.keys(shape).join(', ')} after a "/"`,
      )
    }
    const isInstant = shape === 'instant'
    return {
      operand: {
        kind: shape,
        value: (scope) => {
          const value = walk(scope.get(variable), steps)
          return isInstant && typeof value === 'string' ? parseInstant(value) : ((value ?? null) as Scalar)
        },
      },
    }
  }

  private member(shape: PropertyShape, { text, at }: Token): PropertyShape {
    if (typeof shape === 'string' || isList(shape))
      throw bad(`$filter, character ${at + 1}: "${text}" cannot follow here${isList(shape) ? ': ask a list with any(x: …)' : ''}`)
    const found = Object.hasOwn(shape, text) ? shape[text] : undefined
    if (found === undefined)
      throw bad(`$filter, character ${at + 1}: there is no property "${text.slice(0, 60)}"; there are ${Object.keys(shape).join(', ')}`)
    return found
  }

  private lambda(name: Token, variable: string, steps: readonly string[], item: PropertyShape): Part {
    this.mark('(')
    if (name.text === 'any' && this.taken(')')) return { test: (scope) => listAt(scope.get(variable), steps).length > 0 }
    const range = this.tokens[this.place]
    if (range?.type !== 'word') throw this.unexpected('a name for the item, as in any(x: x eq 1)')
    if (this.shapes.has(range.text)) throw bad(`$filter, character ${range.at + 1}: "${range.text}" names something already`)
    this.place++
    this.mark(':')
    this.shapes.set(range.text, item)
    const test = this.or()
    this.shapes.delete(range.text)
    this.mark(')')
    const each = (scope: Scope) => (one: unknown) => test(new Map([...scope, [range.text, one]]))
    return name.text === 'any'
      ? { test: (scope) => listAt(scope.get(variable), steps).some(each(scope)) }
      : { test: (scope) => listAt(scope.get(variable), steps).every(each(scope)) }
  }

  private word(text: string): boolean {
    const token = this.tokens[this.place]
    if (token?.type !== 'word' || token.text !== text) return false
    this.place++
    return true
  }

  private taken(mark: string): boolean {
    const token = this.tokens[this.place]
    if (token?.type !== 'mark' || token.text !== mark) return false
    this.place++
    return true
  }

  private mark(text: string): void {
    if (!this.taken(text)) throw this.unexpected(`"${text}"`)
  }

  private unexpected(expected: string): UserError {
    const token = this.tokens[this.place]
    return bad(
      `$filter, character ${(token?.at ?? this.length) + 1}: expected ${expected}, found ${token ? `"${token.text.slice(0, 60)}"` : 'the end'}`,
    )
  }
}

interface Function {
  takes: number
  gives: Kind
  work: (...values: string[]) => Scalar
}

const FUNCTIONS: Record<string, Function> = Object.assign(Object.create(null) as Record<string, Function>, {
  contains: { takes: 2, gives: 'boolean', work: (text: string, part: string) => text.includes(part) },
  startswith: { takes: 2, gives: 'boolean', work: (text: string, part: string) => text.startsWith(part) },
  endswith: { takes: 2, gives: 'boolean', work: (text: string, part: string) => text.endsWith(part) },
  tolower: { takes: 1, gives: 'text', work: (text: string) => text.toLowerCase() },
  toupper: { takes: 1, gives: 'text', work: (text: string) => text.toUpperCase() },
  length: { takes: 1, gives: 'number', work: (text: string) => text.length },
} satisfies Record<string, Function>)

const literal = (kind: Kind, value: Scalar): Operand => ({ kind, value: () => value })

const isList = (shape: PropertyShape): shape is readonly [PropertyShape] => Array.isArray(shape)

/** Something that has a value; a bracket or any() is a boolean. */
const operandOf = (part: Part): Operand => ('operand' in part ? part.operand : { kind: 'boolean', value: part.test })

/** Values of one kind. A time may be given as a text, as many clients do. */
function comparable(left: Operand, right: Operand, { at }: Token): [Operand, Operand] {
  if (left.kind === right.kind || left.kind === 'null' || right.kind === 'null') return [left, right]
  if (left.kind === 'instant' && right.kind === 'text') return [left, timeOf(right, at)]
  if (right.kind === 'instant' && left.kind === 'text') return [timeOf(left, at), right]
  throw bad(`$filter, character ${at + 1}: a ${left.kind} is compared with a ${right.kind}`)
}

function timeOf(text: Operand, at: number): Operand {
  const said = text.value(new Map())
  const instant: Instant | null =
    typeof said === 'string' ? parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(said) ? `${said}T00:00:00Z` : said) : null
  if (instant === null) throw bad(`$filter, character ${at + 1}: expected a time such as 2026-03-19T00:00:00Z`)
  return literal('instant', instant)
}

/** Null equals null alone and is neither less nor greater than anything. */
function compare(operator: string, left: Operand, right: Operand): Test {
  const both = (ask: (a: Exclude<Scalar, null>, b: Exclude<Scalar, null>) => boolean): Test => {
    return (scope) => {
      const [a, b] = [left.value(scope), right.value(scope)]
      return a !== null && b !== null && ask(a, b)
    }
  }
  switch (operator) {
    case 'eq':
      return (scope) => left.value(scope) === right.value(scope)
    case 'ne':
      return (scope) => left.value(scope) !== right.value(scope)
    case 'gt':
      return both((a, b) => a > b)
    case 'ge':
      return both((a, b) => a >= b)
    case 'lt':
      return both((a, b) => a < b)
    default:
      return both((a, b) => a <= b)
  }
}

const walk = (value: unknown, steps: readonly string[]): unknown =>
  steps.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined), value)

const listAt = (value: unknown, steps: readonly string[]): readonly unknown[] => {
  const found = walk(value, steps)
  return Array.isArray(found) ? found : []
}

/** Reads a `$filter` over items of this shape. Throws UserError('bad_odata'), which says at which character. */
export function readFilter(filter: string, shape: PropertyShape): Filter {
  const reader = new Reader(filter, shape)
  const test = reader.whole()
  return { properties: reader.properties, matches: (item) => test(new Map([['', item]])) }
}
