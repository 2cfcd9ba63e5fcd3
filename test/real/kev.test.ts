import { describe, expect, it } from 'vitest'
import { kev } from '../../src/ingest/feeds/kev/kev.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, withoutRealData } from './data.ts'

const data = realData()

const read = async (file: string) => {
  const opened = await openFile(file)
  const records: FileRecord[] = []
  for await (const record of kev.parse(opened.source, {})) records.push(record)
  const stages = (stage: string) => records.filter((one) => one.kind === 'exploit' && one.stage === stage)
  const report = records[0] as Extract<FileRecord, { kind: 'report' }>
  return { opened, report, records, stages }
}

describe.skipIf(!data)(`kev on real catalogues (${data ? data.root : withoutRealData})`, () => {
  const files = data?.files('feeds/kev') ?? []
  const catalogues = files.filter((file) => /known_exploited_vulnerabilities-[\d-]+\.json/.test(file.path))

  it.each(catalogues)('$path', async ({ file }) => {
    const { opened, report, records, stages } = await read(file)
    expect(kev.detect(opened.head)).toBe(true)
    expect(report.complete).toBe(true)
    // The catalogue's version is the day of its release.
    expect(new Date(report.observed_at! / 1000).toISOString().slice(0, 10).replaceAll('-', '.')).toBe(report.tool_version)
    expect(records.filter((one) => one.kind === 'skipped')).toEqual([])
    for (const one of stages('known_exploited')) expect(one).toMatchObject({ since: expect.any(Number) })
    expect(stages('known_exploited').length).toBeGreaterThan(1000)
    expect(stages('ransomware').length).toBeGreaterThan(200)
  })

  it('CSV and JSON of one catalogue state the same', async () => {
    const json = await read(files.find((file) => file.path.endsWith('2025-08-25.json'))!.file)
    const csv = await read(files.find((file) => file.path.endsWith('2025-08-25.csv'))!.file)
    expect(json.stages('known_exploited')).toHaveLength(1404)
    expect(csv.records.slice(1)).toEqual(json.records.slice(1))
    expect(csv.report.observed_at).toBe(parseInstant('2025-08-25T12:00:00Z'))
  })

  it('refuses the error page that a mirror stored as the feed', async () => {
    const { file } = files.find((one) => one.path.includes('/broken/'))!
    expect(kev.detect((await openFile(file)).head)).toBe(false)
    await expect(read(file)).rejects.toMatchObject({ code: 'unreadable_report', message: expect.stringContaining('web page') })
  })
})
