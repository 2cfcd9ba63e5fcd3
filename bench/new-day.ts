import { buildApp } from '../src/api/app.ts'
import { loadCatalog } from '../src/insights/catalog.ts'
import { compute } from '../src/insights/compute.ts'
import { DAY_US, NEVER } from '../src/model/time.ts'
import { dayOf, dayText } from '../src/store/days.ts'
import { touchOne } from '../src/store/notices/until.ts'
import type { Store } from '../src/store/store.ts'
import { BENCH_NOW, DAYS } from './generator.ts'
import { processorTime, timed } from './measure.ts'

/** Work that no hand-written SQL stands beside. Times in milliseconds. */
export interface Task {
  title: string
  ms: number
  /** Of this process; with PostgreSQL the server's work is not in it. */
  processor_ms: number
}

/**
 * Works out all scores and events of two years for the first time, then what a new day brings: every asset is looked at again by the scanner and half a percent of
 * the findings close. Then explains two days a year apart, cold and again. Changes what the store holds.
 */
export async function measureNewDay(store: Store, org_id: number, tell: (task: Task) => void): Promise<Task[]> {
  const { engine } = store
  const catalog = loadCatalog()
  const tasks: Task[] = []
  const take = async (title: string, work: () => Promise<unknown>) => {
    const { ms, processor_ms } = await timed(work)
    tasks.push({ title, ms, processor_ms })
    tell(tasks.at(-1)!)
  }
  await touchOne(engine, org_id)
  await take('all metrics, initiatives, scores and events of two years, the first time', () => stepwise(store, catalog, tell))
  await lookAgain(store, org_id)
  const tomorrow = { ...store, now: () => BENCH_NOW + DAY_US }
  await take('the same of a new day, every asset looked at again, half a percent of the findings closed', () =>
    stepwise(tomorrow, catalog, tell),
  )
  const app = buildApp({ store: tomorrow, catalog, version: 'bench' })
  try {
    const today = await dayOf(engine, org_id, tomorrow.now())
    const ask = async (path: string) => {
      const { statusCode, body } = await app.inject({ url: path, headers: { host: 'localhost' } })
      if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${body.slice(0, 200)}`)
    }
    const path = `/api/v1/explain?score=exposure&from=${dayText(today - 370)}&to=${dayText(today - 5)}`
    await take('explanation of two days a year apart, cold', () => ask(path))
    await take('its first page again', () => ask(path))
  } finally {
    await app.close()
  }
  return tasks
}

/** Computes; tells each step. */
async function stepwise(store: Store, catalog: ReturnType<typeof loadCatalog>, tell: (task: Task) => void): Promise<void> {
  let title = 'what was touched'
  let began = performance.now()
  let used = processorTime()
  const end = (next: string) => {
    tell({ title: `… ${title}`, ms: performance.now() - began, processor_ms: processorTime() - used })
    title = next
    began = performance.now()
    used = processorTime()
  }
  await compute(store, catalog, end)
  end('')
}

/** The day after the made history: one import in which the scanner looks at all assets that it looked at last and no longer sees some findings. */
async function lookAgain(store: Store, org_id: number): Promise<void> {
  const import_no = DAYS + 1
  const at = BENCH_NOW + DAY_US / 2
  await store.engine.transaction(async (transaction) => {
    await transaction.run(
      `insert into import (import_no, org_id, kind, format, format_version, source, tool, tool_version, file_name, observed_at, recorded_at, actor, input_digest, input_bytes,
         options, counts, undoes_import_no, undone_in, previous_digest, digest)
       select ${import_no}, org_id, kind, format, format_version, source, tool, tool_version, 'again.nessus', ${at}, ${at}, actor, 'bench-again', 0, '{}', '{}', null, ${NEVER}, '', ''
       from import where import_no = ${DAYS}`,
    )
    await transaction.run(
      `insert into coverage_history (org_id, asset_id, source, subject, access, min_severity, checks, observed_at, record_id, stated_in, opened_in, retracted_in)
       select org_id, asset_id, source, subject, access, min_severity, checks, ${at}, record_id, ${import_no}, ${import_no}, ${NEVER} from coverage_history
       where org_id = $org_id and source = 'scanner' and opened_in = ${DAYS} and retracted_in = ${NEVER}`,
      { org_id },
    )
    await transaction.run(
      `update sighting_history set valid_to = ${at}, closed_in = ${import_no} where org_id = $org_id and source = 'scanner' and valid_to = ${NEVER} and retracted_in = ${NEVER} and finding_id % 200 = 3
         and asset_id in (select asset_id from coverage_history where org_id = $org_id and opened_in = ${import_no})`,
      { org_id },
    )
    await transaction.run(
      `insert into reported_asset select distinct org_id, asset_id from coverage_history where org_id = $org_id and opened_in = ${import_no}`,
      { org_id },
    )
  })
}
