import { type Fields, fieldsOf, textOf } from '../../readers/json-fields.ts'

/** More places than this below one rule are not counted: the rule then says nothing about what it did not flag. */
const MOST_PLACES = 1_000_000

/** The names of a path, `iam.users.AIDA1.AccessKeys.0`; names themselves may hold dots, so the data decides (see `walk`). */
const segmentsOf = (path: string): string[] => path.split('.')

/**
 * Follows a path of ScoutSuite (`s3.buckets.<id>.logging`) into a service's data: the keys as they are in the data. A key that holds dots is found as the
 * longest join of segments that is there. What the data does not hold any more (a flag such as `.logging_enabled` of a rule) stays as given.
 */
export function walk(service: Fields, path: string): string[] {
  const rest = segmentsOf(path).slice(1)
  const keys: string[] = []
  let node: unknown = service
  while (rest.length > 0) {
    let taken = 1
    if (typeof node === 'object' && node !== null && !hasOwn(node, rest[0]!)) {
      for (let n = Math.min(rest.length, 20); n > 1; n--)
        if (hasOwn(node, rest.slice(0, n).join('.'))) {
          taken = n
          break
        }
    }
    const key = rest.splice(0, taken).join('.')
    keys.push(key)
    node = at(node, key)
  }
  return keys
}

const hasOwn = (node: object, key: string): boolean => Object.hasOwn(node, key)

const at = (node: unknown, key: string): unknown =>
  typeof node === 'object' && node !== null && hasOwn(node, key) ? (node as Fields)[key] : undefined

/**
 * All places that a rule's pattern (`ec2.regions.id.vpcs.id`, where `id` stands for every key) names in the data; null when there are too
 * many. ScoutSuite checks each of them: its `checked_items` is their number.
 */
export function expand(service: Fields, pattern: string): string[][] | null {
  let places: { keys: string[]; node: unknown }[] = [{ keys: [], node: service }]
  for (const segment of segmentsOf(pattern).slice(1)) {
    const next: typeof places = []
    for (const { keys, node } of places) {
      if (typeof node !== 'object' || node === null) continue
      for (const key of segment === 'id' ? Object.keys(node) : [segment]) {
        const value = at(node, key)
        if (value !== undefined && value !== null) next.push({ keys: [...keys, key], node: value })
      }
      if (next.length > MOST_PLACES) return null
    }
    places = next
  }
  return places.map(({ keys }) => keys)
}

/** What a path is about: the object with a name of its own, and what it lies in. */
export interface Found {
  /** How many of the keys lead to it; 0: the account itself. */
  depth: number
  /** The collection that it is one of: `buckets`, `security_groups`. */
  collection: string
  node: Fields
  /** From the path: `regions.<x>`, `zones.<x>`, `projects.<x>` or `subscriptions.<x>`; '' when it does not say. */
  region: string
  zone: string
  account: string
}

/** Collections whose members are places or accounts, not resources. */
const containers = new Set(['regions', 'zones', 'projects', 'subscriptions', 'locations', 'organizations', 'folders'])

/**
 * The resource of a place: the deepest object at or above `pattern`'s last `id` that has an ARN, or else an id or name of its own. Rules, ports and
 * statements inside of it are no resources, nor are regions and projects.
 */
export function resourceAt(service: Fields, keys: readonly string[], pattern: string): Found {
  const names = segmentsOf(pattern).slice(1)
  const found: Found = { depth: 0, collection: '', node: {}, region: '', zone: '', account: '' }
  let node: unknown = service
  for (const [index, key] of keys.entries()) {
    const collection = keys[index - 1] ?? ''
    node = at(node, key)
    if (collection === 'regions') found.region = key
    if (collection === 'zones') found.zone = key
    if (collection === 'projects' || collection === 'subscriptions') found.account = key
    if (names[index] !== 'id' || containers.has(collection)) continue
    const members = fieldsOf(node)
    const own = textOf(members.arn) || textOf(members.id) || textOf(members.name)
    if (own !== '' && !(found.depth > 0 && textOf(found.node.arn) !== '' && textOf(members.arn) === '' && !/-/.test(textOf(members.id))))
      Object.assign(found, { depth: index + 1, collection, node: members })
  }
  return found
}
