import { awsPackage } from '../../../model/aws-asset.ts'
import type { FindingRecord, VulnerabilityRecord } from '../../../model/record.ts'
import { parseSeverity, type Severity } from '../../../model/severity.ts'
import { bestRating } from '../../readers/cvss.ts'
import {
  cutText,
  type Fields,
  fieldsOf,
  firstInstant,
  given,
  httpsOf,
  listOf,
  numberOf,
  textOf,
  textsIn,
} from '../../readers/json-fields.ts'

/** A vulnerability item: what is common to Inspector's, Trivy's and other products'. */
export interface Flaw {
  ids: string[]
  vulnerabilities: VulnerabilityRecord[]
  finding: Omit<FindingRecord, 'kind' | 'asset'>
}

const CVE = /CVE-\d{4}-\d{4,}/gi

/** The flaw of an item; null when nothing names it. */
export function flawOf(item: Fields, source: string, severity: Severity | undefined): Flaw | null {
  const other = fieldsOf(fieldsOf(fieldsOf(listOf(item.Resources)[0]).Details).Other)
  const listed = listOf(item.Vulnerabilities).map(fieldsOf)
  const stated = [...listed.map(({ Id }) => textOf(Id)), textOf(other['CVE ID'])].filter((id) => id !== '')
  const cves = [...new Set(stated.flatMap((id) => (id.match(CVE) ?? []).map((one) => one.toUpperCase())))]
  // Inspector's title is the id, then the package; nothing else is taken from a text.
  const inTitle = /^(CVE-\d{4}-\d{4,})\b/i.exec(textOf(item.Title))?.[1]?.toUpperCase()
  const ids = cves.length > 0 ? cves : stated.length > 0 ? stated.map((id) => publicId(id, source)) : inTitle ? [inTitle] : []
  if (ids.length === 0) return null
  const rating = bestRating([
    ...listed.flatMap((one) => listOf(one.Cvss).map(ratingOf)),
    { score: numberOf(other.NvdCvssScoreV3), vector: textOf(other.NvdCvssVectorV3), version: 3 as const },
    { score: numberOf(other.NvdCvssScoreV2), vector: textOf(other.NvdCvssVectorV2), version: 2 as const },
  ])
  const title = textOf(other['CVE Title']) || textOf(item.Title)
  const found = packageOf(listed, other)
  const vulnerabilities = ids.map((vulnerability_id, at): VulnerabilityRecord => {
    const own =
      listed.find(({ Id }) => textOf(Id).toUpperCase() === vulnerability_id.toUpperCase()) ?? (ids.length === 1 ? (listed[at] ?? {}) : {})
    const vendor = fieldsOf(own.Vendor)
    const remediation = fieldsOf(fieldsOf(item.Remediation).Recommendation)
    return {
      kind: 'vulnerability',
      vulnerability_id,
      ...given({
        title: cutText(title),
        description: cutText(textOf(item.Description)),
        severity,
        published_at: firstInstant(vendor.VendorCreatedAt),
        url: httpsOf(textOf(vendor.Url), ...textsIn(own.ReferenceUrls), textOf(remediation.Url)),
      }),
      ...(ids.length === 1 && rating),
    }
  })
  return {
    ids,
    vulnerabilities,
    finding: {
      vulnerability_ids: ids,
      // The product looked into the resource; the list that holds this item did not.
      access: 'full',
      ...given({ severity, cvss: rating?.cvss, title: cutText(title), fixed_version: found?.fixed_version, place: found?.place }),
      ...(found && { component: found.component }),
      ...(listed.some(({ ExploitAvailable }) => ExploitAvailable === 'YES') && { exploit_stage: 'public' as const }),
    },
  }
}

const publicId = (id: string, source: string): string =>
  /^(?:GHSA|GO|RUSTSEC|PYSEC|OSV|ALAS\w*|RHSA|DSA|DLA|USN|ELSA|TEMP|SNYK)-/i.test(id) ? id : `${source}:${id}`

function ratingOf(value: unknown): { score: number | null; vector: string; version: 2 | 3 | 4 | null } {
  const { BaseScore, BaseVector, Version } = fieldsOf(value)
  const major = /^V?([234])/i.exec(textOf(Version))?.[1]
  return { score: numberOf(BaseScore), vector: textOf(BaseVector), version: major === undefined ? null : (Number(major) as 2 | 3 | 4) }
}

/** The package of the item. Trivy writes it beside the resource. */
function packageOf(listed: Fields[], other: Fields): ReturnType<typeof awsPackage> {
  const packages = listed.flatMap((one) =>
    listOf(one.VulnerablePackages).map((value) => {
      const each = fieldsOf(value)
      return {
        name: textOf(each.Name),
        version: textOf(each.Version),
        epoch: textOf(each.Epoch),
        release: textOf(each.Release),
        manager: textOf(each.PackageManager),
        path: textOf(each.FilePath),
        fixed: textOf(each.FixedInVersion),
      }
    }),
  )
  const trivys = {
    name: textOf(other.PkgName),
    version: textOf(other['Installed Package']),
    epoch: '',
    release: '',
    manager: '',
    path: '',
    fixed: textOf(other['Patched Package']),
  }
  return awsPackage(packages.length > 0 ? packages : [trivys])
}

/** The severity of an item: its label, else Security Hub's own bands of the normalised number. https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html */
export function severityOf(item: Fields): Severity | undefined {
  const own = fieldsOf(item.Severity)
  const provider = fieldsOf(fieldsOf(item.FindingProviderFields).Severity)
  const word = parseSeverity(textOf(own.Label)) ?? parseSeverity(textOf(provider.Label))
  if (word) return word
  const number = numberOf(own.Normalized)
  if (number === null || number < 0 || number > 100) return undefined
  return number >= 90 ? 'critical' : number >= 70 ? 'high' : number >= 40 ? 'medium' : number >= 1 ? 'low' : 'informational'
}
