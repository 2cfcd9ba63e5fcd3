import { DAY_US, formatInstant, type Instant, parseInstant } from '../../model/time.ts'
import { listOrgs, type Org } from '../../store/orgs.ts'
import type { Store } from '../../store/store.ts'
import { isRunning, type RunOptions, type RunResult, runConnector } from './microsoft-graph.ts'
import { type ConnectorProgress, readProgress } from './progress.ts'
import { type ConnectorBody, readConnector } from './settings.ts'

/** After a failure the next try is this much later, microseconds. */
const AFTER_FAILURE = DAY_US / 24

/** How an organisation's connector stands. */
export interface ConnectorState extends Pick<ConnectorProgress, 'last_run_at' | 'last_success_at' | 'error' | 'warnings' | 'brought'> {
  /** Null: it is not connected. */
  settings: ConnectorBody | null
  running: boolean
  /** When the server fetches next; null: it does not by itself. */
  next_run_at: string | null
}

export async function readConnectorState(store: Store, org: Org): Promise<ConnectorState> {
  const [settings, { last_run_at, last_success_at, error, warnings, brought, resume }] = await Promise.all([
    readConnector(store.engine, org.org_id),
    readProgress(store.data, org.org_id),
  ])
  const due = settings?.schedule === 'daily' ? dueAt(last_run_at, error !== null || resume !== null) : null
  return {
    settings,
    running: isRunning(store, org.org_id),
    last_run_at,
    last_success_at,
    error,
    warnings,
    brought,
    next_run_at: settings?.schedule === 'daily' ? formatInstant(due ?? store.now()) : null,
  }
}

/** When it is to run again; null: at once, it never did. */
function dueAt(last_run_at: string | null, failed: boolean): Instant | null {
  const last = last_run_at === null ? null : parseInstant(last_run_at)
  return last === null ? null : last + (failed ? AFTER_FAILURE : DAY_US)
}

/** Runs the connectors that are due, one organisation after another. `done` is called once when any brought something new. */
export async function runDue(
  store: Store,
  options: RunOptions & { done: () => Promise<unknown>; tell?: (org: Org, result: RunResult) => void },
): Promise<RunResult[]> {
  const results: RunResult[] = []
  for (const org of await listOrgs(store.engine)) {
    if (options.stopped?.()) break
    const { settings, next_run_at } = await readConnectorState(store, org)
    if (!settings || next_run_at === null || parseInstant(next_run_at)! > store.now()) continue
    const result = await runConnector(store, org, settings, options)
    options.tell?.(org, result)
    results.push(result)
  }
  if (results.some(({ state }) => state === 'imported')) await options.done()
  return results
}
