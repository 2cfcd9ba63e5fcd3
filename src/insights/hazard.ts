import { epssSteps } from '../model/epss.ts'
import type { Engine } from '../store/engines/engine.ts'

/** Name and version of the formula of the exposure score; stored with each published number. docs/scores.md */
export const EXPOSURE_FORMULA = 'exposure/1'

/** Least probability of exploitation in 30 days, by exploit stage 0–5 (none … used by ransomware). DESIGN 5. */
export const stageFloor: readonly number[] = [0, 0.08, 0.12, 0.15, 0.2, 0.3]

/** How much a stage multiplies the hazard, by exploit stage 0–5. DESIGN 5. */
export const stageFactor: readonly number[] = [1, 2, 3, 5, 12, 20]

/** Hazard of an asset that cannot be reached from the internet, as a share of one that can. DESIGN 5. */
export const INTERNAL_REACH = 0.6

/** Probability for a failed control, by severity 0–4 (informational … critical). DESIGN 5. */
export const controlProbability: readonly number[] = [0, 0.005, 0.02, 0.05, 0.1]

/** CVSS that stands for a severity where no score is known, by severity 0–4. DESIGN 5. */
export const severityCvss: readonly number[] = [0, 2.5, 5.5, 8, 9.5]

/**
 * EPSS that stands for "none known", by CVSS band (below 4, below 7, below 9, and above): the median of the EPSS of 8 August 2026 over
 * the 38,181 CVEs for which NVD items or CVE records at hand give a CVSS (.00441, .00465, .00738, .014985), on the fixed scale.
 */
export const bandEpss: readonly number[] = [0.004, 0.004, 0.0063, 0.0125]

/** Hazards are integers in units of 1e-8: sums are exact and return to zero. */
const UNIT = 100_000_000

const band = (cvss: number): number => (cvss < 4 ? 0 : cvss < 7 ? 1 : cvss < 9 ? 2 : 3)

/** The hazard h of exposure/1 of one vulnerability, in units of 1e-8. `epss` 0–1 or null, `cvss` 0–10, `reach` 1 or {@link INTERNAL_REACH}. */
export function hazardOf(stage: number, epss: number | null, cvss: number, reach: number): number {
  const probability = Math.max(epss ?? bandEpss[band(cvss)]!, stageFloor[stage]!)
  return Math.round(stageFactor[stage]! * probability * (cvss / 10) * reach * UNIT)
}

/** The hazard of one failed control by severity 0–4, in units of 1e-8. */
export function controlHazard(severity: number, reach: number): number {
  return Math.round(controlProbability[severity]! * (severityCvss[severity]! / 10) * reach * UNIT)
}

/** Writes the table `hazard` that every computation joins: one row per (stage, EPSS step or none, CVSS), and stage -1 for controls by severity. */
export async function writeHazards(transaction: Engine): Promise<void> {
  const rows: number[][] = []
  for (const stage of stageFloor.keys())
    for (const epss of [-1, ...epssSteps])
      for (let cvss = 0; cvss <= 100; cvss++) {
        const exact = epss === -1 ? null : epss / 100_000
        rows.push([stage, epss, cvss, hazardOf(stage, exact, cvss / 10, 1), hazardOf(stage, exact, cvss / 10, INTERNAL_REACH)])
      }
  for (const severity of controlProbability.keys())
    rows.push([-1, -1, severity, controlHazard(severity, 1), controlHazard(severity, INTERNAL_REACH)])
  await transaction.query('delete from hazard')
  await transaction.append('hazard', ['stage', 'epss', 'cvss_tenths', 'internet', 'internal'], rows)
}
