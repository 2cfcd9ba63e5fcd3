/**
 * The n-th place of a rule in one part (a file, a resource) is told apart by its number, not by its line, so that a moved line is not a new
 * finding: `app.py`, `app.py (2)`, … For reports that list places in the order of the file. One instance per report.
 */
export class NumberedPlaces {
  private readonly seen = new Map<string, number>()

  /** How many parts it holds. */
  get size(): number {
    return this.seen.size
  }

  /** The part with the number of this place, from the second on; `(2)` where the part has no name. */
  next(rule: string, part: string): string {
    const key = `${rule}\u0000${part}`
    const count = (this.seen.get(key) ?? 0) + 1
    this.seen.set(key, count)
    return count === 1 ? part : part === '' ? `(${count})` : `${part} (${count})`
  }
}
