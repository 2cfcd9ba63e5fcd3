import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { spdx } from '../../src/ingest/importers/spdx/spdx.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, takes, withoutRealData } from './data.ts'

const data = realData()
const nameOf = (path: string) => path.split('/').at(-1)!
const textOf = (file: string) => {
  const raw = readFileSync(file)
  return (raw[0] === 0x1f ? gunzipSync(raw) : raw).toString()
}

/** Packages that are no software, told by hand: what the bill describes, layers, lock files; counted without the importer. */
function statedSoftware(text: string): number {
  if (!text.trimStart().startsWith('{')) {
    const described = new Set([...text.matchAll(/^Relationship: SPDXRef-DOCUMENT DESCRIBES (\S+)/gm)].map((found) => found[1]))
    return (text.match(/^PackageName:/gm)?.length ?? 0) - described.size
  }
  const bom = JSON.parse(text) as {
    packages?: { SPDXID: string; name: string; versionInfo?: string; externalRefs?: unknown[] }[]
    '@graph'?: { type: string }[]
    documentDescribes?: string[]
    relationships?: { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }[]
  }
  // The one document of version 3 describes one of its packages.
  if (bom['@graph']) return bom['@graph'].filter(({ type }) => type === 'software_Package').length - 1
  const described = new Set(bom.documentDescribes ?? [])
  for (const one of bom.relationships ?? [])
    if (one.spdxElementId === 'SPDXRef-DOCUMENT' && one.relationshipType.startsWith('DESCRIBE')) described.add(one.relatedSpdxElement)
  return bom.packages!.filter(
    ({ SPDXID, name, versionInfo, externalRefs }) =>
      !described.has(SPDXID) &&
      !/^(sha256:)?[0-9a-f]{64}$/.test(name) &&
      !(SPDXID.startsWith('SPDXRef-Application-') && !versionInfo && !externalRefs),
  ).length
}

describe.skipIf(data === null)(`spdx on real reports (${data ? 'present' : withoutRealData})`, () => {
  const files = data ? [...data.files('reports/spdx'), ...data.files('reports/sbom-fleet')] : []

  it.each(files.map((entry) => [nameOf(entry.path), entry] as const))('%s', async (_, entry) => {
    expect(await takes(spdx, entry.file)).toBe(true)
    const records = await recordsOf(spdx, entry.file)
    const count = (kind: string) => records.filter((record) => record.kind === kind).length
    expect({ software: count('software'), skipped: count('skipped'), reports: count('report'), assets: count('asset') }).toEqual({
      software: statedSoftware(textOf(entry.file)),
      skipped: 0,
      reports: 1,
      assets: 1,
    })
  })

  it('gives one image one name, whichever of four generators tells it', async () => {
    const names = new Map<string, Set<string>>()
    const generators = new Map<string, Set<string>>()
    for (const { path, file } of data!.files('reports/sbom-fleet')) {
      const records = await recordsOf(spdx, file)
      const asset = records.find((record) => record.kind === 'asset')!
      const report = records.find((record) => record.kind === 'report')!
      const image = nameOf(path).split('.')[0]!
      expect([asset.type, asset.names.length]).toEqual(['image', 1])
      // Files are named owner_image@the digest's beginning.
      const [owner, digest] = image.split('@') as [string, string]
      expect(asset.names[0]!.name).toMatch(new RegExp(`^docker\\.io/${owner.replace('_', '/')}@sha256:${digest}[0-9a-f]{52}$`))
      names.set(image, (names.get(image) ?? new Set()).add(asset.names[0]!.name))
      generators.set(image, (generators.get(image) ?? new Set()).add(report.source))
    }
    expect([...names].filter(([, of]) => of.size !== 1)).toEqual([])
    expect(names.size).toBe(64)
    expect([...generators.values()].filter((of) => of.size === 4)).toHaveLength(8)
  })

  it.each([
    ['spdxex__04-SBOMwSecurity.json', 'https://github.com/spdx/tools-java', 'spdx', '2023-05-12T18:30:22Z'],
    [
      'spdxex__example1.spdx',
      'https://github.com/swinslow/spdx-examples',
      'spdx:github-com-spdx-tools-golang-builder',
      '2021-08-26T01:46:00Z',
    ],
    ['wild__julia.spdx', 'https://github.com/julialang/julia', 'spdx', '2021-12-21T07:13:19Z'],
    [
      'spdxex__appbomination.spdx3.json',
      'https://github.com/act-project/app-bom-ination',
      'spdx:source-auditor-open-source-console',
      '2021-09-02T13:46:32Z',
    ],
    ['wild__microsoft-sbom-tool.spdx.json', null, 'spdx:microsoft-sbomtool', '2023-05-15T18:09:24Z'],
    ['wild__fatbom-sbom.spdx.gz', null, 'spdx:sigs-k8s-io-bom-pkg-spdx', null],
  ] as const)('%s is about the right asset', async (name, repository, source, observed) => {
    const records = await recordsOf(spdx, files.find(({ path }) => nameOf(path) === name)!.file)
    expect(records[0]).toMatchObject({ kind: 'report', source, observed_at: observed === null ? null : parseInstant(observed) })
    expect(records.find((record) => record.kind === 'asset')!.names[0]?.name ?? null).toBe(repository)
  })

  it('tells both forms of one bill alike', async () => {
    const software = async (name: string) =>
      (await recordsOf(spdx, files.find(({ path }) => nameOf(path) === name)!.file))
        .flatMap((record) => (record.kind === 'software' ? [record.name] : []))
        .toSorted()
    expect(await software('spdxex__appbomination.spdx3.json')).toEqual(await software('spdxex__appbomination.spdx.json'))
  })

  it('names the advisories of the bill', async () => {
    const findings = (await recordsOf(spdx, files.find(({ path }) => nameOf(path) === 'spdxex__04-SBOMwSecurity.json')!.file)).filter(
      (record) => record.kind === 'finding',
    )
    expect(findings).toMatchObject([
      { vulnerability_ids: ['CVE-2021-32012'], component: { name: 'org.webjars.npm:xlsx', version: '0.16.6' } },
    ])
  })
})
