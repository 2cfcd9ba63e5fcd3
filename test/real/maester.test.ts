import { describe, expect, it } from 'vitest'
import { maester } from '../../src/ingest/importers/maester/maester.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import { readJson } from '../../src/ingest/readers/json.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

/** Files whose own FailedCount is not the number of tests that say Failed. */
const countsBlocks: Record<string, number> = { 'm365-test-results-2025-04-30.json.gz': 1 }

describe.skipIf(!data)(`maester on real reports (${data ? data.root : withoutRealData})`, () => {
  const files = data?.files('reports/maester') ?? []

  it.each(files)('$path', async ({ path, file }) => {
    const opened = await openFile(file)
    expect(maester.detect(opened.head)).toBe(true)
    const records: FileRecord[] = []
    for await (const record of maester.parse(opened.source, {})) records.push(record)
    const stated = new Map<string, unknown>()
    for await (const { path: name, value } of readJson((await openFile(file)).source.bytes(), [
      '$.FailedCount',
      '$.PassedCount',
      '$.TenantId',
    ])) {
      stated.set(name.slice(2), value)
    }
    const count = (status: string) => records.filter((one) => one.kind === 'control_result' && one.status === status).length
    expect(count('fail') + (countsBlocks[path.split('/').at(-1)!] ?? 0)).toBe(stated.get('FailedCount'))
    expect(count('pass')).toBe(stated.get('PassedCount'))
    expect(records.filter((one) => one.kind === 'skipped')).toEqual([])
    const report = records[0] as Extract<FileRecord, { kind: 'report' }>
    expect(report.observed_at).not.toBeNull()
    expect(report.tenant_id).toBe(path.includes('/AD-') ? undefined : stated.get('TenantId'))
    // 180 tests of the domain, 283 of the tenant (its 284th is a failed block).
    expect(records.filter((one) => one.kind === 'control_result')).toHaveLength(path.includes('/AD-') ? 180 : 283)
  })

  it('takes tests that flip from error over skipped to an answer for not run until they have one', async () => {
    const runs = files.filter(({ path }) => path.includes('/AD-')).sort((a, b) => (a.path < b.path ? -1 : 1))
    const statuses = await Promise.all(
      runs.map(async ({ file }) => {
        const records = await recordsOf(maester, file)
        return new Map(records.flatMap((one) => (one.kind === 'control_result' ? [[one.control_id, one.status] as const] : [])))
      }),
    )
    // The manifest counts 39 tests with Error in the second run, and 39 with Skipped in the third.
    const [, second, third] = statuses
    const notRun = (run: (typeof statuses)[number]) => [...run].flatMap(([id, status]) => (status === 'not_run' ? [id] : [])).sort()
    expect(notRun(second!)).toHaveLength(39)
    expect(notRun(third!)).toEqual(notRun(second!))
    const last = statuses.at(-1)!
    expect(new Set(notRun(second!).map((id) => last.get(id)))).not.toContain('not_run')
    // All runs are about the same domain, so that they are one history.
    const domains = await Promise.all(
      runs.map(async ({ file }) => (await recordsOf(maester, file)).find((one) => one.kind === 'asset')!.names),
    )
    expect(new Set(domains.map((names) => JSON.stringify(names))).size).toBe(1)
  })
})
