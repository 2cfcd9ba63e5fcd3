/**
 * The n-th place of a rule in one file is told apart by its number, not by its line, so that a moved line is not a new finding: `app.py`,
 * `app.py (2)`, … For reports that list places in the order of the file. One instance per report.
 */
export class NumberedPlaces {
  private readonly seen = new Map<string, number>()

  /** The file with the number of this place, from the second on. */
  next(rule: string, file: string): string {
    const key = `${rule}\u0000${file}`
    const count = (this.seen.get(key) ?? 0) + 1
    this.seen.set(key, count)
    return count === 1 ? file : `${file} (${count})`
  }
}
