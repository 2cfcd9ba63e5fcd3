import type { AssetRecord, ControlRecord, CoverageRecord, VulnerabilityRecord } from '../../model/record.ts'

type Told = AssetRecord | ControlRecord | CoverageRecord | VulnerabilityRecord

export interface Once {
  /** The record if it is news, or nothing. */
  (record: Told): readonly Told[]
  /** Whether whatever is said now of the control, told with its severity, or vulnerability is no news, and need not be put together. */
  knows(id: string): boolean
}

const NOTHING: readonly Told[] = []

/**
 * For reports whose items repeat what they are about: lets an asset, control, vulnerability or coverage pass when it is new, and again only
 * when it adds something (an asset seen later or not gone after all, a control whose severity was not known). Holds one entry per thing, not per item.
 */
export function toldOnce(): Once {
  const assets = new Map<string, { at: number | null; inactive: boolean }>()
  const controls = new Map<string, boolean>()
  const vulnerabilities = new Set<string>()
  /** Per asset what is covered, and how. */
  const covered = new Map<string, Set<string>>()

  const isNews = (record: Told): boolean => {
    if (record.kind === 'asset') {
      const at = record.observed_at ?? null
      const before = assets.get(record.asset)
      const inactive = record.inactive ?? false
      const later = at !== null && (!before || before.at === null || at > before.at)
      if (before && !later && (inactive || !before.inactive)) return false
      assets.set(record.asset, { at: before && !later ? before.at : at, inactive: inactive && (before?.inactive ?? true) })
      return true
    }
    if (record.kind === 'control') {
      const before = controls.get(record.control_id)
      const graded = record.severity !== undefined
      if (before !== undefined && (before || !graded)) return false
      controls.set(record.control_id, graded)
      return true
    }
    if (record.kind === 'vulnerability') {
      const { size } = vulnerabilities
      return vulnerabilities.add(record.vulnerability_id).size > size
    }
    let known = covered.get(record.asset)
    if (known === undefined) covered.set(record.asset, (known = new Set()))
    const { size } = known
    return known.add(`${record.subject} ${record.access} ${record.min_severity} ${record.checks}`).size > size
  }

  return Object.assign((record: Told): readonly Told[] => (isNews(record) ? [record] : NOTHING), {
    knows: (id: string) => controls.get(id) ?? vulnerabilities.has(id),
  })
}
