import { UserError } from '../../errors.ts'
import { parseInstant } from '../../model/time.ts'
import { type Filter, type PropertyShape, readFilter } from './odata-filter.ts'

/** What is wanted of a collection. */
export interface CollectionQuery {
  top: number | null
  skip: number
  count: boolean
  filter: Filter | null
  /** Top-level or nested plain properties with their direction, the first decides; empty: the collection's own order. */
  orderby: { path: string[]; descending: boolean; instant: boolean }[]
  /** Top-level properties that are answered; null: all. */
  select: string[] | null
}

/** Largest page that may be asked for. */
const MOST_TOP = 999

const OPTIONS = new Set(['$top', '$skip', '$count', '$filter', '$orderby', '$select'])

const bad = (message: string): UserError => new UserError('bad_odata', message)

/** A whole number of a query option. */
function whole(name: string, text: string | undefined, least: number, most: number): number | null {
  if (text === undefined) return null
  if (!/^\d{1,9}$/.test(text) || Number(text) < least || Number(text) > most)
    throw bad(`${name} is a whole number from ${least} to ${most}, here it is "${text.slice(0, 30)}"`)
  return Number(text)
}

/**
 * Reads the system query options of a request for a collection of items of this shape. Options without `$` are ours (org). Throws UserError('bad_odata')
 * for what is not read here, so that nobody takes an unfiltered list for a filtered one.
 */
export function readCollectionQuery(
  query: Readonly<Record<string, unknown>>,
  shape: Readonly<Record<string, PropertyShape>>,
): CollectionQuery {
  const options = new Map<string, string>()
  for (const [name, value] of Object.entries(query)) {
    if (!name.startsWith('$')) continue
    if (!OPTIONS.has(name)) throw bad(`${name.slice(0, 40)} is not answered here: there are ${[...OPTIONS].join(', ')}`)
    if (typeof value !== 'string') throw bad(`${name} is given more than once`)
    options.set(name, value)
  }
  const count = options.get('$count') ?? 'false'
  if (count !== 'true' && count !== 'false') throw bad('$count is true or false')
  const filter = options.get('$filter')
  return {
    top: whole('$top', options.get('$top'), 1, MOST_TOP),
    skip: whole('$skip', options.get('$skip'), 0, 999_999_999) ?? 0,
    count: count === 'true',
    filter: filter === undefined || filter.trim() === '' ? null : readFilter(filter, shape),
    orderby: orderOf(options.get('$orderby'), shape),
    select: selectOf(options.get('$select'), shape),
  }
}

function orderOf(text: string | undefined, shape: PropertyShape): CollectionQuery['orderby'] {
  if (text === undefined || text.trim() === '') return []
  return text.split(',').map((part) => {
    const [, name, direction] = /^\s*([\w/]+)(?:\s+(asc|desc))?\s*$/.exec(part) ?? []
    if (name === undefined) throw bad(`$orderby is a list of properties, each with asc or desc: "${part.slice(0, 60)}" is not understood`)
    const path = name.split('/')
    const found = path.reduce<PropertyShape | undefined>(
      (at, step) =>
        typeof at === 'object' && !Array.isArray(at) && Object.hasOwn(at, step) ? (at as Record<string, PropertyShape>)[step] : undefined,
      shape,
    )
    if (typeof found !== 'string') throw bad(`$orderby: "${name.slice(0, 60)}" is not a plain property`)
    return { path, descending: direction === 'desc', instant: found === 'instant' }
  })
}

function selectOf(text: string | undefined, shape: Readonly<Record<string, PropertyShape>>): string[] | null {
  if (text === undefined || text.trim() === '' || text.trim() === '*') return null
  return text.split(',').map((part) => {
    const name = part.trim()
    if (!Object.hasOwn(shape, name))
      throw bad(`$select: there is no property "${name.slice(0, 60)}"; there are ${Object.keys(shape).join(', ')}`)
    return name
  })
}

/** The items in the order that was asked for; those that are equal in it stay as they were. Null comes before everything. */
export function inOrder<T>(items: readonly T[], orderby: CollectionQuery['orderby']): T[] {
  if (!orderby.length) return [...items]
  const keys = new Map(
    items.map((item) => [
      item,
      orderby.map(({ path, instant }) => {
        const value = path.reduce<unknown>((at, step) => (at as Record<string, unknown> | null)?.[step], item) ?? null
        return instant && typeof value === 'string' ? parseInstant(value) : value
      }),
    ]),
  )
  return items.toSorted((a, b) => {
    for (const [index, { descending }] of orderby.entries()) {
      const [x, y] = [keys.get(a)![index], keys.get(b)![index]] as [string | number | null, string | number | null]
      if (x === y) continue
      const first = x === null || (y !== null && x < y)
      return first === descending ? 1 : -1
    }
    return 0
  })
}

/** Only the properties that were asked for. */
export const selected = (item: Readonly<Record<string, unknown>>, select: readonly string[] | null): Record<string, unknown> =>
  select === null ? item : Object.fromEntries(select.map((name) => [name, item[name]]))

/** Names of the top-level properties that an answer needs: those that are filtered or ordered by. */
export const readBeforePaging = (query: CollectionQuery): ReadonlySet<string> =>
  new Set([...(query.filter?.properties ?? []), ...query.orderby.map(({ path }) => path[0]!)])
