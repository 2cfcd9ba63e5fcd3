import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { spdx } from './spdx.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const made = (bom: unknown) => openBytes('x.json', Buffer.from(typeof bom === 'string' ? bom : JSON.stringify(bom)))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of spdx.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const digest = `sha256:${'0a'.repeat(32)}`
const document = {
  spdxVersion: 'SPDX-2.3',
  SPDXID: 'SPDXRef-DOCUMENT',
  creationInfo: { created: '2026-03-02T09:00:00Z', creators: ['Tool: maker'] },
}

describe('spdx', () => {
  // Software, findings and skipped items of each sample, as counted by eye.
  it.each([
    ['image-2.3.json', 3, 2, 1, 'spdx:syft', '1.20.0'],
    ['tool-2.2.json', 1, 0, 0, 'spdx:microsoft-sbomtool', '1.1.1'],
    ['source-2.2.spdx', 1, 1, 0, 'spdx:example-com-maker', null],
    ['graph-3.0.json', 2, 0, 1, 'spdx:maker', '2.0'],
  ])('knows %s by its content and reads all of it', async (name, software, findings, skipped, source, tool_version) => {
    expect(spdx.detect((await sample(name)).head)).toBe(true)
    const all = await records(await sample(name))
    expect(all[0]).toMatchObject({ kind: 'report', source, tool_version, observed_at: parseInstant('2026-03-02T09:00:00Z') })
    expect([of(all, 'software').length, of(all, 'finding').length, of(all, 'skipped').length]).toEqual([software, findings, skipped])
  })

  it.each([
    ['{"spdxVersion":"SPDX-3"}'],
    ['{"packages":[{"name":"x","version":"1"}]}'],
    ['[{"spdxVersion":"SPDX-2.3"}]'],
    ['x\nSPDXVersion: SPDX-2.2'],
    ['{"@context":"https://openvex.dev/ns"}'],
  ])('leaves %s alone', (text) => expect(spdx.detect({ name: 'x', text })).toBe(false))

  it('reads an image with its digest and system, and each package with what identifies it', async () => {
    const all = await records(await sample('image-2.3.json'))
    expect(of(all, 'asset')).toEqual([
      {
        kind: 'asset',
        asset: 'subject',
        type: 'image',
        name: 'ghcr.io/acme/shop:v2',
        names: [{ type: 'image', name: 'ghcr.io/acme/shop:v2' }],
        attributes: { image_digest: digest, os: 'debian 12.9', os_family: 'linux' },
      },
    ])
    expect(of(all, 'software')).toMatchObject([
      {
        name: 'core',
        version: '1.2-3',
        purl: 'pkg:deb/debian/core@1.2-3?arch=amd64',
        cpe: 'cpe:2.3:a:example:core:1.2-3:*:*:*:*:*:*:*',
        vendor: 'Debian',
        place: '/var/lib/dpkg/status',
      },
      { name: 'org.example:far', version: '2.0', vendor: undefined, place: 'maven' },
      { name: 'debian', version: '12.9' },
    ])
  })

  it('makes a finding of each advisory, and not of fixes', async () => {
    const all = await records(await sample('image-2.3.json'))
    expect(of(all, 'finding').map((one) => [one.vulnerability_ids, one.component?.name, one.component?.version])).toEqual([
      [['CVE-2026-1001'], 'core', '1.2-3'],
      [['spdx:syft:https://example.com/advisories/17'], 'org.example:far', '2.0'],
    ])
    expect(of(await records(await sample('source-2.2.spdx')), 'finding').map((one) => one.vulnerability_ids)).toEqual([
      ['GHSA-2345-6789-cfgh'],
    ])
  })

  it('covers software, and vulnerabilities only where it names advisories and only those', async () => {
    const covered = async (name: string) => of(await records(await sample(name)), 'coverage').map((one) => [one.subject, one.checks])
    expect(await covered('image-2.3.json')).toEqual([
      ['software', undefined],
      ['vulnerability', 'advisories'],
    ])
    expect(await covered('tool-2.2.json')).toEqual([['software', undefined]])
  })

  it.each([
    ['tool-2.2.json', 'https://github.com/acme/tool'],
    ['source-2.2.spdx', 'https://gitlab.com/acme/shop'],
    ['graph-3.0.json', 'https://github.com/acme/shop'],
  ])('%s is about the repository %s', async (name, repository) => {
    expect(of(await records(await sample(name)), 'asset')[0]).toMatchObject({
      type: 'application',
      names: [{ type: 'repository', name: repository }],
    })
  })

  it.each([
    [
      'bom',
      {
        name: digest,
        externalRefs: [
          {
            referenceCategory: 'PACKAGE-MANAGER',
            referenceType: 'purl',
            referenceLocator: `pkg:oci/init@${digest}?repository_url=index.docker.io%2Fairbyte`,
          },
        ],
      },
      {},
    ],
    [
      'trivy',
      { SPDXID: 'SPDXRef-ContainerImage-1', name: `airbyte/init@${digest}`, attributionTexts: [`RepoDigest: airbyte/init@${digest}`] },
      {},
    ],
    ['tern-2.11.0', { SPDXID: `SPDXRef-airbyte-init-${'0a'.repeat(32)}`, name: 'airbyte/init' }, {}],
    [
      'syft-0.64.0',
      { name: 'x' },
      {
        name: `airbyte/init@${digest}`,
        documentNamespace: 'https://anchore.com/syft/image/airbyte/init',
        documentDescribes: ['SPDXRef-DOCUMENT'],
      },
    ],
  ])('names an image by its digest as the other generators do: %s', async (tool, root, more) => {
    const one = { SPDXID: 'SPDXRef-Root', ...root }
    const bom = {
      ...document,
      creationInfo: { created: '2026-03-02T09:00:00Z', creators: [`Tool: ${tool}`] },
      packages: [one],
      documentDescribes: [one.SPDXID],
      ...more,
    }
    const asset = of(await records(await made(bom)), 'asset')[0]!
    expect(asset).toMatchObject({
      type: 'image',
      names: [{ type: 'image', name: `docker.io/airbyte/init@${digest}` }],
      attributes: { image_digest: digest },
    })
  })

  it('asks which asset it is when the bill is about several things or none', async () => {
    const packages = [
      { SPDXID: 'SPDXRef-a', name: 'a', downloadLocation: 'https://github.com/acme/a' },
      { SPDXID: 'SPDXRef-b', name: 'b' },
    ]
    for (const documentDescribes of [[], ['SPDXRef-a', 'SPDXRef-b']]) {
      const all = await records(await made({ ...document, packages, documentDescribes }))
      expect(of(all, 'asset')[0]!.names).toEqual([])
      expect(of(all, 'software')).toHaveLength(2)
    }
  })

  it('accounts for every package, whatever stands in it', async () => {
    const odd = fc.oneof(fc.constant(null), fc.string(), fc.integer(), fc.constant([]), fc.constant({}))
    const one = fc.record(
      {
        SPDXID: fc.oneof(fc.constantFrom('SPDXRef-1', '__proto__'), odd),
        name: fc.oneof(fc.constant('a'), odd),
        versionInfo: odd,
        externalRefs: odd,
        supplier: odd,
        sourceInfo: odd,
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(one, odd), { maxLength: 6 }), async (packages) => {
        const all = await records(await made({ ...document, packages }))
        expect(of(all, 'software').length + of(all, 'skipped').length).toBe(packages.length)
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    ['', /Expected an SPDX document/],
    ['{"spdxVersion":"SPDX-2.3","packages":[{', /./],
    ['SPDXVersion: SPDX-2.2\nPackageName: x\nPackageComment: <text>cut', /never closed/],
    ['SPDXVersion: SPDX-2.2\n', /Created/],
  ])('refuses %j', async (text, message) => {
    await expect(records(await made(text))).rejects.toThrow(message)
  })
})
