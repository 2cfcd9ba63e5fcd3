import { describe, expect, it } from 'vitest'
import { prowler } from '../../src/ingest/importers/prowler/prowler.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { realData, withoutRealData } from './data.ts'

const data = realData()

/** Files without any content that tells whose they are: zero bytes, and an empty array. */
const undetectable = ['aws_prowler__no_vuln.json', 'aws_prowler_v3plus__no_vuln.ocsf.json']

/** Where our count (failed results) is not the peer's, and why; see the importer's readme. */
const differences: Record<string, { ours: number; rule: string }> = {
  'aws_prowler__many_vuln2.csv': {
    ours: 42,
    rule: 'peer-counts-info-and-pass: it lists all 214 rows, equal ones merged; 42 of them say FAIL',
  },
  'prowler__example_output_gcp.csv': {
    ours: 3,
    rule: 'peer-merges-equal-checks: two firewall rules that fail the same check are one for it',
  },
  'prowler__example_output_aws.ocsf.json': { ours: 2, rule: 'manual-is-not-run: the third says MANUAL' },
}

/** Failed results of files for which the manifest states none, counted by hand. */
const unstated: Record<string, number> = {
  'aws_prowler__many_vuln_plus_one.json': 5,
  'examples__example_output_aws.ocsf.json': 2,
  'examples__example_output_azure.csv': 1,
  'examples__example_output_gcp.csv': 1,
  'examples__example_output_kubernetes.ocsf.json': 5,
}

const counts = async (file: string) => {
  const opened = await openFile(file)
  const found = { report: 0, asset: 0, control: 0, fail: 0, pass: 0, not_run: 0, skipped: 0 }
  for await (const record of prowler.parse(opened.source, {}) as AsyncIterable<FileRecord>) {
    if (record.kind === 'control_result' && record.status !== 'not_applicable') found[record.status]++
    else if (record.kind in found) found[record.kind as 'report']++
  }
  return { opened, found }
}

describe.skipIf(!data)(`prowler on real reports (${data ? data.root : withoutRealData})`, () => {
  const files = data?.files('reports/prowler') ?? []
  const base = (path: string) => path.split('/').at(-1)!

  it.each(files.filter((file) => !undetectable.includes(base(file.path))))('$path', async ({ path, file, expected_findings }) => {
    const { opened, found } = await counts(file)
    expect(prowler.detect(opened.head)).toBe(true)
    expect(found.report).toBe(1)
    expect(found.skipped).toBe(0)
    expect(found.fail).toBe(differences[base(path)]?.ours ?? expected_findings ?? unstated[base(path)])
  })

  it.each(files.filter((file) => undetectable.includes(base(file.path))))('$path cannot be told by its content', async ({ file }) => {
    expect(prowler.detect((await openFile(file)).head)).toBe(false)
  })

  it('takes no file of another tool', async () => {
    const taken: string[] = []
    for (const { path, file } of data!.files('reports')) {
      if (/^reports\/prowler(?:-app)?\//.test(path)) continue
      const opened = await openFile(file).catch(() => null)
      if (opened && prowler.detect(opened.head)) taken.push(path)
    }
    expect(taken).toEqual(['reports/_broken/prowler-header-only.csv'])
  })

  it('reads the header-only file as a run without results', async () => {
    const file = data!.files('reports/_broken').find((one) => one.path.endsWith('prowler-header-only.csv'))!
    expect((await counts(file.file)).found).toMatchObject({ report: 1, fail: 0, pass: 0, not_run: 0, skipped: 0 })
  })

  it("reads Prowler App's findings per scan, and its accounts and resources", async () => {
    const app = data!.files('reports/prowler-app')
    const read = async (name: string) => (await counts(app.find(({ path }) => path.endsWith(name))!.file)).found
    // jq: 18 FAIL and 1 PASS in each of two scans, 1 MANUAL in the second.
    expect(await read('5_dev_findings.json.gz')).toMatchObject({ report: 2, fail: 36, pass: 2, not_run: 1, skipped: 0 })
    expect(await read('2_dev_providers.json')).toMatchObject({ report: 1, asset: 9, fail: 0 })
    expect(await read('4_dev_resources.json')).toMatchObject({ report: 1, asset: 20, fail: 0, skipped: 0 })
  })
})
