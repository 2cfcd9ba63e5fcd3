import { describe, expect, it } from 'vitest'
import { xccdf } from '../../src/ingest/importers/xccdf/xccdf.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { formatInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const files = ['openscap', 'scc-xccdf'].flatMap((folder) => data?.files(`reports/${folder}`) ?? [])
const read = (name: string) => recordsOf(xccdf, files.find(({ path }) => path.endsWith(name))!.file)
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

/** `<result>` elements of each word, counted with grep; not those that say notselected. */
const words: Record<string, { pass: number; fail: number; not_run: number }> = {
  'heimdall__xccdf-results-openscap-rhel8.xml.gz': { pass: 61, fail: 166, not_run: 21 },
  'insights__xccdf_report.xml.gz': { pass: 14, fail: 41, not_run: 19 },
  'heimdall__xccdf-results-scc-rhel7.xml.gz': { pass: 172, fail: 6, not_run: 0 },
  'heimdall__xccdf-results-scc-rhel8.xml.gz': { pass: 73, fail: 175, not_run: 0 },
  'own__rds_index_arf.xml.gz': { pass: 0, fail: 0, not_run: 0 },
  'ios-sample-v1.1.3.xccdf.xml': { pass: 1, fail: 1, not_run: 0 },
}

describe.skipIf(!data)(`XCCDF on real reports (${data ? 'present' : withoutRealData})`, () => {
  it.each(Object.entries(words))('%s: each result of each word', async (name, expected) => {
    const all = await read(name)
    const results = of(all, 'control_result')
    const count = (status: string) => results.filter((one) => one.status === status).length
    expect({ pass: count('pass'), fail: count('fail'), not_run: count('not_run') }).toEqual(expected)
    expect(of(all, 'skipped')).toEqual([])
    // Each control that has a result is described by the benchmark in the file.
    const described = new Map(of(all, 'control').map((one) => [one.control_id, one]))
    for (const { control_id } of results) expect(described.get(control_id)?.partial).toBeUndefined()
  })

  it('names hosts, tools and times', async () => {
    const seen: unknown[] = []
    for (const { path, file } of files) {
      const all = await recordsOf(xccdf, file)
      const [report] = of(all, 'report')
      const [asset] = of(all, 'asset')
      seen.push([path.split('/').at(-1), report!.source, report!.tool_version, formatInstant(report!.observed_at), asset!.names[0]?.name])
    }
    expect(seen).toEqual([
      ['heimdall__xccdf-results-openscap-rhel8.xml.gz', 'openscap', '1.3.5', '2021-11-12T16:37:31Z', '10.0.2.15'],
      ['insights__xccdf_report.xml.gz', 'openscap', '1.2.17', '2018-09-20T10:55:50Z', 'mystringone'],
      ['ios-sample-v1.1.3.xccdf.xml', 'xccdf', null, '2004-09-25T17:45:02Z', 'lower.test.net'],
      ['many_vuln_rhsa.xml.gz', 'openscap', '1.2.17', '2019-03-04T07:43:39Z', 'sample.system'],
      ['no_vuln_rhsa.xml', 'openscap', '1.2.17', '2019-03-04T07:43:39Z', 'sample.system'],
      ['own__rds_index_arf.xml.gz', 'xccdf', null, '2012-07-17T15:50:44Z', 'some.target.somewhere.org'],
      ['heimdall__xccdf-results-scc-rhel7.xml.gz', 'scc', '5.4', '2021-04-29T14:24:10Z', 'lockdown'],
      ['heimdall__xccdf-results-scc-rhel8.xml.gz', 'scc', '5.4.2', '2021-12-17T10:30:58Z', '192.168.158.30'],
    ])
  })

  it('gives one rule of a STIG one id, whichever tool ran it', async () => {
    const ids = async (name: string) => new Set(of(await read(name), 'control').map(({ control_id }) => control_id))
    const openscap = await ids('heimdall__xccdf-results-openscap-rhel8.xml.gz')
    const scc = await ids('heimdall__xccdf-results-scc-rhel8.xml.gz')
    expect([...openscap].filter((id) => scc.has(id)).length).toBeGreaterThan(200)
  })

  it('reads missing updates as vulnerabilities with their update', async () => {
    const all = await read('many_vuln_rhsa.xml.gz')
    const findings = of(all, 'finding')
    expect(findings).toHaveLength(31)
    expect(new Set(findings.flatMap(({ vulnerability_ids }) => vulnerability_ids!.filter((id) => id.startsWith('CVE-')))).size).toBe(128)
    expect(findings.filter(({ vulnerability_ids }) => vulnerability_ids!.some((id) => id.startsWith('RHSA-')))).toHaveLength(1)
    expect(findings.every(({ component, fixed_version }) => component && /^RHSA-\d{4}:\d{4}$/.test(fixed_version!))).toBe(true)
    expect(of(all, 'control_result')).toEqual([])
  })
})
