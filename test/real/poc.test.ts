import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { poc } from '../../src/ingest/feeds/poc/poc.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, takes, withoutRealData } from './data.ts'

const data = realData()
const lines = (file: string) =>
  gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe.skipIf(!data)(`poc on real files (${data ? 'present' : withoutRealData})`, () => {
  const files = data?.files('feeds/poc') ?? []

  it.each(files)('$path is taken', async ({ file }) => {
    expect(await takes(poc, file)).toBe(true)
    expect((await recordsOf(poc, file)).some(({ kind }) => kind === 'exploit')).toBe(true)
  })

  it('states every CVE of the list or says that none of its links is an exploit', async () => {
    const { file } = files.find(({ path }) => path.includes('trickest-for-report'))!
    const records = await recordsOf(poc, file)
    const stated = new Set(records.flatMap((record) => (record.kind === 'exploit' ? [record.vulnerability_id] : [])))
    expect(stated.size + records.filter(({ kind }) => kind === 'skipped').length).toBe(lines(file).length)
    // Independent of the importer's way: CVEs with a page of Exploit-DB.
    const pages = lines(file).filter(({ poc_links }) =>
      (poc_links as string[]).some((link) => link.includes('://www.exploit-db.com/exploits/')),
    )
    expect(pages.filter(({ cve }) => !stated.has(cve as string))).toEqual([])
    expect(pages.length).toBeGreaterThan(100)
  })

  it('dates a link by the day on which it appeared', async () => {
    const { file } = files.find(({ path }) => path.includes('2024-10-10_2024-10-22'))!
    const days = new Set(lines(file).map(({ date }) => parseInstant(date as string)))
    for (const record of await recordsOf(poc, file)) if (record.kind === 'exploit') expect(days).toContain(record.since)
  })
})
