import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { packageRoot } from '../root.ts'
import { type Day, dayOfText } from './days.ts'

/** Facts about one real vulnerability: a row of catalog/demo/vulnerabilities.csv (sources: the readme beside it). */
export interface DemoVulnerability {
  id: string
  /** Key of `products`, or `img:<ecosystem>:<package>` for a package in container images. */
  product: string
  /** In our own words. */
  title: string
  /** Version or update that fixes it. */
  fixed: string
  /** Null: not verified. */
  published_on: Day | null
  /** CVSS base score; null where none could be verified, then `severity` is what the scanner says. */
  cvss: number | null
  /** Vector of `cvss`, '' when not verified. */
  vector: string
  severity: '' | 'critical' | 'high' | 'medium' | 'low'
  /** First public exploit code that a feed shows; null when none. */
  public_on: Day | null
  /** First entry in Exploit-DB. */
  exploitdb: { id: string; on: Day; platform: string; type: string } | null
  /** First day with a Metasploit module, and its name. */
  metasploit: { module: string; on: Day } | null
  kev_on: Day | null
  /** The day on which the KEV catalogue said that ransomware uses it; null when it does not say so. */
  ransomware_on: Day | null
  /** EPSS as published, one entry per change on the scale of the product, monthly. */
  epss: { on: Day; epss: number; percentile: number }[]
}

const optionalDay = (text: string): Day | null => (text === '' ? null : dayOfText(text))

/** Reads catalog/demo/vulnerabilities.csv. It is ours, so a damaged row is a bug: throws. */
export function readVulnerabilities(): DemoVulnerability[] {
  const text = readFileSync(join(packageRoot(), 'catalog', 'demo', 'vulnerabilities.csv'), 'utf8')
  const { data, errors } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true })
  if (errors.length > 0) throw new Error(`catalog/demo/vulnerabilities.csv: row ${errors[0]!.row}: ${errors[0]!.message}`)
  return data.map((row) => {
    const cell = (name: string) => row[name] ?? ''
    const [edb, edb_on, platform, type] = cell('exploitdb').split(':')
    return {
      id: cell('id'),
      product: cell('product'),
      title: cell('title'),
      fixed: cell('fixed'),
      published_on: optionalDay(cell('published_on')),
      cvss: cell('cvss') === '' ? null : Number(cell('cvss')),
      vector: cell('vector'),
      severity: cell('severity') as DemoVulnerability['severity'],
      public_on: optionalDay(cell('public_on')),
      exploitdb: edb ? { id: edb, on: dayOfText(edb_on!), platform: platform!, type: type! } : null,
      metasploit: cell('metasploit_on') === '' ? null : { module: cell('metasploit'), on: dayOfText(cell('metasploit_on')) },
      kev_on: optionalDay(cell('kev_on')),
      ransomware_on: optionalDay(cell('ransomware_on')),
      epss: cell('epss')
        .split(' ')
        .filter((step) => step !== '')
        .map((step) => {
          const [on, epss, percentile] = step.split(':')
          return { on: dayOfText(on!), epss: Number(epss), percentile: Number(percentile) }
        }),
    }
  })
}

/** The first day on which scanners can know it: published, else the first sign of it anywhere. */
export function knownOn(one: DemoVulnerability): Day {
  const days = [one.published_on, one.kev_on, one.metasploit?.on ?? null, one.epss[0]?.on ?? null].filter((day) => day !== null)
  if (days.length === 0) throw new Error(`${one.id} has no date at all`)
  return one.published_on ?? Math.min(...days)
}

/** The qualitative severity: of the score, else the scanner's. */
export function severityWord(one: DemoVulnerability): 'critical' | 'high' | 'medium' | 'low' {
  if (one.cvss === null) return one.severity === '' ? 'medium' : one.severity
  return one.cvss >= 9 ? 'critical' : one.cvss >= 7 ? 'high' : one.cvss >= 4 ? 'medium' : 'low'
}
