import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** What an importer answers for in the real reports: one file of this shape in `expected/`, named by the importer's id. */
export interface Expected {
  /** Folders below `reports/` whose files it takes; each file in them is taken by exactly one importer or stands in someone's `refused`. */
  folders: string[]
  /** Single files elsewhere that it takes, too, relative to `reports/`. */
  also?: string[]
  /** Files of its folders that nobody takes, relative to `reports/`: the code of the error that the person sees, and why that is right. */
  refused?: Record<string, { code: string; why: string }>
  /**
   * Where our count of findings is not the manifest's: our count, found by hand or by an independent way, and the rule, by its name in
   * the importer's readme (`*peer-merges-equal-items*`).
   */
  differences?: Record<string, { ours: number; rule: string }>
}

/** What each importer answers for, by its id. */
export async function readExpected(): Promise<Map<string, Expected>> {
  const folder = join(import.meta.dirname, 'expected')
  const read = readdirSync(folder).map(async (name) => {
    const { default: one } = (await import(join(folder, name))) as { default: Expected }
    return [name.replace(/\.ts$/, ''), one] as const
  })
  return new Map(await Promise.all(read))
}
