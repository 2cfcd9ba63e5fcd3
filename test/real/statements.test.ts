import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { csaf } from '../../src/ingest/importers/csaf/csaf.ts'
import { openvex } from '../../src/ingest/importers/openvex/openvex.ts'
import type { StatementRecord } from '../../src/model/record.ts'
import { parseInstant } from '../../src/model/time.ts'
import { type ManifestEntry, realData, recordsOf, takes, withoutRealData } from './data.ts'

const data = realData()

/** By status, how often products stand with a vulnerability; counted without the importers. */
function statedIn(text: string): Record<string, number> {
  const document = JSON.parse(text) as {
    statements?: { status: string; products: unknown[] }[]
    vulnerabilities?: { product_status?: Record<string, string[]> }[]
  }
  const counts: Record<string, number> = {}
  const add = (status: string, more: number) => (counts[status] = (counts[status] ?? 0) + more)
  for (const { status, products } of document.statements ?? []) add(status, products.length)
  for (const { product_status } of document.vulnerabilities ?? [])
    for (const [list, products] of Object.entries(product_status ?? {})) add(list.replace('known_', ''), products.length)
  return counts
}

describe.skipIf(data === null)(`statements on real documents (${data ? 'present' : withoutRealData})`, () => {
  const files = data ? [...data.files('reports/openvex'), ...data.files('reports/csaf')] : []
  const statementsOf = async (entry: ManifestEntry): Promise<StatementRecord[]> => {
    const importer = (await takes(openvex, entry.file)) ? openvex : csaf
    return (await recordsOf(importer, entry.file)).filter((record) => record.kind === 'statement')
  }

  it.each(files.map((entry) => [entry.path, entry] as const))('%s: as many statements as products with a status', async (_, entry) => {
    const raw = readFileSync(entry.file)
    const counts: Record<string, number> = {}
    for (const { status } of await statementsOf(entry)) counts[status] = (counts[status] ?? 0) + 1
    expect(counts).toEqual(statedIn((raw[0] === 0x1f ? gunzipSync(raw) : raw).toString()))
    expect((await takes(openvex, entry.file)) !== (await takes(csaf, entry.file))).toBe(true)
  })

  it.each([
    ['reports/csaf/redhat__rhsa-2024_9371.json', 'Red Hat Product Security', 'RHSA-2024:9371', '3', '2026-03-18T02:40:17+00:00'],
    [
      'reports/csaf/ubuntu__CVE-2023-38545.vex.json',
      'Canonical Ltd.',
      'https://github.com/canonical/ubuntu-security-notices/blob/main/vex/cve/2023/CVE-2023-38545',
      '5',
      '2026-05-20T15:02:47.589121Z',
    ],
    [
      'reports/openvex/openvex_one_vuln.json',
      'Example Org',
      'https://openvex.dev/docs/public/vex-1111111111111111111111111111111111',
      '1',
      '2026-07-29T00:00:00Z',
    ],
  ])('%s names its author, id and time', async (path, author, id, version, at) => {
    const entry = files.find((each) => each.path === path)!
    const [report] = await recordsOf((await takes(openvex, entry.file)) ? openvex : csaf, entry.file)
    expect(report).toMatchObject({ kind: 'report', observed_at: parseInstant(at), document: { author, id, version } })
  })

  it("finds Red Hat's and Ubuntu's packages by name, version and architecture", async () => {
    const of = async (path: string) => statementsOf(files.find((each) => each.path === path)!)
    for (const path of [
      'reports/csaf/redhat__rhsa-2023_3821.json.gz',
      'reports/csaf/redhat__rhsa-2024_9371.json',
      'reports/csaf/ubuntu__CVE-2023-38545.vex.json',
    ])
      for (const { target } of await of(path)) expect(target.package).toMatch(/^pkg:(?:rpm\/redhat|deb\/ubuntu)\/[^@]+@[^@?]+\?arch=\w+$/)
    expect((await of('reports/csaf/ubuntu__CVE-2023-38545.vex.json'))[1]).toMatchObject({
      vulnerability_id: 'CVE-2023-38545',
      status: 'fixed',
      target: { package: 'pkg:deb/ubuntu/curl@7.81.0-1ubuntu1.24?arch=amd64' },
    })
  })
})
