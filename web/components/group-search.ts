/** More groups than this are searched. */
const FEW = 8

/** Whether so many groups are searched: fewer are seen at a glance. */
export const isSearched = (groups: readonly unknown[]): boolean => groups.length > FEW

/** The groups whose name holds what is looked for, in their order; capital and small letters are the same. */
export const groupsFound = <T extends { asset_group: string }>(groups: readonly T[], find: string): T[] =>
  groups.filter(({ asset_group }) => asset_group.toLowerCase().includes(find.trim().toLowerCase()))
