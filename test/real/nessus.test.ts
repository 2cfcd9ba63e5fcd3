import { describe, expect, it } from 'vitest'
import { nessus } from '../../src/ingest/importers/nessus/nessus.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, withoutRealData } from './data.ts'

const data = realData()
const isNessus = (path: string) => /\.(nessus|xml)(\.gz)?$/.test(path)

const read = async (file: string) => {
  const opened = await openFile(file)
  const records: FileRecord[] = []
  for await (const record of nessus.parse(opened.source, {})) records.push(record)
  const of = <K extends FileRecord['kind']>(kind: K) => records.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
  return { opened, records, of }
}

/**
 * Hosts, and items by severity 0–4, as the elements `ReportHost` and `ReportItem` of each file state them. Where the peers' tests
 * (`expected_findings` of the manifest) give another number, it is by the rule *joined*: they make one finding of all items of a plugin,
 * whatever the host and port; here each item counts.
 */
const stated: Record<string, { hosts: number; items: number[]; joined?: number }> = {
  'faraday__nessus_plugin_with_api.nessus.gz': { hosts: 7, items: [265, 7, 23, 0, 0] },
  'heimdall__sample.nessus.gz': { hosts: 3, items: [140, 2, 5, 1, 1] },
  'nessus__nessus_many_vuln.xml.gz': { hosts: 1, items: [7, 0, 0, 0, 0], joined: 6 },
  'nessus__nessus_v_unknown.xml.gz': { hosts: 7, items: [266, 7, 23, 0, 0], joined: 32 },
  'nessus__nessus_with_cwe-.nessus.gz': { hosts: 1, items: [0, 0, 0, 1, 0] },
  'pytenable__example.nessus.gz': { hosts: 1, items: [135, 2, 9, 77, 7] },
  'nessus_was__nessus_was_many_vuln.xml': { hosts: 1, items: [1, 3, 0, 1, 0] },
  'nessus_was__nessus_was_no_vuln.xml': { hosts: 1, items: [0, 0, 0, 0, 0] },
  'nessus_was__nessus_was_one_vuln.xml': { hosts: 1, items: [0, 0, 0, 1, 0] },
  'scan-175-export.nessus.gz': { hosts: 1, items: [133, 0, 0, 0, 0] },
  'workbench-export-all-assets.nessus.gz': { hosts: 45, items: [0, 134, 419, 1284, 124] },
  'workbenches-export-2.nessus.gz': { hosts: 1, items: [0, 5, 27, 12, 1] },
}

/** The other layouts: hosts, and items by severity, counted with jq or among the rows that hold any text. */
const other: Record<string, { hosts: number; items: number[]; covered?: number }> = {
  'issue_11102.csv': { hosts: 2, items: [0, 0, 0, 3, 0] },
  'nessus__nessus_many_vuln.csv': { hosts: 2, items: [0, 0, 4, 0, 0] },
  'nessus__nessus_many_vuln2-all.csv': { hosts: 1, items: [29, 0, 1, 0, 0], covered: 1 },
  'nessus_was__nessus_was_many_vuln.csv': { hosts: 1, items: [1, 3, 0, 1, 0] },
  'nessus_was__nessus_was_one_vuln.csv': { hosts: 1, items: [0, 0, 0, 1, 0] },
  'tenable_many_vuln.csv': { hosts: 2, items: [0, 0, 6, 3, 0] },
  'assets-export-chunk-1.json.gz': { hosts: 100, items: [0, 0, 0, 0, 0] },
  'assets-list.json': { hosts: 242, items: [0, 0, 0, 0, 0] },
  'vulns-export-chunk-1.json.gz': { hosts: 6, items: [265, 12, 11, 50, 6] },
  'workbench-assets-later.json': { hosts: 13, items: [0, 0, 0, 0, 0] },
  'workbench-assets-vulnerabilities.json': { hosts: 47, items: [0, 0, 0, 0, 0] },
  'analysis-sumip.json': { hosts: 5, items: [0, 0, 0, 0, 0] },
  'analysis-vulndetails.json': { hosts: 1, items: [5, 0, 0, 0, 0] },
  // The plugins' own totals: 14 + 2 + 24 + 2 + 10.
  'analysis-vulnipdetail.json': { hosts: 26, items: [52, 0, 0, 0, 0] },
}
const severities = ['informational', 'low', 'medium', 'high', 'critical']

describe.skipIf(!data)(`nessus on real reports (${data ? data.root : withoutRealData})`, () => {
  const layouts = data ? [...data.files('reports/tenable'), ...data.files('reports/tenable-io'), ...data.files('reports/tenable-sc')] : []
  const files = data ? [...data.files('reports/tenable'), ...data.files('reports/tenable-io')] : []

  it.each(files.filter(({ path }) => isNessus(path)))('$path', async ({ path, file, expected_findings }) => {
    const { opened, of } = await read(file)
    expect(nessus.detect(opened.head)).toBe(true)
    const expected = stated[path.split('/').at(-1)!]!
    expect(of('skipped')).toEqual([])
    expect(of('asset')).toHaveLength(expected.hosts)
    expect(severities.map((severity) => of('finding').filter((one) => one.severity === severity).length)).toEqual(expected.items)
    expect(of('finding')).toHaveLength(expected.items.reduce((sum, count) => sum + count, 0))
    const plugins = new Set(of('finding').map((one) => one.title)).size
    expect(expected_findings ?? of('finding').length).toBe(expected.joined === undefined ? of('finding').length : plugins)
    expect(expected.joined ?? plugins).toBe(plugins)
  })

  it.each(Object.entries(other))('%s', async (name, expected) => {
    const { opened, of } = await read(layouts.find(({ path }) => path.endsWith(`/${name}`))!.file)
    expect(nessus.detect(opened.head)).toBe(true)
    expect(of('skipped')).toEqual([])
    expect(new Set(of('asset').map((one) => one.asset)).size).toBe(expected.hosts)
    expect(severities.map((severity) => of('finding').filter((one) => one.severity === severity).length)).toEqual(expected.items)
    expect(of('coverage')).toHaveLength(expected.covered ?? 0)
  })

  it('knows the machines of the lab in the chunk, the lists and the state export as the same', async () => {
    const ids = async (name: string) => {
      const { of } = await read(layouts.find(({ path }) => path.endsWith(`/${name}`))!.file)
      return new Set(of('asset').flatMap((one) => one.names.filter(({ type }) => type === 'agent_id').map((id) => id.name)))
    }
    const lab = await ids('workbench-export-all-assets.nessus.gz')
    const list = await ids('assets-list.json')
    // 45 hosts, all in the list of 242 assets; five of the six of the chunk have open weaknesses, and one an agent of its own.
    expect([...lab].filter((id) => list.has(id))).toHaveLength(45)
    const chunk = await ids('vulns-export-chunk-1.json.gz')
    expect([...chunk].filter((id) => lab.has(id))).toHaveLength(5)
    expect(chunk.size).toBe(7)
  })

  it('reads a CSV of the cloud as its XML would be: one item of ten CVEs, its package, and the look of each host', async () => {
    const { of } = await read(layouts.find(({ path }) => path.endsWith('tenable_many_vuln.csv'))!.file)
    const mariadb = of('finding').find((one) => one.title === 'Amazon Linux 2 : mariadb (ALAS-2023-2057)')!
    expect(mariadb.vulnerability_ids).toHaveLength(10)
    expect(mariadb).toMatchObject({ component: { name: 'mariadb-libs', version: '5.5.68-1.amzn2' }, access: 'full', cvss: 7.5 })
    expect(of('asset').find((one) => one.asset === 'h1')!.observed_at).toBe(parseInstant('2023-06-08T01:58:56.166Z'))
  })

  it('reads the lab of 45 hosts: no time, 45 different machines, scores, updates', async () => {
    const { of } = await read(files.find(({ path }) => path.endsWith('workbench-export-all-assets.nessus.gz'))!.file)
    expect(of('report')).toMatchObject([{ observed_at: null }])
    expect(of('asset').filter((one) => one.observed_at !== undefined)).toEqual([])
    const agents = of('asset').map((one) => one.names.find(({ type }) => type === 'agent_id')?.name)
    expect(new Set(agents).size).toBe(45)
    expect(of('coverage').filter((one) => one.access === 'full' && one.min_severity === 'low')).toHaveLength(45)
    // The file's own elements: 1,811 of its 1,961 items name CVEs, 1,897 have a CVSS v2 score, some of them v3 as well.
    expect(of('finding').filter((one) => one.vulnerability_ids![0]!.startsWith('CVE-'))).toHaveLength(1811)
    expect(of('finding').filter((one) => one.cvss !== undefined).length).toBeGreaterThanOrEqual(1897)
    const curl = of('finding').find((one) => one.title === 'CentOS 7 : curl (CESA-2017:2016)')
    expect(curl).toMatchObject({
      component: { name: 'curl', version: '7.29.0-35.el7.centos' },
      fixed_version: '7.29.0-42.el7',
      access: 'full',
    })
    expect(
      of('finding')
        .filter((one) => one.title?.startsWith('Adobe Flash Player <='))
        .every((one) => one.component?.name === 'Adobe Flash Player'),
    ).toBe(true)
  })

  it('agrees with Tenable about the end of an agent scan (UTC)', async () => {
    const { of } = await read(files.find(({ path }) => path.endsWith('pytenable__example.nessus.gz'))!.file)
    expect(of('asset')[0]!.observed_at).toBe(parseInstant('2018-09-14T03:41:35Z'))
    expect(of('coverage')).toMatchObject([{ access: 'full', checks: 'policy Basic Agent Scan' }])
  })

  it('takes the zone of a scanner from its two start tags', async () => {
    // HOST_END says 15:07:52 on the scanner's clock, HOST_END_TIMESTAMP 1648044472.
    const { of } = await read(files.find(({ path }) => path.includes('nessus_with_cwe'))!.file)
    expect(of('asset')[0]!.observed_at).toBe(1_648_044_472_000_000)
  })

  it('refuses a cut file and says where', async () => {
    const broken = data!.files('reports/_broken').find(({ path }) => path.endsWith('nessus-truncated-midhost.nessus'))!
    await expect(read(broken.file)).rejects.toMatchObject({
      code: 'unreadable_report',
      message: expect.stringMatching(/line \d+ inside NessusClientData_v2/) as string,
    })
  })
})
