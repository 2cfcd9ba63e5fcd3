import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const Saved = z.object({
  last_run_at: z.string().nullable(),
  last_success_at: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  warnings: z.array(z.string()),
  /** What the last run that worked brought. */
  brought: z.object({ days: z.number(), controls: z.number(), imports: z.array(z.number()) }).nullable(),
  /** Newest day that was fetched: 2026-08-12; null: none yet, so the whole back-fill is asked for. */
  newest_day: z.string().nullable(),
  /** sha256 of what was imported last, by what it is: the control profiles, and each snapshot by its id. The same is not imported again. */
  digests: z.record(z.string(), z.string()),
  /** A run that was stopped: of which settings, since when, which list, how many of its pages lie in the folder, and where the next one is. */
  resume: z
    .object({
      settings: z.string(),
      begun_at: z.string(),
      lists: z.array(z.object({ list: z.string(), pages: z.number(), next: z.string().nullable() })),
    })
    .nullable(),
})

/** What is remembered between runs of a connector. No fact: losing it means that everything is fetched once more and found to be unchanged. */
export type ConnectorProgress = z.infer<typeof Saved>

const fresh: ConnectorProgress = {
  last_run_at: null,
  last_success_at: null,
  error: null,
  warnings: [],
  brought: null,
  newest_day: null,
  digests: {},
  resume: null,
}

/** Folder of a connector's progress and of pages that are not imported yet. */
const folderOf = (data: string, org_id: number): string => join(data, 'connectors', String(org_id))

/** How far the connector of an organisation is; a fresh start when nothing is remembered. */
export async function readProgress(data: string, org_id: number): Promise<ConnectorProgress> {
  const text = await readFile(join(folderOf(data, org_id), 'microsoft-graph.json'), 'utf8').catch(() => null)
  if (text === null) return fresh
  try {
    return Saved.parse(JSON.parse(text))
  } catch {
    return fresh
  }
}

/** Written beside and renamed, so that it is whole or the one before. */
export async function writeProgress(data: string, org_id: number, progress: ConnectorProgress): Promise<void> {
  await writeWhole(data, org_id, 'microsoft-graph.json', JSON.stringify(progress, null, 2))
}

const pageName = (list: string, number: number): string => `${list}-${number}.page.json`

/** Keeps a page until all of its list are there. */
export const writePage = (data: string, org_id: number, list: string, number: number, value: readonly unknown[]): Promise<void> =>
  writeWhole(data, org_id, pageName(list, number), JSON.stringify(value))

/** The items of the first `pages` pages of a list, in their order. */
export async function readPages(data: string, org_id: number, list: string, pages: number): Promise<unknown[]> {
  const items: unknown[] = []
  for (let number = 0; number < pages; number++)
    items.push(...(JSON.parse(await readFile(join(folderOf(data, org_id), pageName(list, number)), 'utf8')) as unknown[]))
  return items
}

export async function dropPages(data: string, org_id: number, list: string, pages: number): Promise<void> {
  for (let number = 0; number < pages; number++) await rm(join(folderOf(data, org_id), pageName(list, number)), { force: true })
}

async function writeWhole(data: string, org_id: number, name: string, text: string): Promise<void> {
  const folder = folderOf(data, org_id)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, name)
  await writeFile(`${path}.new`, text, { mode: 0o600 })
  await rename(`${path}.new`, path)
}
