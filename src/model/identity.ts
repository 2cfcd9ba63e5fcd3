import { type NameType, nameTypes } from './asset.ts'
import { DAY_US, type Instant } from './time.ts'

/** From here on a name is weak: it links only within the window and when nothing stronger disagrees. */
const FIRST_WEAK = nameTypes.indexOf('fqdn')

/** Two visits further apart than this are not linked by a weak name, in microseconds. */
export const IDENTITY_WINDOW = 30 * DAY_US

/** Names that a tool numbers for itself: those of two sources never disagree. */
const ofTheSource: ReadonlySet<NameType> = new Set(['agent_id', 'label'])

export interface AssetName {
  type: NameType
  name: string
}

/** A time in which a record was seen again and again, never more than the window apart; both ends are visits. */
export interface Run {
  first: Instant
  last: Instant
}

/** What one source calls one asset, in the time in which it is one asset. */
export interface IdentityNode {
  /** Source, type and names: the same for the same words of the same source. */
  key: string
  source: string
  type: string
  /** All names, as stated: choices of people speak of these. */
  called: readonly AssetName[]
  /** The names that may link, as left by the rules and by people. */
  names: readonly AssetName[]
  /** Ascending, further apart than the window; never empty. */
  runs: readonly Run[]
}

/** What a person said about identity. It beats the rules, and stands until it is undone. */
export type IdentityChoice =
  /** All that bear the one name or the other are one asset. */
  | { kind: 'merge'; left: AssetName; right: AssetName; reason: string }
  /** The name identifies nothing (a cloned serial). */
  | { kind: 'ignore'; name: AssetName; reason: string }
  /** What this source calls so is not what others call so. */
  | { kind: 'apart'; name: AssetName; source: string; reason: string }

/** Why two records are one asset. `left` and `right`: places in the list of nodes. */
export interface IdentityLink {
  left: number
  right: number
  /** `same`: a strong name that both have; `near`: a weak one within the window, nothing stronger disagrees; `merged`: a person said so. */
  why: 'same' | 'near' | 'merged'
  name: AssetName
  /** The person's reason; '' otherwise. */
  reason: string
}

const placeholders = new Set([
  '',
  '0',
  '-',
  'n/a',
  'na',
  'nil',
  'none',
  'null',
  'undefined',
  'unknown',
  'default',
  'default string',
  'empty',
  'invalid',
  'not available',
  'not applicable',
  'not specified',
  'no asset tag',
  'oem',
  'system serial number',
  'chassis serial number',
  'serial number',
  'to be filled by o.e.m.',
  'to be filled by oem',
  'localhost',
  'localhost.localdomain',
  'localhost.local',
  'host',
  'hostname',
])

/**
 * Whether a name can identify anything: not what makers and tools write where they know nothing ("0", "None", "To be filled by O.E.M.", a UUID
 * of one digit), not what every machine is called by itself (localhost, 127.0.0.1, a link-local address).
 */
export function identifies({ type, name }: AssetName): boolean {
  const text = name.trim().toLowerCase()
  if (placeholders.has(text)) return false
  if (type === 'serial' || type === 'agent_id' || type === 'cloud_id') {
    if (/^([0-9a-fx])\1{3,}$/.test(text.replace(/[-:.\s_]/g, ''))) return false
  }
  if (type === 'ip') return !/^(127\.|0\.|169\.254\.|255\.|::1$|::$|fe80:|::ffff:127\.)/.test(text)
  if (type === 'serial') return text !== '123456789' && text !== '1234567890' && text !== '0123456789'
  return true
}

const isStrong = (type: NameType): boolean => nameTypes.indexOf(type) < FIRST_WEAK

/** One text per name, for maps. */
export const nameKey = ({ type, name }: AssetName): string => `${type}\u0000${name}`

/** The names of a record that may link: without those that identify nothing, and as people said. */
export function linkingNames(source: string, called: readonly AssetName[], choices: readonly IdentityChoice[]): AssetName[] {
  const names: AssetName[] = []
  for (const each of called) {
    if (!identifies(each)) continue
    const said = choices.filter((choice) => choice.kind !== 'merge' && choice.name.type === each.type && choice.name.name === each.name)
    if (said.some((choice) => choice.kind === 'ignore')) continue
    const apart = said.some((choice) => choice.kind === 'apart' && choice.source === source)
    names.push(apart ? { type: each.type, name: `${each.name}\u0000${source}` } : each)
  }
  return names
}

/**
 * A record's nodes. With a strong name, or with none that links, it is one asset for ever; with weak names only it may be another
 * machine after a gap longer than the window: a node per run.
 */
export function nodesOf(
  record: { key: string; source: string; type: string; called: readonly AssetName[] },
  runs: readonly Run[],
  choices: readonly IdentityChoice[],
): IdentityNode[] {
  if (!runs.length) return []
  const names = linkingNames(record.source, record.called, choices)
  const { key, source, type, called } = record
  const whole = !names.length || names.some((name) => isStrong(name.type)) || inMerge(called, choices)
  return (whole ? [runs] : runs.map((run) => [run])).map((own) => ({ key, source, type, called, names, runs: own }))
}

const inMerge = (called: readonly AssetName[], choices: readonly IdentityChoice[]): boolean =>
  choices.some(
    (choice) =>
      choice.kind === 'merge' && called.some((name) => [choice.left, choice.right].some((said) => nameKey(said) === nameKey(name))),
  )

/** Whether some visit of the one is within the window of some visit of the other. */
function near(left: readonly Run[], right: readonly Run[]): boolean {
  let [i, j] = [0, 0]
  while (i < left.length && j < right.length) {
    const [a, b] = [left[i]!, right[j]!]
    if (b.first - a.last > IDENTITY_WINDOW) i++
    else if (a.first - b.last > IDENTITY_WINDOW) j++
    else return true
  }
  return false
}

/** Names of one type disagree with each other; those that a tool numbers for itself only with that tool's own. */
const disagreeing = (node: IdentityNode, type: NameType): string => (ofTheSource.has(type) ? `${type}\u0000${node.source}` : type)

function kindsOf(node: IdentityNode): Map<string, Set<string>> {
  const kinds = new Map<string, Set<string>>()
  for (const { type, name } of node.names) {
    const kind = disagreeing(node, type)
    kinds.set(kind, (kinds.get(kind) ?? new Set()).add(name))
  }
  return kinds
}

const strengthOf = (kind: string): number => nameTypes.indexOf(kind.split('\u0000')[0] as NameType)

/** Both have names of some kind stronger than `strength` and share none of it. */
function disagree(left: ReadonlyMap<string, Set<string>>, right: ReadonlyMap<string, Set<string>>, strength: number): boolean {
  for (const [kind, ours] of left) {
    if (strengthOf(kind) >= strength) continue
    const theirs = right.get(kind)
    if (theirs && !overlaps(ours, theirs)) return true
  }
  return false
}

function overlaps(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  const [few, many] = left.size < right.size ? [left, right] : [right, left]
  for (const name of few) if (many.has(name)) return true
  return false
}

/**
 * Whether two records could be linked by a name that both have: what decides about the one may depend on the other. Symmetric. Records
 * that this denies are never linked directly, whatever else is known.
 */
export function mayLink(left: IdentityNode, right: IdentityNode): boolean {
  const theirs = new Set(right.names.map(nameKey))
  const shared = left.names.filter((name) => theirs.has(nameKey(name)))
  if (shared.some((name) => isStrong(name.type))) return true
  return (
    shared.length > 0 && left.type === right.type && near(left.runs, right.runs) && !disagree(kindsOf(left), kindsOf(right), FIRST_WEAK)
  )
}

/** Whether a person made the two records one. */
export const mergedBy = (left: readonly AssetName[], right: readonly AssetName[], choices: readonly IdentityChoice[]): boolean =>
  choices.some((choice) => {
    if (choice.kind !== 'merge') return false
    const said = new Set([nameKey(choice.left), nameKey(choice.right)])
    const bears = (names: readonly AssetName[]) => names.some((name) => said.has(nameKey(name)))
    return bears(left) && bears(right)
  })

/**
 * Which nodes are one asset: a function of the set of nodes and choices, never of an order. What people merged is one; a strong name that
 * two have makes them one; then FQDN, host name and IP, each name in turn, link nodes of one type within the window unless the assets so
 * far disagree on a stronger name. Returns for each node the number of its asset (the least place of its nodes in canonical order) and
 * why. docs/decisions/0004-identity.md.
 */
export function partition(given: readonly IdentityNode[], choices: readonly IdentityChoice[]): { asset: number[]; links: IdentityLink[] } {
  const order = canonicalOrder(given)
  const nodes = order.map((place) => given[place]!)
  const root = nodes.map((_, place) => place)
  const find = (place: number): number => {
    while (root[place] !== place) place = root[place] = root[root[place]!]!
    return place
  }
  const kinds = nodes.map(kindsOf)
  const links: IdentityLink[] = []
  const join = (a: number, b: number, why: IdentityLink['why'], name: AssetName, reason = '') => {
    const [left, right] = [find(a), find(b)]
    if (why !== 'near' || left !== right) links.push({ left: order[a]!, right: order[b]!, why, name, reason })
    if (left === right) return
    const [least, other] = [Math.min(left, right), Math.max(left, right)]
    root[other] = least
    for (const [kind, names] of kinds[other]!) {
      const held = kinds[least]!.get(kind)
      if (held) for (const name of names) held.add(name)
      else kinds[least]!.set(kind, names)
    }
  }

  const bearers = bearersOf(nodes, (node) => node.called)
  for (const choice of choices) {
    if (choice.kind !== 'merge') continue
    const all = [...new Set([choice.left, choice.right].flatMap((name) => bearers.get(nameKey(name))?.places ?? []))]
    for (const place of all.slice(1)) join(all[0]!, place, 'merged', choice.right, choice.reason)
  }
  const named = [...bearersOf(nodes, (node) => node.names).values()].filter(({ places }) => places.length > 1)
  for (const { name, places } of named) if (isStrong(name.type)) for (const place of places.slice(1)) join(places[0]!, place, 'same', name)
  const weak = named
    .filter(({ name }) => !isStrong(name.type))
    .toSorted((a, b) => nameTypes.indexOf(a.name.type) - nameTypes.indexOf(b.name.type) || compare(a.name.name, b.name.name))
  for (const { name, places } of weak) {
    const strength = nameTypes.indexOf(name.type)
    for (const [at, right] of places.entries()) {
      for (const left of places.slice(0, at)) {
        const [a, b] = [find(left), find(right)]
        if (a === b || nodes[left]!.type !== nodes[right]!.type || !near(nodes[left]!.runs, nodes[right]!.runs)) continue
        if (!disagree(kinds[a]!, kinds[b]!, strength)) join(left, right, 'near', name)
      }
    }
  }
  const asset = given.map(() => 0)
  for (const [place, original] of order.entries()) asset[original] = find(place)
  return { asset, links }
}

/** Earliest first, then by key: the order in which nodes are considered, whatever the order in which they became known. */
const canonicalOrder = (nodes: readonly IdentityNode[]): number[] =>
  nodes
    .map((node, place) => ({ first: node.runs[0]!.first, key: node.key, place }))
    .toSorted((a, b) => a.first - b.first || compare(a.key, b.key))
    .map(({ place }) => place)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function bearersOf(nodes: readonly IdentityNode[], names: (node: IdentityNode) => readonly AssetName[]) {
  const bearers = new Map<string, { name: AssetName; places: number[] }>()
  for (const [place, node] of nodes.entries())
    for (const name of names(node)) {
      const key = nameKey(name)
      const held = bearers.get(key)
      if (held) held.places.push(place)
      else bearers.set(key, { name, places: [place] })
    }
  return bearers
}
