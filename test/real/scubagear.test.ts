import { describe, expect, it } from 'vitest'
import { scubagear } from '../../src/ingest/importers/scubagear/scubagear.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import { readJson } from '../../src/ingest/readers/json.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, withoutRealData } from './data.ts'

const data = realData()

const read = async (file: string) => {
  const opened = await openFile(file)
  const records: FileRecord[] = []
  for await (const record of scubagear.parse(opened.source, {})) records.push(record)
  const of = <K extends FileRecord['kind']>(kind: K) => records.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
  const count = (status: string) => of('control_result').filter((one) => one.status === status).length
  return { opened, of, count }
}

/** Results of each file as its own `Summary`, `Result` cells or `RequirementMet` values state them: [fail, pass, not run]. */
const stated: Record<string, [number, number, number]> = {
  '2024-10-25__ScubaResults.json.gz': [27, 55, 48],
  '2025-02-12__ScubaResults_550fbc57-f602-4b40.json.gz': [27, 53, 49],
  '2025-07-08__ScubaResults_0d275954-350e-4a22.json.gz': [21, 58, 47],
  '2025-10-09__ScubaResults_dfd70a15-3042-4bc9.json.gz': [20, 59, 46],
  '2026-05-05__ScubaResults_fa5589b7-d528-4f80.json.gz': [26, 57, 9],
  '2025-02-12__ScubaResults.csv': [27, 53, 49],
  '2025-07-08__ScubaResults.csv': [21, 58, 47],
  '2025-10-09__ScubaResults.csv': [20, 59, 46],
  '2026-05-05__ScubaResults.csv': [26, 57, 9],
  // One policy more than in the reports: MS.POWERPLATFORM.2.3v1 is evaluated and not printed.
  '2024-10-25__TestResults.json': [27, 56, 48],
  '2025-02-12__TestResults.json': [27, 54, 49],
  '2025-07-08__TestResults.json': [21, 59, 47],
  '2025-10-09__TestResults.json': [20, 60, 46],
  '2026-05-05__TestResults.json': [27, 57, 9],
  '2025-02-12__ActionPlan.csv': [18, 0, 0],
  '2025-07-08__ActionPlan.csv': [13, 0, 0],
  '2025-10-09__ActionPlan.csv': [12, 0, 0],
  '2026-05-05__ActionPlan.csv': [14, 0, 0],
  '2026-05-05__AADReport.json': [15, 12, 3],
  '2026-05-05__DefenderReport.json': [5, 10, 4],
  '2026-05-05__EXOReport.json': [1, 11, 0],
  '2026-05-05__PowerPlatformReport.json': [2, 5, 2],
  '2026-05-05__SharePointReport.json': [0, 8, 0],
  '2026-05-05__TeamsReport.json': [3, 11, 0],
}

describe.skipIf(!data)(`scubagear on real reports (${data ? data.root : withoutRealData})`, () => {
  const files = data?.files('reports/scubagear') ?? []

  it.each(files)('$path', async ({ path, file }) => {
    const name = path.split('/').at(-1)!
    const { opened, of, count } = await read(file)
    expect(scubagear.detect(opened.head)).toBe(true)
    expect(of('skipped')).toEqual([])
    expect(of('report')).toHaveLength(1)
    expect([count('fail'), count('pass'), count('not_run')]).toEqual(stated[name])
    // An action plan lists failures, so it covers nothing.
    expect(of('coverage')).toHaveLength(name.includes('ActionPlan') ? 0 : 1)
  })

  it.each(files.filter((file) => file.format.includes('merged')))('$path agrees with its own summary', async ({ file }) => {
    const { of, count } = await read(file)
    const sums = new Map<string, number>()
    for await (const { at, value } of readJson((await openFile(file)).source.bytes(), ['$.Summary.*.*'])) {
      const word = at.split('.').at(-1)!
      if (typeof value === 'number') sums.set(word, (sums.get(word) ?? 0) + value)
    }
    expect(count('fail')).toBe((sums.get('Failures') ?? 0) + (sums.get('Warnings') ?? 0))
    expect(count('pass')).toBe(sums.get('Passes'))
    expect(count('not_run')).toBe((sums.get('Manual') ?? 0) + (sums.get('Omits') ?? 0) + (sums.get('Errors') ?? 0))
    // Every identity of the report's own list of roles, with as many roles.
    const listed = new Map<string, number>()
    for await (const { value } of readJson((await openFile(file)).source.bytes(), [
      '$.Raw.privileged_users',
      '$.Raw.privileged_service_principals',
    ]))
      for (const [id, { roles }] of Object.entries(value as Record<string, { roles: string[] }>))
        listed.set(id.toLowerCase(), new Set(roles).size)
    const identities = of('asset').filter(({ type }) => type === 'identity')
    expect(new Map(identities.map(({ asset, attributes }) => [asset, attributes!.roles!.split('; ').length]))).toEqual(listed)
    expect(identities.length).toBeGreaterThanOrEqual(3)
    expect(of('report')[0]).toMatchObject({ tenant_id: 'ca08493a-c9c8-4db0-a9e8-d3b4bafac269', observed_at: expect.any(Number) })
  })

  it('the product reports of a run together say what its merged report says', async () => {
    const merged = await read(files.find((file) => file.path.includes('2026-05-05__ScubaResults_'))!.file)
    const parts = await Promise.all(
      files.filter((file) => /2026-05-05__[A-Za-z]+Report\.json$/.test(file.path)).map((file) => read(file.file)),
    )
    const told = (results: { control_id: string; status: string }[]) => results.map((one) => `${one.control_id} ${one.status}`).sort()
    expect(parts).toHaveLength(6)
    expect(told(parts.flatMap((part) => part.of('control_result')))).toEqual(told(merged.of('control_result')))
    expect(new Set(parts.map((part) => part.of('report')[0]!.observed_at))).toEqual(new Set([parseInstant('2026-05-04T17:15:48Z')]))
  })
})
