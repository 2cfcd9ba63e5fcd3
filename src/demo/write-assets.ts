import type { Day } from './days.ts'
import type { Fleet, Host } from './fleet.ts'
import { during } from './story.ts'

/** The Macs that lose their agent in the chapter `agent_removed`. */
const losesAgent = (host: Host): boolean => host.kind === 'macos' && Number(host.name.slice(4)) <= 14

/** The agent that the organisation's own list names; Defender says it itself for the machines that it runs on. */
function agentOf(host: Host, day: Day, last: Day): string {
  if (host.kind === 'appliance') return ''
  if (host.site === 'Northwind') return day >= host.joined_on + 60 ? 'Microsoft Defender for Endpoint' : ''
  if (host.kind === 'macos') return losesAgent(host) && during('agent_removed', day, last) ? '' : 'Jamf Protect'
  return 'Microsoft Defender for Endpoint'
}

const cell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** What no scanner knows, as an export of the organisation's own list. */
export function writeAssets(fleet: Fleet, day: Day, last: Day): string {
  const rows: string[][] = [
    ['Name', 'FQDN', 'Cloud resource id', 'Type', 'Owner', 'Group', 'Criticality', 'Internet-facing', 'Environment', 'Endpoint agent'],
  ]
  for (const host of fleet.hosts) {
    if (day < host.joined_on || (host.left_on !== null && day >= host.left_on)) continue
    rows.push([
      '',
      host.fqdn,
      '',
      'device',
      host.owner,
      host.group,
      host.criticality ?? '',
      host.internet_facing ? 'yes' : 'no',
      'production',
      agentOf(host, day, last),
    ])
  }
  for (const image of fleet.images) {
    if (image.name.includes('/northwind/') && !fleet.hosts.some((host) => host.site === 'Northwind' && host.joined_on <= day)) continue
    rows.push([
      image.name,
      '',
      '',
      'image',
      image.owner,
      'Container platform',
      image.internet_facing ? 'high' : 'medium',
      image.internet_facing ? 'yes' : 'no',
      'production',
      '',
    ])
  }
  for (const resource of fleet.resources) {
    const production = !/development/.test(fleet.accounts.find((account) => account.id === resource.account)!.name)
    rows.push([
      '',
      '',
      resource.id,
      'cloud_resource',
      'Platform team',
      'Cloud',
      production ? 'high' : 'low',
      resource.internet_facing ? 'yes' : 'no',
      production ? 'production' : 'development',
      '',
    ])
  }
  return `${rows.map((row) => row.map(cell).join(',')).join('\n')}\n`
}
