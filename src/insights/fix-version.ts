/**
 * Compares two versions the way people read them: numbers by value, letters by alphabet, a pre-release (rc, beta, alpha, ~) before the
 * release, and anything else after what it extends (1.2 < 1.2.1 < 1.2.1-r1). Negative, zero or positive. It is no package manager's own
 * rule: across ecosystems none is right, and the text that it picks is always one that a source stated.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [piecesOf(a), piecesOf(b)]
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = comparePieces(left[index], right[index])
    if (order !== 0) return order
  }
  return 0
}

const MAX_LENGTH = 200

/** Digits, letters or a tilde; "1:2.0" has the epoch 1, anything without has epoch 0. */
function piecesOf(version: string): (number | string)[] {
  const text = version
    .slice(0, MAX_LENGTH)
    .trim()
    .toLowerCase()
    .replace(/^v(?=\d)/, '')
  const withEpoch = /^\d+:/.test(text) ? text : `0:${text}`
  return [...withEpoch.matchAll(/\d+|[a-z]+|~/g)].map(([piece]) => (/^\d/.test(piece) ? Number(piece) : piece))
}

const before = new Set(['~', 'a', 'alpha', 'b', 'beta', 'rc', 'pre', 'preview', 'dev', 'snapshot', 'm', 'milestone'])

function comparePieces(a: number | string | undefined, b: number | string | undefined): number {
  if (a === b) return 0
  if (a === undefined) return -comparePieces(b, undefined)
  if (b === undefined) return typeof a === 'string' && before.has(a) ? -1 : a === 0 ? 0 : 1
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'number') return 1
  if (typeof b === 'number') return -1
  if (before.has(a) !== before.has(b)) return before.has(a) ? -1 : 1
  return a < b ? -1 : 1
}

/** A stated fix may name several ("1.1.1x, 3.0.14"). */
const alternatives = (text: string): string[] =>
  text
    .split(/\s*(?:,|;|\|\||\bor\b)\s*/)
    .map((version) => version.trim())
    .filter(Boolean)

const major = (version: string): string => {
  const [, first] = piecesOf(version)
  return String(first ?? '')
}

/**
 * The one version to update to: the greatest of those stated. "several" when there is no such thing: a vulnerability fixed in several
 * branches (different major versions), or words that are no versions. `stated`: what the sources state, per vulnerability. Null: nothing.
 */
export function fixOf(stated: Iterable<{ subject: string; fixed_version: string }>): string | null {
  const majors = new Map<string, string>()
  let greatest: string | null = null
  const words = new Set<string>()
  for (const { subject, fixed_version } of stated) {
    for (const version of alternatives(fixed_version)) {
      if (!/^v?\d/i.test(version)) {
        words.add(version)
        continue
      }
      const branch = major(version)
      if ((majors.get(subject) ?? branch) !== branch) return 'several'
      majors.set(subject, branch)
      if (greatest === null || compareVersions(version, greatest) > 0) greatest = version
    }
  }
  if (words.size === 0) return greatest
  return greatest === null && words.size === 1 ? [...words][0]! : 'several'
}
