import { describe, expect, it } from 'vitest'
import { trivy } from '../../src/ingest/importers/trivy/trivy.ts'
import { realData, recordsOf, takes, withoutRealData } from './data.ts'

const data = realData()

/** Files of the folder in other formats, or that say nothing of themselves. */
const notOurs: Record<string, string> = {
  'golden__alpine-310.sarif.json': 'SARIF',
  'golden__fluentd-multiple-lockfiles.cdx.json.gz': 'CycloneDX',
  'golden__npm-cyclonedx.json': 'CycloneDX',
  'legacy_no_vuln.json': 'only the word null: read with --format trivy',
}

/** Rules by which fewer findings come out than items are in the report; told in the importer's readme. */
const rules: Record<string, { rule: string; fewer: number }> = {
  'all_statuses.json': { rule: 'Status not_affected is no finding but a skipped item', fewer: 1 },
}

const nameOf = (path: string) => path.split('/').at(-1)!

describe.skipIf(data === null)(`trivy on real reports (${data ? 'present' : withoutRealData})`, () => {
  const files = data?.files('reports/trivy') ?? []

  it.each(files.map((entry) => [nameOf(entry.path), entry] as const))('%s', async (name, entry) => {
    expect(await takes(trivy, entry.file)).toBe(!(name in notOurs))
    if (name in notOurs && name !== 'legacy_no_vuln.json') return
    const records = await recordsOf(trivy, entry.file)
    const findings = records.filter((record) => record.kind === 'finding').length
    const fewer = rules[name]?.fewer ?? 0
    if (entry.expected_findings !== null) expect(findings + fewer).toBe(entry.expected_findings)
    const { vulnerabilities = 0, misconfigurations = 0, secrets = 0, licenses = 0 } = entry.counts
    if ('results' in entry.counts || 'resources' in entry.counts)
      expect(findings + fewer).toBe(vulnerabilities + misconfigurations + secrets + licenses)
    expect(records.filter((record) => record.kind === 'coverage').length).toBeGreaterThan(0)
    // What was left out is a stated rule or a resource that the tool itself could not scan.
    for (const record of records) if (record.kind === 'skipped') expect(record.reason).toMatch(/is not affected|could not be scanned/)
  })

  it('refuses a report that is cut off and says where', async () => {
    const broken = data!.files('reports/_broken').find(({ path }) => path.endsWith('trivy-truncated.json'))!
    expect(await takes(trivy, broken.file)).toBe(true)
    await expect(recordsOf(trivy, broken.file)).rejects.toMatchObject({
      code: 'unreadable_report',
      message: expect.stringMatching(/byte 150001, line \d+ \(in Results\[\d\]\.Vulnerabilities\[\d+\]\): the file ends/),
    })
  })
})
