import { at, type Day, textOf } from './days.ts'
import { type Open, upgradedOn } from './exposure.ts'
import type { Host } from './fleet.ts'
import { products } from './products.ts'
import type { Random } from './random.ts'
import { WINDOWS_10_END, windows10End } from './story.ts'
import { severityWord } from './vulnerabilities.ts'

const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1)
const isTen = (random: Random, host: Host, day: Day) => host.kind === 'windows_10' && day < upgradedOn(random, host)

/** How far the exploit had come on the day, in Defender's words. */
function exploitability({ vulnerability }: Open, day: Day): string {
  if (vulnerability.metasploit !== null && vulnerability.metasploit.on <= day) return 'ExploitIsInKit'
  if (vulnerability.public_on !== null && vulnerability.public_on <= day) return 'ExploitIsPublic'
  return 'NoExploit'
}

/**
 * Defender's software vulnerabilities by machine, full export of one day: a row per device, software and CVE; software without any has one
 * row without a CVE. Format: https://learn.microsoft.com/en-us/defender-endpoint/api/get-assessment-software-vulnerabilities
 */
export function writeDefenderVulnerabilities(random: Random, day: Day, hosts: readonly { host: Host; open: readonly Open[] }[]): string {
  const rows: string[] = []
  for (const { host, open } of hosts) {
    const ten = isTen(random, host, day)
    const device = {
      deviceId: host.agent_id,
      rbacGroupName: host.group,
      deviceName: host.fqdn,
      osPlatform: ten ? 'Windows10' : 'Windows11',
      osVersion: ten ? '10.0.19045' : '10.0.26100',
      lastSeenTimestamp: textOf(at(day, 4 + random.share('seen', host.name))),
    }
    for (const key of host.products) {
      const product = products[key]!
      const windows = key === 'windows'
      const software = {
        softwareVendor: product.vendor,
        softwareName: windows && ten ? 'windows_10' : product.software,
        ...(windows &&
          ten && {
            endOfSupportStatus: day > windows10End ? 'EOS Version' : 'Upcoming EOS Version',
            endOfSupportDate: `${WINDOWS_10_END}T00:00:00Z`,
          }),
      }
      let listed = 0
      for (const one of open) {
        if (one.vulnerability.product !== key || !one.spans.some((span) => span.from <= day && day < span.to)) continue
        listed++
        const { id, cvss, fixed } = one.vulnerability
        const version = windows && ten ? '10.0.19045' : one.installed
        rows.push(
          JSON.stringify({
            id: `${host.agent_id}_${product.vendor}_${software.softwareName}_${version}_${id}`,
            ...device,
            ...software,
            softwareVersion: version,
            cveId: id,
            vulnerabilitySeverityLevel: capital(severityWord(one.vulnerability)),
            cvssScore: cvss,
            recommendedSecurityUpdate: fixed,
            exploitabilityLevel: exploitability(one, day),
          }),
        )
      }
      if (listed === 0) {
        const version = windows && ten ? '10.0.19045' : 'current'
        rows.push(
          JSON.stringify({
            id: `${host.agent_id}_${product.vendor}_${software.softwareName}_${version}_`,
            ...device,
            ...software,
            softwareVersion: version,
            cveId: null,
          }),
        )
      }
    }
  }
  return `{"@odata.context":"https://api.security.microsoft.com/api/$metadata#Collection(microsoft.windowsDefenderATP.api.AssetVulnerability)","value":[\n${rows.join(',\n')}\n]}\n`
}

/** Defender's list of machines on a day. Format: https://learn.microsoft.com/en-us/defender-endpoint/api/machine */
export function writeDefenderMachines(random: Random, day: Day, hosts: readonly Host[]): string {
  const rows = hosts.map((host) => {
    const ten = isTen(random, host, day)
    return JSON.stringify({
      id: host.agent_id,
      computerDnsName: host.fqdn,
      firstSeen: textOf(at(host.joined_on, 9)),
      lastSeen: textOf(at(day, 4 + random.share('seen', host.name))),
      osPlatform: ten ? 'Windows10' : 'Windows11',
      version: ten ? '22H2' : '24H2',
      osBuild: ten ? 19045 : 26100,
      lastIpAddress: host.ip,
      healthStatus: 'Active',
      onboardingStatus: 'Onboarded',
      rbacGroupName: host.group,
      deviceValue: host.criticality === 'high' ? 'High' : host.criticality === 'low' ? 'Low' : 'Normal',
      riskScore: 'None',
      exposureLevel: 'Low',
      machineTags: [],
    })
  })
  return `{"@odata.context":"https://api.security.microsoft.com/api/$metadata#Machines","value":[\n${rows.join(',\n')}\n]}\n`
}
