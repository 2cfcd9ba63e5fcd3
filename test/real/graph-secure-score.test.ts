import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { graphSecureScore } from '../../src/ingest/importers/graph-secure-score/graph-secure-score.ts'
import { openBytes, openFile } from '../../src/ingest/readers/file.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const tenant = '12345678-1234-1234-1234-1234567890abcd'

const read = async (file: string) => {
  const opened = await openFile(file)
  const records: FileRecord[] = []
  for await (const record of graphSecureScore.parse(opened.source, {})) records.push(record)
  const of = <K extends FileRecord['kind']>(kind: K) => records.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
  return { opened, of }
}
const fileOf = (path: string) => data!.files('reports').find((one) => one.path === path)!.file

describe.skipIf(!data)(`graph-secure-score on real reports (${data ? data.root : withoutRealData})`, () => {
  it('reads a snapshot with its 68 control scores', async () => {
    const { opened, of } = await read(fileOf('reports/ms-secure-score/secureScore.json'))
    expect(graphSecureScore.detect(opened.head)).toBe(true)
    expect(of('report')).toMatchObject([{ observed_at: parseInstant('2024-01-01T00:00:00Z'), tenant_id: tenant }])
    expect(of('control_result')).toHaveLength(68)
    expect(of('skipped')).toEqual([])
    expect(of('score_total')).toMatchObject([{ points: 128, max_points: 274 }])
    // The controls' points are the whole of the total.
    expect(of('control_result').reduce((sum, one) => sum + (one.points ?? 0), 0)).toBeCloseTo(128, 6)
    expect(of('score_total')[0]!.comparisons).toContainEqual({
      basis: 'TotalSeats',
      category: 'Total',
      value: 48.98,
      audience: { seats_from: 1, seats_to: 100 },
    })
  })

  it('reads a page of 200 profiles whose ids are those of the scores', async () => {
    const { opened, of } = await read(fileOf('reports/ms-secure-score/profiles.json.gz'))
    expect(graphSecureScore.detect(opened.head)).toBe(true)
    expect(of('control')).toHaveLength(200)
    expect(of('report')).toMatchObject([{ observed_at: null, tenant_id: tenant }])
    expect(of('skipped')).toEqual([])
    const described = new Map(of('control').map((one) => [one.control_id, one.max_points]))
    const scores = await read(fileOf('reports/ms-secure-score/secureScore.json'))
    let missing = 0
    for (const result of scores.of('control_result')) {
      const possible = described.get(result.control_id)
      if (possible === undefined) {
        missing++
        continue
      }
      expect(result.points!).toBeLessThanOrEqual(possible!)
      expect(result.max_points ?? possible).toBe(possible)
    }
    // The export holds the first of several pages: 27 controls of the snapshot are described on a later one.
    expect(missing).toBe(27)
  })

  it('reads half a page for what it is', async () => {
    const { of } = await read(fileOf('reports/_broken/secure-score-profiles-half-page.json'))
    expect(of('control')).toHaveLength(100)
  })

  it("reads the same from a snapshot as PowerShell's ConvertTo-Json would spell it", async () => {
    const [snapshot] = (JSON.parse(readFileSync(fileOf('reports/ms-secure-score/secureScore.json'), 'utf8')) as { value: Json[] }).value
    const spelled = pascal(
      snapshot!,
      (name) =>
        !/^(?:on|count|total|lastSynced|implementationStatus|scoreInPercentage|\w+ScoreMax|(?:apps|data|device|identity|infrastructure)Score|SeatSize\w+)$/.test(
          name,
        ),
    )
    const { source, head } = await openBytes('scores.json', Buffer.from(JSON.stringify([spelled], null, 2)))
    expect(head.text).toContain('"AdditionalProperties"')
    expect(graphSecureScore.detect(head)).toBe(true)
    const records: FileRecord[] = []
    for await (const record of graphSecureScore.parse(source, {})) records.push(record)
    expect(records).toEqual(await recordsOf(graphSecureScore, fileOf('reports/ms-secure-score/secureScore.json')))
  })
})

type Json = { [name: string]: unknown }

/** Names in PascalCase; those that are no property of PowerShell's type below `AdditionalProperties`, as they are. */
function pascal(value: unknown, isProperty: (name: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((one) => pascal(one, isProperty))
  if (typeof value !== 'object' || value === null) return value
  const spelled: Json = {}
  const others: Json = {}
  for (const [name, inner] of Object.entries(value)) {
    if (isProperty(name)) spelled[name[0]!.toUpperCase() + name.slice(1)] = pascal(inner, isProperty)
    else others[name] = inner
  }
  return { ...spelled, AdditionalProperties: others }
}
