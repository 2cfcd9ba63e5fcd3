import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const Saved = z.object({
  url: z.string(),
  etag: z.string().optional(),
  last_modified: z.string().optional(),
  /** Newest day that was fetched, for an address with a file per day: 2026-08-12. */
  day: z.string().optional(),
  checked_at: z.string().nullable(),
  fetched_at: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})

/** What is remembered between updates of a feed. No fact: losing it means that everything is fetched once more and found to be unchanged. */
export type FeedProgress = z.infer<typeof Saved>

/** Folder of what is being fetched, in the data folder. */
export const updatingFolder = (data: string): string => join(data, 'feeds')

/** How far a feed is; a fresh start when nothing is remembered, or when it is fetched from elsewhere now. */
export async function readProgress(data: string, feed: string, url: string): Promise<FeedProgress> {
  const fresh: FeedProgress = { url, checked_at: null, fetched_at: null, error: null }
  const text = await readFile(join(updatingFolder(data), `${feed}.json`), 'utf8').catch(() => null)
  if (text === null) return fresh
  const saved = Saved.safeParse(tryParse(text))
  return saved.success && saved.data.url === url ? saved.data : fresh
}

/** Written beside and renamed, so that it is whole or the one before. */
export async function writeProgress(data: string, feed: string, progress: FeedProgress): Promise<void> {
  const folder = updatingFolder(data)
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${feed}.json`)
  await writeFile(`${path}.new`, JSON.stringify(progress, null, 2))
  await rename(`${path}.new`, path)
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
