import { exploitStages, type ExploitStage } from '../../model/exploit.ts'
import { severities, type Severity } from '../../model/severity.ts'

/** The word of a stored severity 0–4; null stays unknown. */
export const severityWord = (rank: number | null): Severity | null => (rank === null ? null : (severities[rank] ?? null))

/** The word of a stored exploit stage 0–5. */
export const stageWord = (rank: number | null): ExploitStage => exploitStages[rank ?? 0] ?? 'none'

/** Level of an exposure in units of 1e-9: low < 30 ≤ medium < 70 ≤ high (DESIGN 5); null: not in the score. */
export function levelOf(exposure: number | null): 'low' | 'medium' | 'high' | null {
  if (exposure === null) return null
  if (exposure < 300_000_000) return 'low'
  return exposure < 700_000_000 ? 'medium' : 'high'
}

/** Reads a list that the store keeps as JSON. */
export const readList = <T = string>(json: string | null): T[] => (json === null ? [] : (JSON.parse(json) as T[]))
