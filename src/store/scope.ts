/** What a reader may see: one organisation, and of it only these asset groups (null: all). Every read takes one. */
export interface Scope {
  org_id: number
  groups: readonly string[] | null
}
