import calculator from 'ae-cvss-calculator'
import { remembered } from '../../model/remembered.ts'

export interface CvssRating {
  /** Base score, 0–10. */
  cvss: number
  cvss_vector?: string
}

const V2 = /^AV:[LAN]\/AC:[HML]\/Au:[MSN]\/C:[NPC]\/I:[NPC]\/A:[NPC]$/
const V3 = /^CVSS:3\.[01]\/AV:[NALP]\/AC:[LH]\/PR:[NLH]\/UI:[NR]\/S:[UC]\/C:[NLH]\/I:[NLH]\/A:[NLH]$/
const V4 = /^CVSS:4\.0\/AV:[NALP]\/AC:[LH]\/AT:[NP]\/PR:[NLH]\/UI:[NPA]\/VC:[HLN]\/VI:[HLN]\/VA:[HLN]\/SC:[HLN]\/SI:[HLN]\/SA:[HLN]$/

/** How many metrics of the vector's front are the base metrics, with the prefix. Source: the vector string sections of https://www.first.org/cvss/ */
const V2_PARTS = 6,
  V3_PARTS = 9,
  V4_PARTS = 12

type Scored = Required<CvssRating> & { version: '2.0' | '3.0' | '3.1' | '4.0' }

/**
 * The base metrics of a vector in the order of the specification, and their score. A v2 vector may stand in brackets or behind `CVSS2#`, a v3 one
 * may lack its prefix; threat and environmental metrics behind the base metrics are left out. Null for anything else, also for an incomplete vector.
 */
export const scoreVector: (text: string) => Readonly<Scored> | null = remembered((text) => {
  let vector = text
    .trim()
    .slice(0, 300)
    .replace(/^\((.*)\)$/, '$1')
    .replace(/^CVSS2#/, '')
  if (/^AV:[NALP]\/AC:[LH]\/PR:/.test(vector)) vector = `CVSS:3.1/${vector}`
  const front = (count: number) => vector.split('/').slice(0, count).join('/')
  const v4 = front(V4_PARTS),
    v3 = front(V3_PARTS),
    v2 = front(V2_PARTS)
  if (V4.test(v4)) return { cvss: new calculator.Cvss4P0(v4).calculateScores().overall, cvss_vector: v4, version: '4.0' }
  if (V3.test(v3)) {
    const version = v3.startsWith('CVSS:3.0') ? '3.0' : '3.1'
    const scores = version === '3.0' ? new calculator.Cvss3P0(v3).calculateScores() : new calculator.Cvss3P1(v3).calculateScores()
    return { cvss: scores.base!, cvss_vector: v3, version }
  }
  if (V2.test(v2)) return { cvss: new calculator.Cvss2(v2).calculateScores().base!, cvss_vector: v2, version: '2.0' }
  return null
})

/**
 * The rating to take of several: v4 before v3 before v2, within a version the first. `score` is taken as stated when it is a number from 0 to 10 and,
 * for want of it, computed from the vector. `version` is only needed where there is no vector. Null when none can be used.
 */
export function bestRating(
  ratings: Iterable<{ score?: number | null; vector?: string | null; version?: 2 | 3 | 4 | null }>,
): CvssRating | null {
  let best: (CvssRating & { version: number }) | null = null
  for (const { score, vector, version } of ratings) {
    const scored = vector ? scoreVector(vector) : null
    const major = scored ? Math.floor(Number(scored.version)) : (version ?? 0)
    const stated = typeof score === 'number' && score >= 0 && score <= 10
    // A score of 0 beside a vector with impact means that the tool left it out.
    const cvss = stated && (score > 0 || !scored) ? score : scored?.cvss
    if (cvss === undefined || (!scored && score === 0)) continue
    if (best === null || major > best.version) best = { cvss, version: major, ...(scored && { cvss_vector: scored.cvss_vector }) }
  }
  if (!best) return null
  return best.cvss_vector === undefined ? { cvss: best.cvss } : { cvss: best.cvss, cvss_vector: best.cvss_vector }
}
