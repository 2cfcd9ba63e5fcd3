import { fork } from 'node:child_process'
import { buildApp } from '../src/api/app.ts'
import { loadCatalog } from '../src/insights/catalog.ts'
import { dayText } from '../src/store/days.ts'
import type { AskedMoment } from '../src/store/queries/moment.ts'
import type { Store } from '../src/store/store.ts'
import type { AskedOnce, Asking } from './asker.ts'
import { bundled } from './bundled.ts'
import { percentile } from './measure.ts'

/** How long requests took that were sent alone and many at a time, over HTTP on loopback, by a process of its own. Times in milliseconds. */
export interface Crowded {
  title: string
  /** Requests that were sent alone. */
  alone: number
  alone_p95_ms: number
  /** Requests that were sent `AT_ONCE` at a time. */
  together: number
  together_p99_ms: number
  /** Answers other than 200. */
  failed: number
}

/** Requests under way at a time. */
export const AT_ONCE = 20

/** First pages by default sort, as they stand now. */
const nowPaths = ['/api/v1/assets', '/api/v1/findings', '/api/v1/vulnerabilities', '/api/v1/software']

/** Sorts and filters that the first pages of the past are asked with, one after the other. */
const pastQuestions: readonly { path: string; sorts: readonly string[]; filters: readonly object[] }[] = [
  {
    path: '/api/v1/findings',
    sorts: ['-hazard', 'asset_name', '-epss', '-cvss', 'component'],
    filters: [
      { severity: 'critical' },
      { stage: '>= public' },
      { epss: '>= 0.1' },
      { 'asset.internet_facing': true },
      { 'asset.criticality': '>= high' },
    ],
  },
  {
    path: '/api/v1/assets',
    sorts: ['-exposure', 'name', 'asset_group'],
    filters: [{ 'asset.criticality': '>= high' }, { state: 'stale' }],
  },
  {
    path: '/api/v1/vulnerabilities',
    sorts: ['-stage', '-epss', 'vulnerability_id'],
    filters: [{ epss: '>= 0.1' }, { severity: 'critical' }],
  },
]

/** As many different questions about the past as asked for: other days, sorts and filters in turn, as known at `known_at`. */
function pastPaths(count: number, { day }: AskedMoment, known_at: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const { path, sorts, filters } = pastQuestions[index % pastQuestions.length]!
    const turn = Math.floor(index / pastQuestions.length)
    const query = new URLSearchParams({
      as_of: dayText(day - (index % 300)),
      known_at: String(known_at),
      sort: sorts[turn % sorts.length]!,
      filter: JSON.stringify(filters[Math.floor(turn / sorts.length) % filters.length]),
      limit: '50',
    })
    return `${path}?${query.toString()}`
  })
}

/** Asks first pages as many people at once do. `known_at`: the import whose knowledge the pages of the past are asked with. */
export async function measureCrowd(store: Store, past: AskedMoment, known_at: number, rounds: number): Promise<Crowded[]> {
  const app = buildApp({ store, catalog: loadCatalog(), version: 'bench' })
  let asker: Asker | null = null
  try {
    asker = await startAsker(await app.listen({ host: '127.0.0.1', port: 0 }))
    const now = (count: number) => Array.from({ length: count }, (_, index) => `${nowPaths[index % nowPaths.length]}?limit=50`)
    // What is prepared at the first question is prepared; how long that takes is told by the lines of the lists.
    await asker.ask([...now(nowPaths.length), ...pastPaths(1, past, known_at)], 1)
    return [
      await crowd(asker, 'first pages, now, default sort', now(rounds * AT_ONCE), now(rounds * AT_ONCE * 20)),
      await crowd(
        asker,
        'first pages of a past day as known at another, any sort and filter',
        pastPaths(rounds * AT_ONCE, past, known_at),
        pastPaths(rounds * AT_ONCE * 2, { ...past, day: past.day - 1 }, known_at).slice(rounds * AT_ONCE),
      ),
    ]
  } finally {
    asker?.leave()
    await app.close()
  }
}

async function crowd(asker: Asker, title: string, alone: readonly string[], together: readonly string[]): Promise<Crowded> {
  const one = await asker.ask(alone, 1)
  const many = await asker.ask(together, AT_ONCE)
  return {
    title,
    alone: one.length,
    alone_p95_ms: percentile(
      one.map(({ ms }) => ms),
      95,
    ),
    together: many.length,
    together_p99_ms: percentile(
      many.map(({ ms }) => ms),
      99,
    ),
    failed: [...one, ...many].filter(({ ok }) => !ok).length,
  }
}

/** A process that asks and takes the time. */
interface Asker {
  /** Asks all paths, so many at a time; answers in the order in which they came. Throws when the process ends first. */
  ask(paths: readonly string[], at_once: number): Promise<AskedOnce[]>
  /** Lets the process end. */
  leave(): void
}

/** `address`: of the server, as in `http://127.0.0.1:7420`. */
async function startAsker(address: string): Promise<Asker> {
  const child = fork(await bundled('asker'), { execArgv: [] })
  return {
    ask: (paths, at_once) =>
      new Promise((resolve, reject) => {
        const ended = (code: number | null) => reject(new Error(`the asker ended with ${code}`))
        child.once('exit', ended)
        child.once('message', (asked) => {
          child.off('exit', ended)
          resolve(asked as AskedOnce[])
        })
        child.send({ address, paths, at_once } satisfies Asking)
      }),
    leave: () => void (child.connected && child.disconnect()),
  }
}
