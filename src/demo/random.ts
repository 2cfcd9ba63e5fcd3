/** FNV-1a over UTF-16 code units, 32 bits. Source: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i)
    hash = Math.imul(hash, 0x01000193)
  }
  return hash >>> 0
}

/** One step of mulberry32 from a state of 32 bits: a number in [0, 1). Source: https://github.com/cprosche/mulberry32 (public domain) */
function mulberry32(state: number): number {
  let t = (state + 0x6d2b79f5) | 0
  t = Math.imul(t ^ (t >>> 15), t | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

/** Draws by name: the same keys give the same number, whatever was drawn before. So a day more or less changes no other day. */
export interface Random {
  /** A number in [0, 1). */
  share(...keys: (string | number)[]): number
  /** A whole number in [from, to]. */
  whole(from: number, to: number, ...keys: (string | number)[]): number
  /** `digits` hexadecimal digits. */
  hex(digits: number, ...keys: (string | number)[]): string
  /** In the form of a UUID version 4. */
  uuid(...keys: (string | number)[]): string
}

/** All draws of one demo organisation. */
export function seededRandom(seed: number): Random {
  const share = (...keys: (string | number)[]) => mulberry32(hashOf(`${seed}|${keys.join('|')}`))
  const hex = (digits: number, ...keys: (string | number)[]) => {
    let text = ''
    for (let i = 0; text.length < digits; i++)
      text += Math.floor(share('hex', i, ...keys) * 4_294_967_296)
        .toString(16)
        .padStart(8, '0')
    return text.slice(0, digits)
  }
  return {
    share,
    whole: (from, to, ...keys) => from + Math.floor(share(...keys) * (to - from + 1)),
    hex,
    uuid(...keys) {
      const digits = hex(32, ...keys)
      return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20)}`
    },
  }
}
