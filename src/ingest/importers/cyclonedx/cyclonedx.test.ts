import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { cyclonedx } from './cyclonedx.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const made = (bom: unknown) => openBytes('x.json', Buffer.from(typeof bom === 'string' ? bom : JSON.stringify(bom)))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of cyclonedx.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const digest = `sha256:${'0a'.repeat(32)}`
const about = async (component: object) => of(await records(await made({ bomFormat: 'CycloneDX', metadata: { component } })), 'asset')[0]!

describe('cyclonedx', () => {
  // Software, findings and skipped items of each sample, as counted by eye.
  it.each([
    ['image-inventory-1.6.json', 3, 0, 1],
    ['application-with-analysis-1.4.json', 2, 4, 6],
    ['vulnerability-extension-1.0.xml', 2, 2, 0],
    ['vulnerabilities-1.5.xml', 2, 2, 0],
    ['vex-only-1.4.json', 0, 2, 1],
    ['image-sbom-names-sorted.json', 1, 0, 0],
    ['sbom-with-vulnerabilities-1.6.json', 3, 3, 3],
    ['vex-without-components-1.4.json', 0, 1, 1],
    ['vulnerabilities-1.4.xml', 2, 1, 0],
    ['vulnerability-extension-1.2.xml', 2, 2, 0],
    ['statements-1.6.json', 2, 2, 5],
    ['statements-1.5.xml', 0, 1, 0],
  ])('knows %s by its content and reads all of it', async (name, software, findings, skipped) => {
    expect(cyclonedx.detect((await sample(name)).head)).toBe(true)
    const all = await records(await sample(name))
    expect([of(all, 'software').length, of(all, 'finding').length, of(all, 'skipped').length]).toEqual([software, findings, skipped])
    expect(all[0]!.kind).toBe('report')
  })

  it.each([
    ['{"bomFormat":"Other","components":[]}'],
    ['{"report":{"bomFormat":"CycloneDX"}}'],
    ['[{"bomFormat":"CycloneDX"}]'],
    ['<bom xmlns="http://example.com/bom"/>'],
    ['<project xmlns="http://cyclonedx.org/schema/bom/1.4"/>'],
  ])('leaves %s alone', (text) => expect(cyclonedx.detect({ name: 'x', text })).toBe(false))

  it('reads the inventory of an image, nested components included', async () => {
    const all = await records(await sample('image-inventory-1.6.json'))
    expect(all[0]).toEqual({
      kind: 'report',
      source: 'cyclonedx:syft',
      tool: 'Syft',
      tool_version: '1.20.0',
      observed_at: parseInstant('2026-03-02T09:00:00Z'),
    })
    expect(of(all, 'asset').at(-1)).toMatchObject({
      type: 'image',
      name: 'ghcr.io/acme/shop:v2',
      names: [{ type: 'image', name: 'ghcr.io/acme/shop:v2' }],
      attributes: { image_digest: digest, os: 'debian 12.9', os_family: 'linux' },
    })
    expect(of(all, 'software')).toMatchObject([
      { name: 'debian', version: '12.9' },
      {
        name: 'org.example:core',
        version: '1.2.3',
        purl: 'pkg:maven/org.example/core@1.2.3',
        cpe: 'cpe:2.3:a:example:core:1.2.3:*:*:*:*:*:*:*',
        vendor: 'Example',
        place: '/app/core.jar',
      },
      { name: '@acme/inner', version: '0.1.0' },
    ])
    expect(of(all, 'skipped')).toMatchObject([{ at: 'components[4]' }])
    expect(of(all, 'coverage').map((one) => one.subject)).toEqual(['software'])
  })

  it('makes one finding of each affected component, whatever comes first in the file', async () => {
    const all = await records(await sample('application-with-analysis-1.4.json'))
    expect(all[0]).toMatchObject({ kind: 'report', source: 'cyclonedx:bill-maker', observed_at: null })
    expect(all[1]).toMatchObject({
      kind: 'asset',
      type: 'application',
      name: 'acme/shop',
      names: [{ type: 'repository', name: 'https://github.com/acme/shop' }],
    })
    expect(
      of(all, 'finding').map((one) => [
        one.vulnerability_ids,
        one.severity,
        one.cvss,
        one.component?.name,
        one.component?.version,
        one.fixed_version,
      ]),
    ).toEqual([
      [['CVE-2026-1001'], 'high', 7.5, 'left', '1.9.0', '2.0.0'],
      [['CVE-2026-1001'], 'high', 7.5, 'right', '3.0', '3.1, 4.0'],
      [['CVE-2026-1002'], 'medium', 5.3, 'org.example:far', '1.0', undefined],
      [['cyclonedx:bill-maker:9eb026b5-fde4-4ebf-979e-4dbeecfe3573'], undefined, undefined, 'left', '1.9.0', undefined],
    ])
  })

  it('leaves out what is analysed as no problem, once for each component, and says so', async () => {
    const all = of(await records(await sample('application-with-analysis-1.4.json')), 'skipped')
    expect(all.map((one) => [one.at, one.reason])).toEqual([
      ['vulnerabilities[0].affects[2]', 'GHSA-2345-6789-cfgh: old is not affected'],
      ['vulnerabilities[2].affects[0]', 'CVE-2026-1003: analysed as not affected (code_not_reachable)'],
      ['vulnerabilities[2].affects[1]', 'CVE-2026-1003: analysed as not affected (code_not_reachable)'],
      ['vulnerabilities[3]', 'CVE-2026-1004: analysed as a false positive'],
      ['vulnerabilities[4]', 'CVE-2026-1005: analysed as resolved'],
      ['vulnerabilities[6]', 'Expected a vulnerability with an id'],
    ])
  })

  it('describes a vulnerability under its CVE, by its own source', async () => {
    const all = of(await records(await sample('application-with-analysis-1.4.json')), 'vulnerability')
    expect(all[0]).toMatchObject({
      vulnerability_id: 'CVE-2026-1001',
      aliases: ['GHSA-2345-6789-cfgh'],
      cvss: 7.5,
      severity: 'high',
      cvss_vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
      description: 'An overflow.',
      url: 'https://example.com/GHSA-2345-6789-cfgh',
      published_at: parseInstant('2026-01-15T00:00:00Z'),
    })
    expect(new Set(all.map((one) => one.vulnerability_id)).size).toBe(all.length)
  })

  it('covers, in a repository, only vulnerabilities of its own component', async () => {
    const all = await records(await sample('application-with-analysis-1.4.json'))
    expect(of(all, 'coverage').map((one) => [one.subject, one.checks])).toEqual([
      ['software', undefined],
      ['vulnerability', 'component acme/shop'],
    ])
  })

  it('reads the vulnerability extension, inside of components and at the end', async () => {
    const all = await records(await sample('vulnerability-extension-1.0.xml'))
    expect(of(all, 'asset')).toMatchObject([{ type: 'image', names: [{ type: 'image', name: 'docker.io/acme/shop:v1' }] }])
    expect(
      of(all, 'finding').map((one) => [one.vulnerability_ids![0], one.severity, one.cvss, one.component?.name, one.fixed_version]),
    ).toEqual([
      ['CVE-2026-1001', 'low', undefined, 'Sample', '2.2.19'],
      ['CVE-2026-1002', 'critical', 9.8, 'other', undefined],
    ])
    expect(of(all, 'vulnerability').map((one) => one.url)).toEqual(['https://example.com/CVE-2026-1001', 'https://example.com/advisory'])
    expect(of(all, 'coverage').map((one) => [one.subject, one.checks])).toEqual([
      ['software', undefined],
      ['vulnerability', undefined],
    ])
  })

  it('reads XML since 1.4 with the tools of 1.5, and a Go module by its repository', async () => {
    const all = await records(await sample('vulnerabilities-1.5.xml'))
    expect(all[0]).toMatchObject({ source: 'cyclonedx:example-cloud', tool_version: '5' })
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'repository', name: 'https://github.com/acme/tool' }])
    expect(of(all, 'software').map((one) => one.name)).toEqual(['org.example:far', 'near'])
    expect(of(all, 'finding').map((one) => [one.vulnerability_ids![0], one.cvss, one.component?.name, one.component?.version])).toEqual([
      ['CVE-2026-1001', 7.5, 'org.example:far', '1.0'],
      ['CVE-2026-1001', 7.5, 'near', '0.5'],
    ])
  })

  it('lets a VEX document speak for VEX documents only', async () => {
    const all = await records(await sample('vex-only-1.4.json'))
    expect(of(all, 'asset')).toMatchObject([{ type: 'application', name: 'Acme Shop', names: [] }])
    expect(of(all, 'finding').map((one) => [one.vulnerability_ids![0], one.component?.name, one.component?.version])).toEqual([
      ['CVE-2026-1001', 'Acme Shop', '2.4.0'],
      ['CVE-2026-1002', 'other part', '1.1'],
    ])
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'subject', subject: 'vulnerability', checks: 'VEX' }])
  })

  it('takes the analyses of a bill that names its author for statements about its product, beside what it makes of them itself', async () => {
    const all = await records(await sample('statements-1.6.json'))
    expect(all[0]).toMatchObject({ document: { id: 'ghcr.io/acme/shop v2', author: 'Acme', version: '2' } })
    const image = 'ghcr.io/acme/shop:v2'
    expect(of(all, 'statement').map((one) => [one.vulnerability_id, one.status, one.justification, one.target])).toEqual([
      ['CVE-2026-1001', 'not_affected', 'vulnerable_code_not_in_execute_path', { image, package: 'pkg:npm/core@1.0' }],
      // A component without package URL could be any; versions apart from its own are not worked out.
      ['CVE-2026-1001', 'not_affected', 'vulnerable_code_not_in_execute_path', {}],
      ['CVE-2026-1001', 'not_affected', 'vulnerable_code_not_in_execute_path', { image }],
      ['CVE-2026-1002', 'not_affected', 'depends', { image, package: 'pkg:npm/core@1.0' }],
      ['CVE-2026-1003', 'fixed', undefined, {}],
      ['CVE-2026-1004', 'affected', undefined, { image, package: 'pkg:npm/core@1.0' }],
    ])
    expect(of(all, 'skipped').filter(({ reason }) => reason.includes('analysed as'))).toHaveLength(5)
    expect(of(all, 'finding').map((one) => one.vulnerability_ids)).toEqual([['CVE-2026-1004'], ['CVE-2026-1005']])
  })

  it('names a document without a product by its serial number, and states nothing of a component whose product it does not know', async () => {
    const all = await records(await sample('statements-1.5.xml'))
    expect(all[0]).toMatchObject({ document: { id: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79', author: 'A. Person', version: '4' } })
    expect(of(all, 'statement')).toMatchObject([{ status: 'under_investigation', target: {} }])
  })

  it('makes no statement of a bill that names no author', async () => {
    for (const name of ['vex-only-1.4.json', 'application-with-analysis-1.4.json'])
      expect(of(await records(await sample(name)), 'statement')).toEqual([])
  })

  it.each([
    [{ type: 'container', name: 'alpine', version: digest }, 'image', `docker.io/library/alpine@${digest}`],
    [{ type: 'container', name: 'localhost:5000/shop', version: '1.0' }, 'image', 'localhost:5000/shop:1.0'],
    [
      {
        type: 'container',
        name: 'build/shop.tar',
        purl: `pkg:oci/shop@${digest.replace(':', '%3A')}?repository_url=ghcr.io/acme/shop&tag=v3`,
      },
      'image',
      'ghcr.io/acme/shop:v3',
    ],
    [{ type: 'container', name: 'shop.tar', properties: [{ name: 'aquasecurity:trivy:ImageID', value: digest }] }, 'image', digest],
    [{ type: 'container', name: 'shop.tar' }, 'image', null],
    [{ type: 'library', name: 'shop', purl: 'pkg:github/Acme/shop@1' }, 'application', 'https://github.com/acme/shop'],
    [{ type: 'application', name: 'shop', externalReferences: [{ type: 'vcs', url: './here' }] }, 'application', null],
    [{ type: 'file', name: './build' }, 'application', null],
    [{ type: 'device', name: 'camera-1' }, 'device', null],
  ])('%j is the %s %s', async (component, type, name) => {
    const asset = await about(component)
    expect([asset.type, asset.names[0]?.name ?? null]).toEqual([type, name])
  })

  it('takes an empty list for an answer only from a tool that always looks', async () => {
    const covered = async (tool: string) =>
      of(
        await records(
          await made({
            bomFormat: 'CycloneDX',
            metadata: { tools: [{ name: tool }] },
            components: [{ type: 'library', name: 'a' }],
            vulnerabilities: [],
          }),
        ),
        'coverage',
      ).map((one) => one.subject)
    expect(await covered('trivy')).toEqual(['software'])
    expect(await covered('grype')).toEqual(['software', 'vulnerability'])
  })

  it('reads several bills in one file as reports of their own', async () => {
    const bill = (name: string) => JSON.stringify({ bomFormat: 'CycloneDX', components: [{ type: 'library', name }] })
    const all = await records(await made(`${bill('a')}\n${bill('b')}`))
    expect(all.map((one) => (one.kind === 'software' ? one.name : one.kind))).toEqual([
      'report',
      'asset',
      'a',
      'coverage',
      'report',
      'asset',
      'b',
      'coverage',
    ])
  })

  it('accounts for every component and vulnerability, whatever stands in it', async () => {
    const odd = fc.oneof(fc.constant(null), fc.string(), fc.integer(), fc.constant([]), fc.constant({}))
    const component = fc.record(
      { type: fc.constantFrom('library', 'framework'), name: odd, version: odd, purl: odd, supplier: odd, properties: odd },
      { requiredKeys: ['type', 'name'] },
    )
    const vulnerability = fc.record(
      {
        id: fc.oneof(fc.constantFrom('CVE-2026-1001', '__proto__'), odd),
        ratings: odd,
        analysis: fc.oneof(fc.constant({ state: '__proto__' }), odd),
        references: odd,
        source: odd,
      },
      { requiredKeys: ['id'] },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(component, odd), { maxLength: 6 }),
        fc.array(fc.oneof(vulnerability, odd), { maxLength: 6 }),
        async (components, vulnerabilities) => {
          const all = await records(await made({ bomFormat: 'CycloneDX', components, vulnerabilities }))
          expect(all.filter(({ kind }) => kind === 'software' || kind === 'finding' || kind === 'skipped')).toHaveLength(
            components.length + vulnerabilities.length,
          )
          expect(all.filter(({ kind }) => kind === 'report')).toHaveLength(1)
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each([[''], ['{"bomFormat":"CycloneDX","components":[{'], ['<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components>'], ['{}']])(
    'refuses %j',
    async (text) => {
      await expect(made(text).then(records)).rejects.toMatchObject({ code: 'unreadable_report' })
    },
  )
})
