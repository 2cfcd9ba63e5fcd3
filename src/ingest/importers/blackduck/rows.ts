import { packageFinding } from '../../readers/package-finding.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { bestRating } from '../../readers/cvss.ts'
import { Amount } from '../../readers/lenient.ts'

type Row = Record<string, string>

const UNNAMED = 'project'

/** What is known while a report is read. */
export interface Report {
  described: Set<string>
  /** Keys of the assets that were told of. */
  known: Set<string>
  /** The report lists all components. */
  listsSoftware: boolean
  /** Coverage of every project, and a project to be named by the person where none was. */
  end(): Generator<FileRecord>
}

export function newReport(): Report {
  return {
    described: new Set(),
    known: new Set(),
    listsSoftware: false,
    *end() {
      if (this.known.size === 0) yield* told(projectOf({}), this)
      for (const asset of this.known) {
        yield { kind: 'coverage', asset, subject: 'vulnerability' }
        if (this.listsSoftware) yield { kind: 'coverage', asset, subject: 'software' }
      }
    },
  }
}

const cell = (row: Row, ...names: string[]): string | undefined => names.map((name) => row[name]?.trim()).find((text) => text)

/** Newer reports say `project version` in each row; in older ones only components.csv does, or none, which is then of the only project there is. */
function projectOf(row: Row, report: Report | null = null): AssetRecord {
  const [only] = report?.known.size === 1 ? report.known : []
  const path = cell(row, 'Project path') ?? (only === UNNAMED ? undefined : only)
  return {
    kind: 'asset',
    asset: path ?? UNNAMED,
    type: 'application',
    name: path ?? '',
    names: path ? [{ type: 'label', name: `blackduck/${path}` }] : [],
  }
}

function* told(asset: AssetRecord, report: Report): Generator<FileRecord> {
  if (!report.known.has(asset.asset)) yield asset
  report.known.add(asset.asset)
}

/** The package's name and version; the origin's id (`maven`, `org.example:web:1.2`; `npmjs`, `left-pad/1.0.0`) is nearer to the package than the component's name. */
function componentOf(row: Row): { name: string; version?: string | undefined; type?: string | undefined } | null {
  // In older reports "Project name" and "Version" are those of the component.
  const name = cell(row, 'Component name', 'Project name')
  const version = cell(row, 'Component origin version name', 'Channel version origin name', 'Component version name', 'Version')
  const origin = cell(row, 'Component origin id', 'Channel version origin id', 'Origin id')
  const type = cell(row, 'Component origin name', 'Channel version origin', 'Origin name')?.toLowerCase()
  const bare =
    origin && version && (origin.endsWith(`:${version}`) || origin.endsWith(`/${version}`))
      ? origin.slice(0, -version.length - 1)
      : undefined
  const found = bare ?? name
  return found ? { name: found, version, type: type === 'unknown' ? undefined : type } : null
}

/** A row of components.csv. Rows that go on with the licences of the one before have no component. */
export function* readComponent(row: Row, error: string | null, at: string, report: Report): Generator<FileRecord> {
  const component = componentOf(row)
  if (error !== null || !component) {
    if (error !== null) yield { kind: 'skipped', at, reason: error }
    return
  }
  const asset = projectOf(row, report)
  yield* told(asset, report)
  yield { kind: 'software', asset: asset.asset, name: component.name, ...(component.version && { version: component.version }) }
}

/** What a person decided, or Black Duck found, that ends it: all else is open. https://documentation.blackduck.com/bundle/bd-hub/page/VulnerabilityManagement/RemediatingSecVulnerabilities.html */
const ENDED = new Set(['REMEDIATION_COMPLETE', 'PATCHED', 'MITIGATED', 'IGNORED', 'DUPLICATE', 'NOT_AFFECTED'])

/** A row of security.csv: one vulnerability of one component. */
export function* readVulnerability(row: Row, error: string | null, at: string, report: Report): Generator<FileRecord> {
  const component = componentOf(row)
  const id = cell(row, 'Vulnerability id')
  if (error !== null || !component || !id) {
    yield { kind: 'skipped', at, reason: error ?? 'Expected a component and a Vulnerability id' }
    return
  }
  const asset = projectOf(row, report)
  yield* told(asset, report)
  const status = cell(row, 'Remediation status')?.toUpperCase().replace(/\s+/g, '_')
  if (status && ENDED.has(status)) {
    yield { kind: 'skipped', at, reason: `${id} in ${component.name}: ${status.toLowerCase().replaceAll('_', ' ')} in the tool` }
    return
  }
  // "BDSA-2019-2725 (CVE-2019-12402)": the tool's own id and what it is an advisory about.
  const source = cell(row, 'Vulnerability source')?.toLowerCase() ?? 'blackduck'
  const major = /^\D*([234])/.exec(cell(row, 'CVSS Version') ?? '')?.[1]
  const about = vulnerabilityIds(id.split(/[\s(),]+/), `${/^[\w-]{1,30}$/.test(source) ? source : 'blackduck'}:${id.slice(0, 150)}`)!
  yield* packageFinding(
    {
      asset: asset.asset,
      about,
      description: cell(row, 'Description'),
      severity: parseSeverity(cell(row, 'Security Risk')) ?? undefined,
      rating: bestRating([{ score: Amount.parse(row['Base score']), version: major ? (Number(major) as 2 | 3 | 4) : null }]),
      url: cell(row, 'URL'),
      component,
    },
    report.described,
  )
}
