import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { nvd } from '../../src/ingest/feeds/nvd/nvd.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, takes, withoutRealData } from './data.ts'

const data = realData()
const textOf = (file: string) => {
  const raw = readFileSync(file)
  return (raw[0] === 0x1f ? gunzipSync(raw) : raw).toString()
}
const times = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0

describe.skipIf(!data)(`nvd on real files (${data ? 'present' : withoutRealData})`, () => {
  const files = data?.files('feeds/nvd').filter(({ path }) => !/\.meta$|metadata\.json$/.test(path)) ?? []

  it.each(files)('$path', async ({ path, file }) => {
    expect(await takes(nvd, file)).toBe(true)
    const records = await recordsOf(nvd, file)
    const text = textOf(file)
    const count = (kind: string) => records.filter((record) => record.kind === kind).length
    expect(count('skipped')).toBe(0)
    const old = path.includes('nvdcve-1.1')
    expect(count('description')).toBe(times(text, old ? /"CVE_data_meta"/g : /"vulnStatus"/g))
    // A record has at most one score per version, and of two sources' scores we take one.
    const scored = records.flatMap((record) => (record.kind === 'cvss' ? [`${record.vulnerability_id} ${record.version}`] : []))
    expect(new Set(scored).size).toBe(scored.length)
    if (old) {
      const rejected = records.filter((record) => record.kind === 'description' && record.state === 'rejected').length
      expect(scored.length).toBeLessThanOrEqual(times(text, /"baseMetricV[23]"/g))
      expect(scored.length).toBeGreaterThanOrEqual(times(text, /"baseMetricV[23]"/g) - 2 * rejected)
    }
    expect(records[0]).toMatchObject({ kind: 'report', source: 'nvd' })
  })

  it('reads the time that the list states', async () => {
    const read = async (name: string) => (await recordsOf(nvd, files.find(({ path }) => path.endsWith(name))!.file))[0]
    expect(await read('full-page.json')).toMatchObject({ observed_at: parseInstant('2023-10-18T18:04:18.493Z') })
    expect(await read('nvdcve-1.1-recent-2025-02-26.json.gz')).toMatchObject({ observed_at: parseInstant('2025-02-25T01:00:00Z') })
    expect(await read('results_2025_cve-2025-0282.json')).toMatchObject({ observed_at: parseInstant('2025-10-24T13:54:58.783Z') })
  })

  it('reads a known record as NVD shows it', async () => {
    const records = await recordsOf(nvd, files.find(({ path }) => path.endsWith('results_2025_cve-2025-0282.json'))!.file)
    expect(records.find((record) => record.kind === 'cvss')).toMatchObject({ cvss: 9, version: '3.1' })
    expect(records.flatMap((record) => (record.kind === 'exploit' ? [[record.stage, record.since]] : []))).toEqual([
      ['public', undefined],
      ['known_exploited', parseInstant('2025-01-08')],
    ])
  })
})
