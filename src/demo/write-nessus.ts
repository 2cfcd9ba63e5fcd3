import type { Day } from './days.ts'
import { at, textOf } from './days.ts'
import type { Open } from './exposure.ts'
import type { Host } from './fleet.ts'
import { products } from './products.ts'
import { hashOf, type Random } from './random.ts'
import { severityWord } from './vulnerabilities.ts'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const xml = (text: string) => text.replace(/[&<>"]/g, (sign) => escapes[sign]!)

/** Items without a CVE, by Tenable's plugin number, that any scan of servers finds: https://www.tenable.com/plugins */
const habits = [
  {
    plugin: 51192,
    family: 'General',
    title: 'SSL Certificate Cannot Be Trusted',
    severity: 2,
    cvss: 6.5,
    port: 443,
    share: 0.3,
    kinds: ['linux_server', 'appliance', 'windows_server'],
  },
  {
    plugin: 57608,
    family: 'Misc.',
    title: 'SMB Signing not required',
    severity: 2,
    cvss: 5.3,
    port: 445,
    share: 0.35,
    kinds: ['windows_server', 'windows'],
  },
  {
    plugin: 104743,
    family: 'Service detection',
    title: 'TLS Version 1.0 Protocol Detection',
    severity: 2,
    cvss: 6.5,
    port: 443,
    share: 0.25,
    kinds: ['linux_server', 'appliance', 'windows_server'],
  },
] as const

const severityNumber = { low: 1, medium: 2, high: 3, critical: 4 } as const
const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1)

/**
 * A weekly scan with credentials as a .nessus file. `hosts`: those that answered. Format:
 * https://static.tenable.com/documentation/nessus_v2_file_format.pdf
 */
export function writeNessus(random: Random, day: Day, first: Day, hosts: readonly { host: Host; open: readonly Open[] }[]): string {
  const parts = [
    '<?xml version="1.0" ?>\n<NessusClientData_v2>\n<Policy><policyName>Demo weekly scan with credentials</policyName></Policy>\n<Report name="Demo weekly scan">\n',
  ]
  let position = 0
  for (const { host, open } of hosts) {
    const begin = at(day, 1 + (position++ % 240) / 60)
    const end = begin + 9 * 60_000_000
    const tag = (name: string, value: string) => `<tag name="${name}">${xml(value)}</tag>`
    parts.push(
      `<ReportHost name="${host.ip}"><HostProperties>`,
      tag('HOST_START_TIMESTAMP', String(begin / 1e6)),
      tag('HOST_END_TIMESTAMP', String(end / 1e6)),
      tag('HOST_END', textOf(end)),
      tag('Credentialed_Scan', 'true'),
      tag('host-ip', host.ip),
      tag('host-fqdn', host.fqdn),
      tag('operating-system', host.os),
      host.kind === 'appliance' && host.products[0] !== 'vcenter' && host.products[0] !== 'esxi' && host.products[0] !== 'epmm'
        ? tag('system-type', 'firewall')
        : tag('system-type', 'general-purpose'),
      host.agent_id === '' ? '' : tag('host-uuid', host.agent_id),
      '</HostProperties>\n',
    )
    for (const one of open) if (one.spans.some((span) => span.from <= day && day < span.to)) parts.push(item(one))
    for (const habit of habits) {
      if (!(habit.kinds as readonly string[]).includes(host.kind)) continue
      const share = random.share('habit', host.name, habit.plugin)
      // Put right one by one over the time; the joined company has them all.
      const until = first + 60 + Math.floor(random.share('habit until', host.name, habit.plugin) * 700)
      if (share < (host.care === 'poor' ? 0.9 : habit.share) && day < until) {
        parts.push(
          `<ReportItem port="${habit.port}" svc_name="general" protocol="tcp" severity="${habit.severity}" pluginID="${habit.plugin}" pluginName="${habit.title}" pluginFamily="${habit.family}">` +
            `<cvss3_base_score>${habit.cvss}</cvss3_base_score><plugin_type>remote</plugin_type><risk_factor>Medium</risk_factor></ReportItem>\n`,
        )
      }
    }
    parts.push('</ReportHost>\n')
  }
  parts.push('</Report>\n</NessusClientData_v2>\n')
  return parts.join('')
}

const written = new WeakMap<Open, string>()

/** One vulnerability as an item; the same text in every scan. Plugin numbers are the demo's own: the real ones are Tenable's content. */
function item(one: Open): string {
  const known = written.get(one)
  if (known !== undefined) return known
  const { vulnerability, installed } = one
  const { label, vendor, software } = products[vulnerability.product]!
  const word = severityWord(vulnerability)
  const title = /^\d+\.\d/.test(vulnerability.fixed)
    ? `${label} < ${vulnerability.fixed} (${vulnerability.id})`
    : `${label}: ${vulnerability.fixed} missing (${vulnerability.id})`
  const vector = vulnerability.vector.startsWith('CVSS:3') ? `<cvss3_vector>${vulnerability.vector}</cvss3_vector>` : ''
  const text =
    `<ReportItem port="0" svc_name="general" protocol="tcp" severity="${severityNumber[word]}" pluginID="${900_000_000 + (hashOf(vulnerability.id) % 9_000_000)}" pluginName="${xml(title)}" pluginFamily="Demo">` +
    `<cpe>cpe:/a:${vendor}:${xml(software)}</cpe><cve>${vulnerability.id}</cve>` +
    (vulnerability.cvss === null || vulnerability.vector.startsWith('CVSS:4')
      ? ''
      : `<cvss3_base_score>${vulnerability.cvss}</cvss3_base_score>${vector}`) +
    `<plugin_type>local</plugin_type><risk_factor>${capital(word)}</risk_factor>` +
    `<plugin_output>\n  Product           : ${xml(label)}\n  Installed version : ${xml(installed)}\n  Fixed version     : ${xml(vulnerability.fixed)}\n</plugin_output></ReportItem>\n`
  written.set(one, text)
  return text
}
