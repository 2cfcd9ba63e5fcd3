import { describe, expect, it } from 'vitest'
import { checkov } from '../../src/ingest/importers/checkov/checkov.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

/** Entries of failed_checks, and parsing_errors, counted with jq. */
const expected: Record<string, [failed: number, errors: number]> = {
  'checkov-report-1-vuln.json': [1, 0],
  // The file's own summary says 2.
  'checkov-report-many-vuln.json': [3, 0],
  'checkov-report-multiple-check_type.json.gz': [13, 0],
  'checkov-report-severity.json': [4, 0],
  'checkov2-report-0-vuln.json': [0, 0],
  'heimdall__checkov_sample.json.gz': [28, 0],
  'heimdall__checkov_with_skips.json': [12, 1],
}

describe.skipIf(!data)(`Checkov on real reports (${data ? 'present' : withoutRealData})`, () => {
  it.each(data?.files('reports/checkov') ?? [])('$path', async ({ path, file }) => {
    const all = await recordsOf(checkov, file)
    const findings = all.filter((one) => one.kind === 'finding')
    const [failed, errors] = expected[path.split('/').at(-1)!]!
    expect(findings).toHaveLength(failed)
    expect(all.filter((one) => one.kind === 'skipped')).toHaveLength(errors)
    // Each finding is one of its own in the store.
    expect(new Set(findings.map((one) => `${one.control_id} ${one.component?.name}`)).size).toBe(failed)
    // No rule passes an asset that fails it.
    const failing = new Set(findings.map(({ control_id }) => control_id))
    for (const one of all) if (one.kind === 'control_result') expect(failing.has(one.control_id)).toBe(false)
  })

  it('reads severity, framework and place', async () => {
    const file = data!.files('reports/checkov').find(({ path }) => path.endsWith('severity.json'))!
    const all = await recordsOf(checkov, file.file)
    expect(all.find((one) => one.kind === 'control')).toMatchObject({
      control_id: 'checkov:CKV_GCP_29',
      severity: 'medium',
      category: 'Storage',
      frameworks: [{ framework: 'CIS GCP V1.1', requirement: '5.2' }],
    })
    expect(all.find((one) => one.kind === 'finding')).toMatchObject({
      component: { name: 'gcs.tf google_storage_bucket.terragoat_website' },
      place: 'gcs.tf:1',
    })
  })
})
