import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { UserError } from '../../errors.ts'
import { DAY_US, formatInstant, type Instant } from '../../model/time.ts'
import type { Store } from '../../store/store.ts'
import type { Feed } from '../importer.ts'
import { feeds } from '../importers.ts'
import { importFile, type ImportResult } from '../ingest.ts'
import { download, type DownloadOptions } from './download.ts'
import { type FeedProgress, readProgress, updatingFolder, writeProgress } from './progress.ts'

/** Days that an address with a file per day is asked for at the first time, and at the most. */
const FIRST_DAYS = 7
const MOST_DAYS = 90

/** A feed whose list became shorter than this share of the one before is taken for a broken download. */
const LEAST_KEPT = 0.8

export interface UpdateOptions {
  /** Addresses instead of the feeds' own, by id. */
  urls?: Record<string, string>
  /** Fetch even what was fetched and says that it is unchanged. */
  again?: boolean
  /** Take a list that became much shorter than the one before: the source says that it is right. */
  accept_shrunken?: boolean
  actor: string
  download?: Omit<DownloadOptions, 'have' | 'onProgress'>
  onProgress?: (progress: { feed: string; state: 'fetching' | 'importing'; bytes: number; total_bytes: number | null }) => void
}

export interface UpdateResult {
  feed: string
  /** Where it was fetched; null for a feed without an address. */
  url: string | null
  /** `unchanged`: the source has nothing new. `no_address`: it has no single address; import its files. `failed`: what we had stays. */
  state: 'imported' | 'unchanged' | 'no_address' | 'failed'
  imports: ImportResult[]
  error: { code: string; message: string } | null
}

/** The feed with this id. Throws UserError('unknown_feed'). */
export function findFeed(id: string): Feed {
  const feed = feeds.find((one) => one.id === id)
  if (!feed) throw new UserError('unknown_feed', `there is no feed "${id}"; there are: ${feeds.map((one) => one.id).join(', ')}`)
  return feed
}

/** Where a feed is fetched: as asked, else PLIMSOLL_FEED_<ID>, else its own address; null when there is none. */
export function addressOfFeed(feed: Feed, urls: Record<string, string> = {}): string | null {
  return urls[feed.id] ?? process.env[`PLIMSOLL_FEED_${feed.id.toUpperCase().replaceAll('-', '_')}`] ?? feed.url
}

/** What is being fetched into each data folder: one feed at a time, or two of the same would write one file. */
const working = new Map<string, Promise<unknown>>()

/**
 * Fetches a feed and imports what is new, after what is being fetched already. Never throws for the source's sake: what it answered is refused whole when it is no such feed, damaged or much
 * shorter than before, and what we had stays. Scores are not computed: call `compute` after the last feed.
 */
export function updateFeed(store: Store, feed: Feed, options: UpdateOptions): Promise<UpdateResult> {
  const result = (working.get(store.data) ?? Promise.resolve()).then(() => fetchFeed(store, feed, options))
  working.set(
    store.data,
    result.catch(() => {}), // told to whoever asked for it
  )
  return result
}

async function fetchFeed(store: Store, feed: Feed, options: UpdateOptions): Promise<UpdateResult> {
  const url = addressOfFeed(feed, options.urls)
  const imports: ImportResult[] = []
  if (url === null) return { feed: feed.id, url, state: 'no_address', imports, error: null }
  let progress = await readProgress(store.data, feed.id, url)
  try {
    await mkdir(updatingFolder(store.data), { recursive: true })
    for (const day of url.includes('{day}') ? daysToFetch(progress, store.now()) : [null]) {
      const fetched = await fetchAndImport(store, feed, url, day, progress, options).catch((error: unknown) => {
        // A day that is not there yet, or never was, is no failure.
        if (day !== null && error instanceof UserError && error.code === 'feed_missing') return null
        throw error
      })
      if (!fetched) continue
      imports.push(...fetched.imports)
      progress = { ...progress, ...fetched.progress }
      await writeProgress(store.data, feed.id, progress)
    }
    await writeProgress(store.data, feed.id, { ...progress, checked_at: formatInstant(store.now()), error: null })
    return { feed: feed.id, url, state: imports.some(({ unchanged }) => !unchanged) ? 'imported' : 'unchanged', imports, error: null }
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown
    const error = { code: thrown.code, message: thrown.message }
    await writeProgress(store.data, feed.id, { ...progress, checked_at: formatInstant(store.now()), error })
    return { feed: feed.id, url, state: 'failed', imports, error }
  }
}

/** The days after the newest that was fetched, to yesterday and today, in their order. */
function daysToFetch({ day }: FeedProgress, now: Instant): string[] {
  const text = (instant: Instant) => formatInstant(instant).slice(0, 10)
  const days: string[] = []
  for (let back = 0; back < MOST_DAYS; back++) {
    const one = text(now - back * DAY_US)
    if (day === undefined ? back >= FIRST_DAYS : one <= day) break
    days.unshift(one)
  }
  return days
}

async function fetchAndImport(
  store: Store,
  feed: Feed,
  template: string,
  day: string | null,
  progress: FeedProgress,
  options: UpdateOptions,
): Promise<{ imports: ImportResult[]; progress: Partial<FeedProgress> } | null> {
  const url = day === null ? template : template.replaceAll('{day}', day)
  const path = join(updatingFolder(store.data), day === null ? `${feed.id}.file` : `${feed.id}-${day}.file`)
  const tell = (state: 'fetching' | 'importing') => (told: { bytes: number; total_bytes: number | null }) =>
    options.onProgress?.({ feed: feed.id, state, bytes: told.bytes, total_bytes: told.total_bytes })
  const fetched = await download(url, path, {
    ...options.download,
    ...(day === null && !options.again && { have: { etag: progress.etag, last_modified: progress.last_modified } }),
    onProgress: tell('fetching'),
  })
  if (fetched.state === 'not_modified') return null
  try {
    const now = formatInstant(store.now())
    const imported = await importFile(store, path, {
      only: feed.id,
      name: basename(new URL(url).pathname) || feed.id,
      fetched_at: store.now(),
      ...(!options.accept_shrunken && { least_kept: LEAST_KEPT }),
      actor: options.actor,
      onProgress: tell('importing'),
    })
    return { imports: [imported], progress: { ...fetched.validators, ...(day !== null && { day }), fetched_at: now } }
  } finally {
    await rm(path, { force: true })
  }
}
