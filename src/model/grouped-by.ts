/** The items by what `key` says of each, groups and items in the order of the items. As Map.groupBy, which Node 20 does not have. */
export function groupedBy<K, T>(items: Iterable<T>, key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const of = key(item)
    const group = groups.get(of)
    if (group) group.push(item)
    else groups.set(of, [item])
  }
  return groups
}
