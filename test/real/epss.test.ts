import { describe, expect, it } from 'vitest'
import { epss } from '../../src/ingest/feeds/epss/epss.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, withoutRealData } from './data.ts'

const data = realData()

const rows: Record<string, number> = {
  'epss_scores-2024-10-12.csv.gz': 261908,
  'epss_scores-2024-10-19.csv.gz': 262631,
  'epss_scores-2026-08-01.csv.gz': 354592,
  'epss_scores-2026-08-08.csv.gz': 356353,
}

const count = async (file: string) => {
  const opened = await openFile(file)
  const found = { epss: 0, skipped: 0, observed_at: null as number | null, tool_version: null as string | null }
  for await (const record of epss.parse(opened.source, {})) {
    if (record.kind === 'epss') found.epss++
    else if (record.kind === 'skipped') found.skipped++
    else if (record.kind === 'report') Object.assign(found, { observed_at: record.observed_at, tool_version: record.tool_version })
  }
  return { opened, found }
}

describe.skipIf(!data)(`epss on real lists (${data ? data.root : withoutRealData})`, () => {
  const files = data?.files('feeds/epss') ?? []
  const base = (path: string) => path.split('/').at(-1)!

  it.each(files.filter((file) => base(file.path) in rows))('$path', async ({ path, file }) => {
    const { opened, found } = await count(file)
    const day = /\d{4}-\d{2}-\d{2}/.exec(path)![0]
    expect(epss.detect(opened.head)).toBe(true)
    expect(found).toEqual({
      epss: rows[base(path)],
      skipped: 0,
      observed_at: parseInstant(`${day}T00:00:00Z`),
      tool_version: day < '2025-03-17' ? 'v2023.03.01' : 'v2025.03.14',
    })
  })

  it.each(files.filter((file) => file.path.includes('kev-epss-nvd-daily')))('$path', async ({ path, file }) => {
    const { opened, found } = await count(file)
    expect(epss.detect(opened.head)).toBe(true)
    expect(found.observed_at).toBe(parseInstant(`${/\d{4}-\d{2}-\d{2}/.exec(path)![0]}T12:00:00Z`))
    expect(found.epss).toBeGreaterThan(1100)
    // A few entries have no score yet.
    expect(found.skipped).toBeLessThan(20)
  })

  it('refuses a list whose gzip is cut off', async () => {
    const { file } = files.find((one) => one.path.includes('/broken/'))!
    await expect(count(file)).rejects.toMatchObject({ code: 'damaged_file' })
  })

  it("does not take a mirror's layout without header and date", async () => {
    expect(epss.detect((await openFile(files.find((one) => one.path.includes('emba'))!.file)).head)).toBe(false)
  })
})
