/** 32-bit words of a slot: the hash of what the file calls the asset, and that of its names. */
const WORDS = 4

/** The share of slots that may be taken. */
const FULLEST = 0.75

/** 64 bits of texts: FNV-1a with its prime and with another. Source: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
class Hash {
  low = 0
  high = 0

  begin(): this {
    this.low = 0x811c9dc5
    this.high = 0x9747b28c
    return this
  }

  add(text: string): this {
    let { low, high } = this
    for (let n = 0; n < text.length; n++) {
      const code = text.charCodeAt(n)
      low = Math.imul(low ^ code, 0x01000193)
      high = Math.imul(high ^ code, 0x5bd1e995) ^ (high >>> 15)
    }
    this.low = low
    this.high = high
    return this
  }

  /** Of names in any order: the sum of their hashes, so that no single text has the same by its letters. */
  ofNames(names: readonly Name[]): void {
    let [low, high] = [names.length, names.length]
    for (const { type, name } of names) {
      this.begin().add(type).add(' ').add(name)
      low = (low + Math.imul(this.low, 0x85ebca6b)) | 0
      high = (high + Math.imul(this.high ^ this.low, 0xc2b2ae35)) | 0
    }
    this.low = low
    this.high = high
  }
}

interface Name {
  type: string
  name: string
}

/**
 * How many assets the records of a file are about: records that are called the same are one, the last of them tells its names, and those with the same names are one, too.
 * A list may hold many millions, so 64 bits of each are kept: of ten million assets two fall together in one of 300,000 files (n² / 2⁶⁵).
 */
export class AssetCount {
  private table = new Uint32Array(WORDS * 1024)
  private told = 0
  private counted: number | null = null
  private readonly hash = new Hash()

  /** `asset`: what the file calls it; `names`: what it is called everywhere, in any order; without any it is as the file calls it. */
  tell(asset: string, names: readonly Name[]): void {
    const { hash, table } = this
    hash.begin().add(asset)
    const at = this.slotOf(hash.low, hash.high)
    const isNew = this.isFree(at)
    if (isNew) {
      table[at] = hash.low
      table[at + 1] = hash.high
    }
    if (names.length > 0) hash.ofNames(names)
    if (!isNew && table[at + 2] === hash.low >>> 0 && table[at + 3] === hash.high >>> 0) return
    table[at + 2] = hash.low
    table[at + 3] = hash.high
    this.counted = null
    if (isNew && ++this.told * WORDS > table.length * FULLEST) this.grow()
  }

  /** Sorts what it knows: ask at the end. */
  get size(): number {
    return (this.counted ??= this.count())
  }

  private isFree(at: number): boolean {
    return this.table[at] === 0 && this.table[at + 1] === 0
  }

  /** Where an asset stands or would stand. */
  private slotOf(assetLow: number, assetHigh: number): number {
    const { table } = this
    const mask = table.length - 1
    let at = (assetLow * WORDS) & mask
    while (!this.isFree(at) && (table[at] !== assetLow >>> 0 || table[at + 1] !== assetHigh >>> 0)) at = (at + WORDS) & mask
    return at
  }

  private grow(): void {
    const before = this.table
    this.table = new Uint32Array(before.length * 2)
    for (let at = 0; at < before.length; at += WORDS)
      if (before[at] !== 0 || before[at + 1] !== 0)
        this.table.set(before.subarray(at, at + WORDS), this.slotOf(before[at]!, before[at + 1]!))
  }

  private count(): number {
    const names = new BigUint64Array(this.told)
    const words = new Uint32Array(names.buffer)
    let n = 0
    for (let at = 0; at < this.table.length; at += WORDS) {
      if (this.isFree(at)) continue
      words[n++] = this.table[at + 2]!
      words[n++] = this.table[at + 3]!
    }
    names.sort()
    let several = 0
    for (let at = 2; at < n; at += 2) if (words[at] === words[at - 2] && words[at + 1] === words[at - 1]) several++
    return this.told - several
  }
}
