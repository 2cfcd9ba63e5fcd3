import { describe, expect, it } from 'vitest'
import { qualys } from '../../src/ingest/importers/qualys/qualys.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { realData, withoutRealData } from './data.ts'

const data = realData()
/** The web application scanner and the CSV exports are formats of their own. */
const isVm = (path: string) => /\/(qualys__|qualys_infrascan_webgui__)/.test(path)

/**
 * Hosts, and items of each kind, as the files state them: `VULN_INFO` by TYPE, or `VULN`, `PRACTICE`, `INFO` + `SERVICE`. The peers' tests
 * (`expected_findings` of the manifest) count `VULN` alone; potential weaknesses (PRACTICE) and gathered information count here, too.
 */
const stated: Record<string, { hosts: number; confirmed: number; potential: number; informational: number }> = {
  'qualys__Qualys_Sample_Report.xml.gz': { hosts: 7, confirmed: 90, potential: 2, informational: 209 },
  'qualys__empty.xml': { hosts: 0, confirmed: 0, potential: 0, informational: 0 },
  'qualys_infrascan_webgui__qualys_infrascan_webgui_0.xml': { hosts: 1, confirmed: 0, potential: 0, informational: 0 },
  'qualys_infrascan_webgui__qualys_infrascan_webgui_3.xml': { hosts: 1, confirmed: 1, potential: 0, informational: 0 },
  'qualys_infrascan_webgui__qualys_infrascan_webgui_multiple.xml': { hosts: 2, confirmed: 6, potential: 2, informational: 16 },
}

/** Hosts or applications, items, those skipped, what is covered, and items listed as fixed, of the other layouts; counted by grep. */
const lists: Record<string, [number, number, number, number, number]> = {
  'qualys_hacker_guardian__one_finding.csv': [1, 2, 0, 0, 0],
  'qualys_hacker_guardian__zero_finding.csv': [0, 0, 0, 0, 0],
  'qualys_vmdr__many_vulns_cve.csv': [5, 4, 0, 0, 1],
  'qualys_vmdr__many_vulns_qid.csv': [5, 4, 0, 0, 1],
  'qualys_vmdr__one_vuln_cve.csv': [1, 1, 0, 0, 0],
  'qualys_vmdr__one_vuln_no_metadata_cve.csv': [1, 1, 0, 0, 0],
  'qualys_vmdr__one_vuln_qid.csv': [1, 1, 0, 0, 0],
  'qualys_webapp__discussion_10239.xml': [1, 1, 0, 1, 0],
  'qualys_webapp__qualys_webapp_many_vuln.xml': [1, 22, 0, 1, 0],
  'qualys_webapp__qualys_webapp_no_vuln.xml': [1, 17, 0, 1, 0],
  'qualys_webapp__qualys_webapp_one_vuln.xml': [1, 14, 0, 1, 0],
}

describe.skipIf(!data)(`qualys on real reports (${data ? data.root : withoutRealData})`, () => {
  const files = data?.files('reports/qualys') ?? []

  it.each(files.filter(({ path }) => isVm(path)))('$path', async ({ path, file, expected_findings }) => {
    const opened = await openFile(file)
    expect(qualys.detect(opened.head)).toBe(true)
    const records: FileRecord[] = []
    for await (const record of qualys.parse(opened.source, {})) records.push(record)
    const expected = stated[path.split('/').at(-1)!]!
    const findings = records.filter((one) => one.kind === 'finding')
    expect(records.filter((one) => one.kind === 'skipped')).toEqual([])
    expect(records.filter((one) => one.kind === 'asset')).toHaveLength(expected.hosts)
    expect(records.filter((one) => one.kind === 'coverage')).toHaveLength(expected.hosts)
    expect(findings.filter((one) => one.severity === 'informational').length).toBeGreaterThanOrEqual(expected.informational)
    expect(findings).toHaveLength(expected.confirmed + expected.potential + expected.informational)
    expect(expected.confirmed).toBe(expected_findings ?? expected.confirmed)
  })

  it('finds the three hosts on which a Windows login worked', async () => {
    const opened = await openFile(files.find(({ path }) => path.includes('Sample_Report'))!.file)
    const full = new Set<string>()
    for await (const record of qualys.parse(opened.source, {}))
      if (record.kind === 'coverage' && record.access === 'full') full.add(record.asset)
    expect(full.size).toBe(3)
  })

  it.each(Object.entries(lists))('%s', async (name, [hosts, findings, skipped, covered, closed]) => {
    const opened = await openFile(files.find(({ path }) => path.endsWith(`/${name}`))!.file)
    expect(qualys.detect(opened.head)).toBe(true)
    const records: FileRecord[] = []
    for await (const record of qualys.parse(opened.source, {})) records.push(record)
    const count = (kind: FileRecord['kind']) => records.filter((one) => one.kind === kind).length
    expect(new Set(records.flatMap((one) => (one.kind === 'asset' ? [one.asset] : []))).size).toBe(hosts)
    expect([count('finding'), count('skipped'), count('coverage'), count('closed')]).toEqual([findings, skipped, covered, closed])
  })

  it('closes only what the same template looked for', async () => {
    const opened = await openFile(files.find(({ path }) => path.includes('Sample_Report'))!.file)
    for await (const record of qualys.parse(opened.source, {}))
      if (record.kind === 'coverage') expect(record.checks).toBe('template All confirmed and Information Vulnerabilities 1-5')
  })

  it('looked for no gathered information where a web scan report leaves that section out', async () => {
    const least = async (name: string) => {
      const opened = await openFile(files.find(({ path }) => path.endsWith(name))!.file)
      for await (const record of qualys.parse(opened.source, {})) if (record.kind === 'coverage') return record.min_severity
      return null
    }
    // Its summary speaks of 13 gathered items, its results have none.
    expect(await least('discussion_10239.xml')).toBe('low')
    expect(await least('webapp_no_vuln.xml')).toBeUndefined()
  })
})
