import { type Day, textOfDay } from './days.ts'
import { type DemoVulnerability, severityWord } from './vulnerabilities.ts'
import { products } from './products.ts'

const productName = (one: DemoVulnerability) => products[one.product]?.label ?? one.product.split(':').slice(2).join(':')
const vendorName = (one: DemoVulnerability) => products[one.product]?.vendor ?? ''

/** The KEV catalogue as far as it is about the demo's vulnerabilities, on a day. Schema: https://www.cisa.gov/known-exploited-vulnerabilities-catalog */
export function writeKev(vulnerabilities: readonly DemoVulnerability[], day: Day): string {
  const listed = vulnerabilities.filter((one) => one.kev_on !== null && one.kev_on <= day)
  return JSON.stringify({
    title: 'Excerpt of the CISA catalog of known exploited vulnerabilities',
    catalogVersion: textOfDay(day).replaceAll('-', '.'),
    dateReleased: `${textOfDay(day)}T18:00:00.0000Z`,
    count: listed.length,
    vulnerabilities: listed.map((one) => ({
      cveID: one.id,
      vendorProject: vendorName(one),
      product: productName(one),
      vulnerabilityName: one.title,
      dateAdded: textOfDay(one.kev_on!),
      knownRansomwareCampaignUse: one.ransomware_on !== null && one.ransomware_on <= day ? 'Known' : 'Unknown',
    })),
  })
}

/** EPSS scores of the demo's vulnerabilities that changed on a day, in the layout of the daily file: https://www.first.org/epss/data_stats */
export function writeEpss(vulnerabilities: readonly DemoVulnerability[], day: Day): string {
  const rows = vulnerabilities.flatMap((one) =>
    one.epss.filter((step) => step.on === day).map((step) => `${one.id},${step.epss},${step.percentile}`),
  )
  return `#model_version:v2025.03.14,score_date:${textOfDay(day)}T00:00:00+0000\ncve,epss,percentile\n${rows.join('\n')}\n`
}

/** The demo's entries in the index of Exploit-DB. Layout: https://gitlab.com/exploit-database/exploitdb, files_exploits.csv */
export function writeExploitDb(vulnerabilities: readonly DemoVulnerability[]): string {
  const rows = vulnerabilities.flatMap((one) => {
    if (one.exploitdb === null) return []
    const { id, on, platform, type } = one.exploitdb
    const date = textOfDay(on)
    return [
      `${id},exploits/${platform}/${type}/${id},"${one.title.replaceAll('"', '""')}",${date},,${type},${platform},,${date},,0,${one.id},,,,,`,
    ]
  })
  return `id,file,description,date_published,author,type,platform,port,date_added,date_updated,verified,codes,tags,aliases,screenshot_url,application_url,source_url\n${rows.join('\n')}\n`
}

/** When Metasploit had a module for the demo's vulnerabilities, of those with a day in [from, to]. */
export function writeMetasploit(vulnerabilities: readonly DemoVulnerability[], from: Day, to: Day): string {
  const rows = vulnerabilities.flatMap((one) =>
    one.metasploit !== null && from <= one.metasploit.on && one.metasploit.on <= to ? [`${one.id},${textOfDay(one.metasploit.on)}`] : [],
  )
  return `cve,first_seen\n${rows.join('\n')}\n`
}

/** CVE records with the facts of the table. Format: https://github.com/CVEProject/cve-schema */
export function writeCveRecords(vulnerabilities: readonly DemoVulnerability[]): string {
  const records = vulnerabilities.map((one) => {
    const version = /^CVSS:(\d\.\d)\//.exec(one.vector)?.[1]
    return JSON.stringify({
      dataType: 'CVE_RECORD',
      dataVersion: '5.1',
      cveMetadata: {
        cveId: one.id,
        state: 'PUBLISHED',
        ...(one.published_on !== null && { datePublished: `${textOfDay(one.published_on)}T12:00:00.000Z` }),
      },
      containers: {
        cna: {
          title: one.title,
          providerMetadata: { orgId: '00000000-0000-4000-8000-000000000000', shortName: 'demo' },
          affected: [
            {
              vendor: vendorName(one),
              product: productName(one),
              versions: [{ version: '0', status: 'affected', lessThan: one.fixed, versionType: 'custom' }],
            },
          ],
          ...(version &&
            one.cvss !== null && {
              metrics: [
                {
                  [`cvssV${version.replace('.', '_')}`]: {
                    version,
                    baseScore: one.cvss,
                    baseSeverity: severityWord(one).toUpperCase(),
                    vectorString: one.vector,
                  },
                },
              ],
            }),
        },
      },
    })
  })
  return `[\n${records.join(',\n')}\n]\n`
}

/** End of support of what the demo runs on, from endoflife.date of 2026-08-22. Format: https://endoflife.date/docs/api/v1/ */
const ends: { name: string; label: string; releases: [string, string][] }[] = [
  {
    name: 'windows',
    label: 'Microsoft Windows',
    releases: [
      ['10-22h2', '2025-10-14'],
      ['11-24h2-w', '2026-10-13'],
      ['11-24h2-e', '2027-10-12'],
    ],
  },
  {
    name: 'windows-server',
    label: 'Microsoft Windows Server',
    releases: [
      ['2016', '2027-01-12'],
      ['2022', '2031-10-14'],
    ],
  },
  {
    name: 'debian',
    label: 'Debian',
    releases: [
      ['11', '2024-08-14'],
      ['12', '2026-07-11'],
    ],
  },
  { name: 'ubuntu', label: 'Ubuntu', releases: [['22.04', '2027-04-01']] },
  {
    name: 'alpine-linux',
    label: 'Alpine Linux',
    releases: [
      ['3.16', '2024-05-23'],
      ['3.17', '2024-11-22'],
      ['3.18', '2025-05-09'],
    ],
  },
  { name: 'postgresql', label: 'PostgreSQL', releases: [['15', '2027-11-11']] },
  { name: 'mongodb', label: 'MongoDB Server', releases: [['7.0', '2027-08-31']] },
]

/** The dates above as the API gives them; `day` is when it was asked. */
export function writeEndOfLife(day: Day): string {
  return JSON.stringify({
    schema_version: '1.2.0',
    generated_at: `${textOfDay(day)}T00:00:00+00:00`,
    total: ends.length,
    result: ends.map(({ name, label, releases }) => ({
      name,
      label,
      identifiers: [],
      releases: releases.map(([release, end]) => ({ name: release, eolFrom: end, isEol: end <= textOfDay(day) })),
    })),
  })
}

/** Sources of the demo's excerpts of public feeds: another name than the feeds' own, so that they never end what a real feed states. */
const FEED_SOURCES: readonly (readonly [prefix: string, source: string])[] = [
  ['demo-cve-records', 'demo-cve-records'],
  ['demo-end-of-life', 'demo-endoflife'],
  ['demo-epss', 'demo-epss'],
  ['demo-exploit-db', 'demo-exploit-db'],
  ['demo-known', 'demo-cisa-kev'],
  ['demo-metasploit', 'demo-metasploit'],
]

/** The source under which a demo feed is imported, by its file name. Throws for any other file: a bug. */
export function feedSource(name: string): string {
  const found = FEED_SOURCES.find(([prefix]) => name.startsWith(prefix))
  if (!found) throw new Error(`${name} is no feed of the demo`)
  return found[1]
}
