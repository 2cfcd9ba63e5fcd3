import type { Told } from '../../importer.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord, CoverageRecord, FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type CsvRow, readCsv } from '../../readers/csv.ts'
import { numberOf, textOf } from '../../readers/json-fields.ts'
import { scannerItem } from '../../readers/package-finding.ts'
import { fixedIn, readCompliance, stageOf } from './item.ts'

/** The console's CSV exports: one row is a vulnerability of packages, or a compliance issue, of an image or a host. */
export async function* readRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  yield { kind: 'report', source: 'prisma-cloud', tool: 'Prisma Cloud Compute', tool_version: null, observed_at: null }
  const described = new Set<string>()
  const assets = new Map<string, Set<CoverageRecord['subject']>>()
  yield* readCsv(bytes).tell(function* (rows) {
    for (const row of rows) {
      const { error } = row
      const at = `line ${row.line}`
      if (error !== null) {
        yield { kind: 'skipped', at, reason: error }
        continue
      }
      const of = (name: string) => textOf(row.cell(name))
      const key = of('Repository') === '' ? `host ${of('Hostname')}` : [of('Registry'), of('Repository'), of('Tag'), of('Id')].join(' ')
      let covered = assets.get(key)
      if (covered === undefined) {
        covered = new Set()
        assets.set(key, covered)
        yield of('Repository') === '' ? hostOf(row, key) : imageOf(row, key)
      }
      // Only what the export shows for this asset: the columns are there whether or not it was asked for.
      const subject = of('CVE ID') === '' ? 'control' : 'vulnerability'
      if (!covered.has(subject)) {
        covered.add(subject)
        yield { kind: 'coverage', asset: key, subject }
      }
      if (subject === 'vulnerability') yield* readVulnerability(row, key, at, described)
      else {
        const title = of('Description')
        if (title === '') yield { kind: 'skipped', at, reason: 'Expected a CVE ID, or the Description of a compliance issue' }
        else
          yield* readCompliance(
            {
              asset: key,
              id: of('Compliance ID'),
              title,
              severity: of('Severity'),
              category: of('Type (2)') || of('Type'),
              cause: of('Cause'),
            },
            described,
          )
      }
    }
  })
}

function imageOf(row: CsvRow, asset: string): AssetRecord {
  const of = (name: string) => textOf(row.cell(name))
  const path = [of('Registry'), of('Repository')].filter(Boolean).join('/')
  const image = imageAsset(asset, { references: [of('Tag') ? `${path}:${of('Tag')}` : path], id: of('Id'), os: of('Distro') })
  const time = of('Scan Time')
  const observed_at = time === '' ? null : parseInstant(time)
  return { ...image, ...(observed_at !== null && { observed_at }) }
}

function hostOf(row: CsvRow, asset: string): AssetRecord {
  const name = textOf(row.cell('Hostname')).toLowerCase()
  const os = textOf(row.cell('Distro'))
  const os_family = parseOsFamily(os)
  // Every host is its own localhost.
  const type = name.startsWith('localhost') ? 'label' : name.includes('.') ? 'fqdn' : 'hostname'
  return {
    kind: 'asset',
    asset,
    type: 'device',
    name,
    names: name === '' ? [] : [{ type, name: type === 'label' ? `prisma-cloud/${name}` : name }],
    attributes: { ...(os && { os }), ...(os_family && { os_family }) },
  }
}

function* readVulnerability(row: CsvRow, asset: string, at: string, described: Set<string>): Generator<FileRecord> {
  const of = (name: string) => textOf(row.cell(name))
  const published = of('Published')
  const score = numberOf(row.cell('CVSS'))
  yield* scannerItem(
    {
      source: 'prisma-cloud',
      asset,
      at,
      ids: [of('CVE ID')],
      description: of('Description'),
      severity: of('Severity'),
      ratings: score === null || score === 0 ? [] : [{ score }],
      published_at: published === '' ? null : parseInstant(published),
      urls: [of('Vulnerability Link')],
      // Packages built from one source come in one row.
      component: { name: of('Source Package') || of('Packages'), version: of('Package Version'), type: of('Type (2)') || of('Type') },
      fixed_version: fixedIn(of('Fix Status')),
      exploit_stage: stageOf(of('Risk Factors').split(',')),
    },
    described,
  )
}
