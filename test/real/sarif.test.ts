import { describe, expect, it } from 'vitest'
import { sarif } from '../../src/ingest/importers/sarif/sarif.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, takes, withoutRealData } from './data.ts'

const data = realData()

/** Files in other tools' folders that are SARIF. */
const elsewhere = ['reports/govulncheck/issue_15033_sarif.json', 'reports/trivy/golden__alpine-310.sarif.json']

/**
 * Why findings differ from the results in the file or from the peers' count; each rule is told in the importer's readme. *suppressed*: accepted in
 * the tool, skipped here, counted by the peer. *pass*: a result of kind pass is no finding. *places*: the peer counts each place of a result.
 */
const rules: Record<string, { suppressed?: number; pass?: number; places?: number }> = {
  'SuppressionTestCurrent.sarif': { suppressed: 3 },
  'appendix_k.sarif': { suppressed: 1 },
  'appendix_k4.sarif': { suppressed: 1 },
  'suppression_test.sarif': { suppressed: 3 },
  'flawfinder.sarif': { pass: 1 },
  'mobsfscan.json': { places: 9 },
  'njsscan.sarif': { places: 1 },
}

const nameOf = (path: string) => path.split('/').at(-1)!

describe.skipIf(data === null)(`sarif on real reports (${data ? 'present' : withoutRealData})`, () => {
  const files = [...(data?.files('reports/sarif') ?? []), ...(data?.files('reports').filter(({ path }) => elsewhere.includes(path)) ?? [])]
  const read = async (name: string) => recordsOf(sarif, files.find(({ path }) => nameOf(path) === name)!.file)

  it.each(files.map((entry) => [nameOf(entry.path), entry] as const))('%s', async (name, entry) => {
    expect(await takes(sarif, entry.file)).toBe(true)
    const records = await recordsOf(sarif, entry.file)
    const findings = records.filter((record) => record.kind === 'finding').length
    const skipped = records.filter((record) => record.kind === 'skipped')
    const { suppressed = 0, pass = 0, places = 0 } = rules[name] ?? {}
    expect(skipped.filter(({ reason }) => reason.includes('suppressed in the tool'))).toHaveLength(suppressed)
    expect(skipped.filter(({ reason }) => reason.includes('pass here'))).toHaveLength(pass)
    // Flawfinder's file also refers to results in another one.
    expect(skipped.filter(({ reason }) => reason.includes('other files')).length).toBe(skipped.length - suppressed - pass)
    expect(records[0]).toMatchObject({ kind: 'report', source: expect.stringMatching(/^sarif:[a-z0-9-]+$/) as string })
    expect(findings + suppressed + pass).toBe(entry.counts['sarif_results'])
    expect(entry.expected_findings ?? findings + suppressed + places).toBe(findings + suppressed + places)
  })

  it('joins two runs of one tool, so that neither closes what the other lists', async () => {
    const records = await read('DefectDojo_django-DefectDojo__2020-12-11_13_42_10__export.sarif.gz')
    expect(records.filter(({ kind }) => kind === 'report')).toHaveLength(1)
    expect(records.filter(({ kind }) => kind === 'asset')).toMatchObject([{ type: 'repository', name: '', names: [] }])
  })

  it('names repository and time, and paths within the repository', async () => {
    const records = await read('bash-report-fabricated-no-internal-dupes.sarif')
    expect(records[0]).toMatchObject({ source: 'sarif:shell-script-analysis', observed_at: parseInstant('2021-03-08T15:39:40Z') })
    expect(records[1]).toMatchObject({ names: [{ type: 'repository', name: 'https://github.com/damiencarol/django-defectdojo' }] })
    expect(records.find(({ kind }) => kind === 'finding')).toMatchObject({ place: 'docker/setEnv.sh:134', severity: 'low' })
  })

  it('reads what Trivy says: image, package, versions, CVSS', async () => {
    const records = await read('golden__alpine-310.sarif.json')
    expect(records[1]).toMatchObject({
      type: 'image',
      names: [{ type: 'image', name: 'ghcr.io/aquasecurity/trivy-test-images:alpine-310' }],
    })
    expect(records.filter(({ kind }) => kind === 'finding')[0]).toMatchObject({
      vulnerability_ids: ['CVE-2019-1549'],
      cvss: 5.3,
      severity: 'medium',
      component: { name: 'libcrypto1.1', version: '1.1.1c-r0' },
      fixed_version: '1.1.1d-r0',
    })
    expect(records.filter(({ kind }) => kind === 'coverage')).toMatchObject([{ subject: 'control' }, { subject: 'vulnerability' }])
  })

  it('finds the CVE beside other ids', async () => {
    const ids = async (name: string) =>
      (await read(name)).flatMap((record) => (record.kind === 'finding' ? (record.vulnerability_ids ?? []) : []))
    expect((await ids('issue_15033_sarif.json'))[0]).toBe('CVE-2026-32282')
    expect(await ids('blackduck_nested_fingerprints.sarif')).toEqual([
      'CVE-2020-11022',
      'CVE-2021-23337',
      'CVE-2019-10744',
      'BDSA-2022-1004',
      'CVE-2023-26115',
    ])
    expect((await ids('cxf-3.4.6.sarif')).every((id) => /^(CVE-\d{4}-\d+|GHSA(-\w{4}){3})$/.test(id))).toBe(true)
  })

  it('refuses a file with NUL bytes in it and says where', async () => {
    const broken = data!.files('reports/_broken').find(({ path }) => path.endsWith('sarif-nul-bytes.sarif'))!
    expect(await takes(sarif, broken.file)).toBe(true)
    await expect(recordsOf(sarif, broken.file)).rejects.toMatchObject({
      code: 'unreadable_report',
      message: expect.stringMatching(/byte \d+, line \d+/) as string,
    })
  })
})
