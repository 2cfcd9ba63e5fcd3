import { describe, expect, it } from 'vitest'
import { grype } from '../../src/ingest/importers/grype/grype.ts'
import { realData, recordsOf, takes, withoutRealData } from './data.ts'

const data = realData()

/** The peer's test merges these matches; we count each match of the report. */
const merged = 'the peer merges matches of one vulnerability in one component (several paths, or several distributions’ ids)'
const rules: Record<string, { rule: string; more: number }> = {
  'check_all_fields.json': { rule: merged, more: 1 },
  'same_cve_different_paths.json': { rule: merged, more: 1 },
}

/** An image layout packed as tar, named .json by mistake. */
const notOurs = 'own__anchore-fixture-image-simple.json'

const nameOf = (path: string) => path.split('/').at(-1)!

describe.skipIf(data === null)(`grype on real reports (${data ? 'present' : withoutRealData})`, () => {
  const files = data?.files('reports/grype') ?? []

  it.each(files.map((entry) => [nameOf(entry.path), entry] as const))('%s', async (name, entry) => {
    expect(await takes(grype, entry.file)).toBe(name !== notOurs)
    if (name === notOurs) {
      await expect(recordsOf(grype, entry.file)).rejects.toMatchObject({ code: 'unreadable_report' })
      return
    }
    const records = await recordsOf(grype, entry.file)
    const findings = records.filter((record) => record.kind === 'finding').length
    expect(findings).toBe(entry.counts['grype_matches'])
    if (entry.expected_findings !== null) expect(findings - (rules[name]?.more ?? 0)).toBe(entry.expected_findings)
    expect(records.filter((record) => record.kind === 'skipped')).toEqual([])
    const asset = records.find((record) => record.kind === 'asset')!
    expect(asset).toMatchObject({ type: 'image', names: [{ type: 'image' }] })
  })
})
