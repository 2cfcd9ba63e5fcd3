import { DAY_US, formatInstant, type Instant, parseInstant } from '../../model/time.ts'
import type { Store } from '../../store/store.ts'
import type { Feed } from '../importer.ts'
import { feeds } from '../importers.ts'
import { readProgress } from './progress.ts'
import { addressOfFeed, updateFeed, type UpdateOptions, type UpdateResult } from './update.ts'

const HOUR_US = DAY_US / 24

/** After a failure a feed is asked again after an hour, or when it changes, whichever is first. */
const AFTER_FAILURE = HOUR_US

const everyUs = ({ every }: Feed): number => (every === '1 day' ? DAY_US : Number.parseInt(every, 10) * HOUR_US)

/** How a feed stands, for people. */
export interface FeedState {
  feed: string
  title: string
  /** Where it is fetched; null when it has no single address. */
  url: string | null
  /** How often it changes. */
  every: string
  /** When its source was last asked, when it last gave something new, and what went wrong the last time; null: never, or nothing. */
  checked_at: string | null
  fetched_at: string | null
  error: { code: string; message: string } | null
  /** When a server that keeps its feeds fresh asks next; null when it has no address. */
  due_at: string | null
}

/** All feeds as they stand. */
export async function listFeeds(store: Store): Promise<FeedState[]> {
  return Promise.all(
    feeds.map(async (feed) => {
      const url = addressOfFeed(feed)
      const { checked_at, fetched_at, error } =
        url === null ? { checked_at: null, fetched_at: null, error: null } : await readProgress(store.data, feed.id, url)
      const due_at = url === null ? null : formatInstant(dueAt(feed, checked_at, error !== null) ?? store.now())
      return { feed: feed.id, title: feed.title, url, every: feed.every, checked_at, fetched_at, error, due_at }
    }),
  )
}

/** When a feed is to be asked again; null: at once, it never was. */
function dueAt(feed: Feed, checked_at: string | null, failed: boolean): Instant | null {
  const checked = checked_at === null ? null : parseInstant(checked_at)
  return checked === null ? null : checked + (failed ? Math.min(AFTER_FAILURE, everyUs(feed)) : everyUs(feed))
}

/** Fetches the feeds that are due, one after another. `done` is called once when any brought something new. */
export async function updateDue(
  store: Store,
  options: UpdateOptions & { stopped?: () => boolean; done: () => Promise<unknown>; tell?: (result: UpdateResult) => void },
): Promise<UpdateResult[]> {
  const results: UpdateResult[] = []
  for (const { feed: id, url, due_at } of await listFeeds(store)) {
    if (options.stopped?.()) break
    if (url === null || parseInstant(due_at!)! > store.now()) continue
    const result = await updateFeed(
      store,
      feeds.find((feed) => feed.id === id)!,
      options,
    )
    options.tell?.(result)
    results.push(result)
  }
  if (results.some(({ state }) => state === 'imported')) await options.done()
  return results
}
