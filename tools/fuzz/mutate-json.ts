import { oddText, oddValue } from './odd.ts'
import type { Random } from './random.ts'

type Container = Record<string, unknown> | unknown[]
interface Place {
  of: Container
  key: string | number
}

/** Places of a tree, at most `most`, chosen by walking down at random; a place near the root is as likely as one far down. */
function placeIn(tree: unknown, random: Random): Place | null {
  let place: Place | null = null
  let here: unknown = tree
  for (let depth = 0; depth < 14; depth++) {
    if (typeof here !== 'object' || here === null) return place
    const keys = Array.isArray(here) ? here.length : Object.keys(here)
    const count = typeof keys === 'number' ? keys : keys.length
    if (count === 0) return place
    // The first items are as good as any, and what is wrong with them shows soonest.
    const at = random.chance(0.4) ? random.below(Math.min(count, 3)) : random.below(count)
    place = { of: here as Container, key: typeof keys === 'number' ? at : keys[at]! }
    here = (here as Record<string | number, unknown>)[place.key]
    if (depth > 0 && random.chance(0.22)) return place
  }
  return place
}

const valueAt = ({ of, key }: Place): unknown => (of as Record<string | number, unknown>)[key]
function put({ of, key }: Place, value: unknown): void {
  Object.defineProperty(of, key, { value, enumerable: true, configurable: true, writable: true })
}
function remove({ of, key }: Place): void {
  if (Array.isArray(of)) of.splice(Number(key), 1)
  else delete of[key]
}

/** Changes a tree in place, once. `other` is a tree to take parts from. */
function changeTree(tree: unknown, other: unknown, random: Random): void {
  const place = placeIn(tree, random)
  if (!place) return
  switch (random.below(9)) {
    case 0:
      return remove(place)
    case 1: {
      const from = placeIn(random.chance(0.5) ? other : tree, random)
      return put(place, from ? structuredClone(valueAt(from)) : null)
    }
    case 2: {
      const second = placeIn(tree, random)
      if (!second) return
      const one = structuredClone(valueAt(place))
      const two = structuredClone(valueAt(second))
      put(place, two)
      return put(second, one)
    }
    case 3: {
      if (Array.isArray(place.of)) return void place.of.splice(Number(place.key), 0, structuredClone(valueAt(place)))
      const value = valueAt(place)
      remove(place)
      return put(
        { of: place.of, key: random.pick([oddText(random), String(place.key).toUpperCase(), `${place.key} `]).slice(0, 200) },
        value,
      )
    }
    case 4: {
      const value = valueAt(place)
      return put(place, random.chance(0.5) ? [value] : { value })
    }
    case 5: {
      const value = valueAt(place)
      if (typeof value === 'string')
        return put(place, random.chance(0.5) ? value.slice(0, random.below(value.length + 1)) : value + oddText(random))
      if (typeof value === 'number') return put(place, random.chance(0.5) ? String(value) : -value)
      return put(place, oddValue(random))
    }
    default:
      return put(place, oddValue(random))
  }
}

/** What only the text can have: a name twice, numbers too large, depth, rubbish behind the end. */
function changeText(text: string, random: Random): string {
  const at = random.below(text.length + 1)
  switch (random.below(8)) {
    case 0:
      return text.replace(
        /"([^"]{1,60})"\s*:\s*("[^"]{0,60}"|-?\d+)/,
        (member, name: string) => `${member}, "${name}": ${JSON.stringify(oddText(random).slice(0, 100))}`,
      )
    case 1:
      return text.replace(
        /:\s*-?\d+(\.\d+)?/,
        `: ${random.pick(['1e999', '-1e999', '123456789012345678901234567890', '01', '.5', '+1', '0x10'])}`,
      )
    case 2: {
      const depth = random.pick([150, 250, 5000])
      return text.replace(/:\s*("[^"]{0,100}"|\[\]|null|\d+)/, `: ${'['.repeat(depth)}${']'.repeat(depth)}`)
    }
    case 3:
      return text.slice(0, at)
    case 4:
      return `${text}${random.pick(['\n', ' ', '\u0000', '}', ']', ',', text.slice(0, 5000), '\n{"a": 1}'])}`
    case 5:
      return `${text.slice(0, at)}${random.pick([',', ':', '"', '\\', '{', '}', '[', ']', '/* */', '\\ud800', '\n'])}${text.slice(at)}`
    case 6:
      return text.replace(/"/g, (quote) => (random.chance(0.002) ? "'" : quote))
    default:
      return `${random.pick(['[', '{"value": ', '{"data": [', ' \n\t', '\u001e', ")]}',\n", '<!-- x -->\n'])}${text}`
  }
}

/** A changed JSON document, or JSON lines; the text itself is changed where it cannot be parsed. */
export function mutateJson(text: string, other: string, random: Random): string {
  const steps = 1 + random.below(4)
  if (random.chance(0.25)) return changeText(text, random)
  const whole = parsed(text)
  if (whole === undefined) {
    const lines = text.split('\n')
    if (lines.length < 2 || lines.length > 20_000) return changeText(text, random)
    const at = random.below(lines.length)
    const line = parsed(lines[at]!)
    if (line === undefined) return changeText(text, random)
    for (let step = 0; step < steps; step++) changeTree(line, parsed(other), random)
    lines[at] = JSON.stringify(line)
    return lines.join('\n')
  }
  const donor = parsed(other)
  const root = { tree: whole }
  for (let step = 0; step < steps; step++) changeTree(random.chance(0.02) ? root : whole, donor, random)
  const changed = JSON.stringify(root.tree ?? null, null, random.chance(0.3) ? 2 : 0)
  return random.chance(0.1) ? changeText(changed, random) : changed
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, '')) as unknown
  } catch {
    return undefined
  }
}
