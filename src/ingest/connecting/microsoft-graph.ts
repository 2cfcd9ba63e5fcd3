import { createHash } from 'node:crypto'
import { UserError } from '../../errors.ts'
import { DAY_US, formatInstant, type Instant, parseInstant } from '../../model/time.ts'
import type { Org } from '../../store/orgs.ts'
import type { Store } from '../../store/store.ts'
import { importFile, type ImportResult } from '../ingest.ts'
import { GraphReader, type ReaderOptions, Stopped } from './graph-reader.ts'
import { type ConnectorProgress, dropPages, readPages, readProgress, writePage, writeProgress } from './progress.ts'
import { addressesOf, type ConnectorBody, readSecret } from './settings.ts'

/** Days that Graph keeps, and that the first run asks for. https://learn.microsoft.com/graph/api/security-list-securescores */
const BACK_FILL = 90

/** Pages of a list at the most: whoever goes round in circles is stopped. */
const MOST_PAGES = 1000

/** Snapshots whose digests are remembered. */
const MOST_DIGESTS = 200

/** A stopped run is taken up again for this long; later what it had is too old. */
const RESUME_FOR = DAY_US / 2

/** Profiles first: they say how many points there are to get. */
const LISTS = ['secureScoreControlProfiles', 'secureScores'] as const

export interface RunOptions {
  actor: string
  env?: NodeJS.ProcessEnv
  /** How the requests go out; tests set pauses and clocks. */
  reader?: Partial<Pick<ReaderOptions, 'dispatcher' | 'retries' | 'pause' | 'longest_pause' | 'clock'>>
  /** Asked after each page: whether to stop there. The next run goes on. */
  stopped?: () => boolean
}

export interface RunResult {
  /** `stopped`: not all pages are there yet. */
  state: 'imported' | 'unchanged' | 'failed' | 'stopped'
  imports: ImportResult[]
  error: { code: string; message: string } | null
  warnings: string[]
}

/** Runs at work, by data folder and organisation: one at a time, whoever asks. */
const working = new Map<string, Promise<RunResult>>()

/** Whether a run of the organisation's connector is at work in this process. */
export const isRunning = (store: Store, org_id: number): boolean => working.has(`${store.data} ${org_id}`)

/**
 * Fetches what is new and imports it: one import for each list, after all of its pages are there. Never throws for the other side's sake: what went wrong
 * is in the result and remembered. Scores are not computed: call `compute` when something was imported. Whoever asks while a run is at work gets its result.
 */
export function runConnector(store: Store, org: Org, settings: ConnectorBody, options: RunOptions): Promise<RunResult> {
  const key = `${store.data} ${org.org_id}`
  const running = working.get(key)
  if (running) return running
  const run = fetchAndImport(store, org, settings, options).finally(() => working.delete(key))
  working.set(key, run)
  return run
}

async function fetchAndImport(store: Store, org: Org, settings: ConnectorBody, options: RunOptions): Promise<RunResult> {
  let progress: ConnectorProgress = { ...(await readProgress(store.data, org.org_id)), last_run_at: formatInstant(store.now()) }
  const save = async (change: Partial<ConnectorProgress>) => {
    progress = { ...progress, ...change }
    await writeProgress(store.data, org.org_id, progress)
  }
  let reader: GraphReader | null = null
  const result: RunResult = { state: 'unchanged', imports: [], error: null, warnings: [] }
  try {
    const { login, graph } = addressesOf(settings.cloud, options.env)
    const secret = await readSecret(store.data, settings.secret, options.env)
    reader = new GraphReader({
      tenant: settings.tenant,
      client_id: settings.client_id,
      secret,
      login,
      graph,
      ...(options.stopped && { stopped: options.stopped }),
      ...options.reader,
    })
    const lists =
      taken(progress, settings, store.now()) ??
      LISTS.map((list) => ({ list, pages: 0, next: firstPage(graph, list, progress, store.now()) }))
    const begun_at = progress.resume?.begun_at ?? formatInstant(store.now())
    for (const each of lists)
      for (; each.next !== null; each.pages++) {
        if (options.stopped?.()) {
          await save({ resume: { settings: keyOf(settings), begun_at, lists } })
          return { ...result, state: 'stopped', warnings: [...reader.warnings] }
        }
        if (each.pages >= MOST_PAGES)
          throw new UserError('connector_answer', `${each.list} has more than ${MOST_PAGES} pages: the links go round in circles`, {
            status: 502,
          })
        const { value, next } = await reader.page(each.next)
        if (next === each.next) throw new UserError('connector_answer', `a page of ${each.list} names itself as the next`, { status: 502 })
        await writePage(store.data, org.org_id, each.list, each.pages, value)
        each.next = next
        await save({
          resume: {
            settings: keyOf(settings),
            begun_at,
            lists: lists.map((one) => (one === each ? { ...one, pages: one.pages + 1 } : one)),
          },
        })
      }
    const brought = await importLists(store, org, lists, progress, options.actor)
    result.imports = brought.imports
    if (brought.imports.some(({ unchanged }) => !unchanged)) result.state = 'imported'
    result.warnings = [...reader.warnings]
    await save({
      resume: null,
      error: null,
      warnings: result.warnings,
      last_success_at: formatInstant(store.now()),
      newest_day: brought.newest_day ?? progress.newest_day,
      digests: brought.digests,
      brought: { days: brought.days, controls: brought.controls, imports: brought.imports.flatMap(({ import_no }) => import_no ?? []) },
    })
    for (const { list, pages } of lists) await dropPages(store.data, org.org_id, list, pages)
    return result
  } catch (thrown) {
    if (thrown instanceof Stopped) return { ...result, state: 'stopped', warnings: [...(reader?.warnings ?? [])] }
    if (!(thrown instanceof UserError)) throw thrown
    const error = { code: thrown.code, message: thrown.message }
    await save({ error, warnings: [...(reader?.warnings ?? [])] })
    return { ...result, state: 'failed', error, warnings: [...(reader?.warnings ?? [])] }
  } finally {
    await reader?.close()
  }
}

/** Whose run this is: another tenant, application or cloud begins anew. */
const keyOf = ({ tenant, client_id, cloud }: ConnectorBody): string => [tenant, client_id, cloud].join(' ')

/** The lists of a stopped run that can be taken up again; null: there is none. */
function taken({ resume }: ConnectorProgress, settings: ConnectorBody, now: Instant) {
  if (!resume || resume.settings !== keyOf(settings) || now - (parseInstant(resume.begun_at) ?? 0) > RESUME_FOR) return null
  return resume.lists.map((each) => ({ ...each }))
}

/** The first page of a list: of the snapshots those since the newest that we have, and two days before it, which may have been corrected. */
function firstPage(graph: string, list: (typeof LISTS)[number], { newest_day }: ConnectorProgress, now: Instant): string {
  const path = `${graph}/v1.0/security/${list}`
  if (list !== 'secureScores') return path
  const since = newest_day === null ? null : parseInstant(`${newest_day}T00:00:00Z`)
  const days = since === null ? BACK_FILL : Math.min(BACK_FILL, Math.max(1, Math.ceil((now - since) / DAY_US)) + 2)
  return `${path}?$top=${days}`
}

interface Item {
  id: string
  createdDateTime?: string
}

interface Brought {
  imports: ImportResult[]
  days: number
  controls: number
  newest_day: string | null
  digests: Record<string, string>
}

/** Imports each list as one file, its items in the order of their ids: the same items are the same bytes, however they were paged. */
async function importLists(
  store: Store,
  org: Org,
  lists: readonly { list: string; pages: number }[],
  progress: ConnectorProgress,
  actor: string,
): Promise<Brought> {
  const brought: Brought = { imports: [], days: 0, controls: 0, newest_day: null, digests: { ...progress.digests } }
  for (const { list, pages } of lists) {
    const items = wanted(await readPages(store.data, org.org_id, list, pages), list)
    const profiles = list === 'secureScoreControlProfiles'
    const changed = profiles ? changedProfiles(items, brought.digests) : changedScores(items, brought.digests)
    if (profiles) brought.controls = items.length
    else {
      brought.days = items.length
      brought.newest_day =
        items.reduce((newest, { createdDateTime = '' }) => (createdDateTime > newest ? createdDateTime : newest), '').slice(0, 10) || null
    }
    if (!changed.length) continue
    const bytes = Buffer.from(JSON.stringify({ '@odata.context': `$metadata#security/${list}`, value: changed }))
    brought.imports.push(
      await importFile(
        store,
        { name: `microsoft-graph-${list}.json`, bytes },
        { only: 'graph-secure-score', org: org.slug, actor, ...(profiles && { fetched_at: store.now() }) },
      ),
    )
  }
  return brought
}

const digestOf = (what: unknown): string => createHash('sha256').update(JSON.stringify(what)).digest('hex')

/** All profiles when any of them is another than before: they describe the whole catalogue. Notes their digest. */
function changedProfiles(items: readonly Item[], digests: Record<string, string>): readonly Item[] {
  const digest = digestOf(items)
  if (digests['profiles'] === digest) return []
  digests['profiles'] = digest
  return items
}

/** The snapshots that are new or others than before. Notes their digests, of as many days as Graph keeps. */
function changedScores(items: readonly Item[], digests: Record<string, string>): readonly Item[] {
  const changed = items.filter((item) => digests[item.id] !== digestOf(item))
  for (const item of changed) digests[item.id] = digestOf(item)
  const days = Object.keys(digests).filter((id) => id !== 'profiles')
  for (const id of days.toSorted((a, b) => (a.slice(-10) < b.slice(-10) ? -1 : 1)).slice(0, -MOST_DIGESTS)) delete digests[id]
  return changed
}

/** Items with an id, each once (the last that was given), in the order of their ids. A list that moves while it is paged gives some twice. */
function wanted(items: readonly unknown[], list: string): Item[] {
  const byId = new Map<string, Item>()
  for (const item of items) {
    const { id } = (item ?? {}) as { id?: unknown }
    if (typeof id !== 'string')
      throw new UserError('connector_answer', `an item of ${list} has no id: expected the items of Microsoft Graph`, { status: 502 })
    byId.set(id, item as Item)
  }
  return [...byId.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
}
