/** The items by what `key` says of each, groups and items in the order of the items. As Map.groupBy, which Node 20 does not have. */
export function groupedBy<K, T>(items: Iterable<T>, key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) addTo(groups, key(item), item)
  return groups
}

/** Puts one more item into the group of a key. */
export function addTo<K, T>(groups: Map<K, T[]>, key: K, item: T): void {
  const group = groups.get(key)
  if (group) group.push(item)
  else groups.set(key, [item])
}
