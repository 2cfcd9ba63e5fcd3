/**
 * The n-th place of a rule in one part (a file, a resource) is told apart by its number, not by its line, so that a moved line is not a new
 * finding: `app.py`, `app.py (2)`, … For reports that list places in the order of the file. One instance per report.
 */
export class NumberedPlaces {
  /** By rule and part: a key joined of both would be made anew, and kept, for every place. */
  private readonly seen = new Map<string, Map<string, number>>()
  private parts = 0

  /** How many parts it holds. */
  get size(): number {
    return this.parts
  }

  /** The part with the number of this place, from the second on; `(2)` where the part has no name. */
  next(rule: string, part: string): string {
    let counts = this.seen.get(rule)
    if (counts === undefined) this.seen.set(rule, (counts = new Map()))
    const count = (counts.get(part) ?? 0) + 1
    if (count === 1) this.parts++
    counts.set(part, count)
    return count === 1 ? part : part === '' ? `(${count})` : `${part} (${count})`
  }
}
