import type { ExploitStage } from '../../../model/exploit.ts'
import { numberOf, wordOf } from '../../readers/json-fields.ts'
import { csvHeader } from '../../readers/csv.ts'
import { jsonOutline } from '../../readers/json.ts'

/** One vulnerability of one package, in words common to all layouts. */
export interface SysdigRow {
  id: string | undefined
  severity: string | undefined
  package: string | undefined
  package_version: string | undefined
  package_type: string | undefined
  path: string | undefined
  image: string | undefined
  image_id: string | undefined
  os: string | undefined
  version: 2 | 3 | 4 | null
  score: number | null
  vector: string | undefined
  url: string | undefined
  published: string | undefined
  fix: string | undefined
  exploit: boolean
  kev: boolean
  ransomware: boolean
}

export interface Layout {
  kind: 'csv' | 'json'
  /** It holds all that a scan of one image found. */
  whole: boolean
  read(row: Record<string, unknown>): SysdigRow
}

/** Names of each field, by layout; a row takes the first that is there. */
type Names = Record<keyof Omit<SysdigRow, 'version'> | 'cvss', string[]>

const names: Names = {
  id: ['Vulnerability ID', 'Vulnerability Name', 'CVE ID', 'vulnName', 'vuln_id'],
  severity: ['Severity', 'Vulnerability Severity', 'CVE Severity', 'vulnSeverity', 'vuln_severity'],
  package: ['Package name', 'Package Name', 'packageName', 'scan_package_name'],
  package_version: ['Package version', 'Package Version', 'packageVersion', 'scan_package_version'],
  package_type: ['Package type', 'Package Type', 'packageType', 'scan_package_type'],
  path: ['Package path', 'Package Path', 'packagePath', 'scan_package_path'],
  image: ['Image', 'Image Name', 'imagePullString', 'container_image'],
  image_id: ['Image ID', 'imageId', 'container_image_id'],
  os: ['OS Name', 'osName', 'container_image_distro'],
  cvss: ['CVSS version', 'CVSS Version', 'CVSS Score Version', 'vulnCvssVersion', 'vuln_cvss_version'],
  score: ['CVSS score', 'CVSS Score', 'vulnCvssScore', 'vuln_cvss_score'],
  vector: ['CVSS vector', 'CVSS Vector', 'vulnCvssVector', 'vuln_cvss_vector'],
  url: ['Vuln link', 'CVE URL', 'vulnLink'],
  published: ['Vuln Publish date', 'Vuln Disclosure Date', 'Disclosure Date', 'vulnDisclosureDate', 'vuln_disclosure_date'],
  fix: ['Fix version', 'Fix Version', 'vulnFixVersion', 'vuln_fixed_in_version'],
  exploit: ['Public Exploit', 'vulnExploitable', 'vuln_has_exploit'],
  kev: ['CISA KEV Publish Date', 'vuln_cisa_kev_publish_date'],
  ransomware: ['CISA KEV Known Ransomware', 'vuln_cisa_kev_known_ransomware'],
}

function read(row: Record<string, unknown>): SysdigRow {
  const of = (field: keyof Names): string | undefined => {
    for (const name of names[field]) {
      const value = row[name]
      const text = value === undefined ? '' : wordOf(value)
      if (text !== '') return text
    }
    return undefined
  }
  const major = Number(of('cvss')?.[0])
  return {
    id: of('id'),
    severity: of('severity'),
    package: of('package'),
    package_version: of('package_version'),
    package_type: of('package_type'),
    path: of('path'),
    image: of('image'),
    image_id: of('image_id'),
    os: of('os'),
    version: major === 2 || major === 3 || major === 4 ? major : null,
    score: numberOf(of('score')),
    vector: of('vector'),
    url: of('url'),
    published: of('published'),
    fix: of('fix'),
    exploit: of('exploit')?.toLowerCase() === 'true',
    kev: of('kev') !== undefined,
    ransomware: /^(?:known|true|yes)$/i.test(of('ransomware') ?? ''),
  }
}

/** What Sysdig states of exploitation: CISA's list before a public exploit. */
export function stageOf({ exploit, kev, ransomware }: SysdigRow): ExploitStage | undefined {
  if (ransomware) return 'ransomware'
  if (kev) return 'known_exploited'
  return exploit ? 'public' : undefined
}

/** The layout of a text, by columns or members that only Sysdig writes together; null for any other file. */
export function layoutOf(text: string): Layout | null {
  if (/^\s*[[{]/.test(text)) {
    const outline = jsonOutline(text)
    if (!outline || outline.list) return null
    const data = outline.members.get('data')
    const panels = outline.members.get('panels')
    const row = typeof data === 'object' && data !== null ? jsonOutline(data.text)?.members : undefined
    if (row?.has('imagePullString') && row.has('vulnName')) return { kind: 'json', whole: false, read }
    return typeof panels === 'object' && panels !== null && /"(?:vuln_id|VulnSeverity)"/.test(panels.text)
      ? { kind: 'json', whole: false, read }
      : null
  }
  const columns = new Set(csvHeader(text))
  const has = (...all: string[]) => all.every((name) => columns.has(name))
  if (has('CVE ID', 'CVE Severity', 'CVSS Score Version', 'Package Path', 'Fix Version')) return { kind: 'csv', whole: true, read }
  if (has('Vulnerability ID', 'Severity', 'Package name', 'Image', 'Image ID', 'Vuln link')) return { kind: 'csv', whole: false, read }
  if (has('Vulnerability Name', 'Vulnerability Severity', 'Package Name', 'Image Name', 'Image ID', 'CISA KEV Publish Date'))
    return { kind: 'csv', whole: false, read }
  return null
}
