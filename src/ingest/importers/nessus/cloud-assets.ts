import { z } from 'zod'
import type { AssetRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import type { Source, Told } from '../../importer.ts'
import { readJson } from '../../readers/json.ts'
import { describeTags } from './host.ts'
import { safeParse } from '../../readers/safe-parse.ts'

/** One value or a list of them, as the versions of the interface write it. */
const list = z
  .union([z.array(z.string()), z.string().transform((one) => [one])])
  .nullish()
  .catch([])
  .transform((values) => (values ?? []).filter((one) => one !== '').slice(0, 100))
const text = z.string().nullish().catch(null)

/**
 * One asset. Formats: https://developer.tenable.com/reference/exports-assets-download-chunk (plural names), https://developer.tenable.com/reference/assets-list-assets
 * and https://developer.tenable.com/reference/workbenches-assets (singular names).
 */
const Asset = z.object({
  id: z.string(),
  agent_uuid: list,
  tenable_uuid: list,
  fqdn: list,
  fqdns: list,
  hostname: list,
  hostnames: list,
  netbios_name: list,
  netbios_names: list,
  ipv4: list,
  ipv4s: list,
  ipv6: list,
  ipv6s: list,
  operating_system: list,
  operating_systems: list,
  system_type: list,
  system_types: list,
  aws_ec2_instance_id: list,
  aws_owner_id: list,
  aws_region: list,
  azure_resource_id: list,
  azure_vm_id: list,
  gcp_instance_id: list,
  gcp_project_id: list,
  gcp_zone: list,
  last_seen: text,
  deleted_at: text,
  terminated_at: text,
})

/**
 * Lists of assets from the cloud's interface: who they are and when they were last seen, without what was found on them. A chunk or a page is not
 * known to be the whole list, so what it leaves out stays.
 */
export async function* parseCloudAssets(file: Source): AsyncGenerator<Told> {
  yield { kind: 'report', source: 'nessus', tool: 'Tenable Vulnerability Management', tool_version: null, observed_at: null }
  let count = 0
  yield* readJson(file.bytes(), ['$[*]', '$.assets[*]']).tell(function* (matches) {
    for (const { at, value } of matches) {
      const read = safeParse(Asset, value)
      if (!read.success) {
        yield { kind: 'skipped', at, reason: z.prettifyError(read.error).slice(0, 500) }
        continue
      }
      count++
      yield describeAsset(read.data, `a${count}`)
    }
  })
}

function describeAsset(asset: z.infer<typeof Asset>, key: string): AssetRecord {
  const tags = new Map<string, string>([['host-uuid', asset.id]])
  const set = (tag: string, ...lists: string[][]) => {
    const first = lists.flat()[0]
    if (first) tags.set(tag, first)
  }
  set('tenable-uuid', asset.agent_uuid, asset.tenable_uuid)
  set('host-fqdn', asset.fqdn, asset.fqdns)
  set('hostname', asset.hostname, asset.hostnames)
  set('netbios-name', asset.netbios_name, asset.netbios_names)
  const addresses = [...asset.ipv4, ...asset.ipv4s, ...asset.ipv6, ...asset.ipv6s]
  if (addresses.length > 0) tags.set('host-ip', addresses.join(','))
  const names = [...asset.fqdn, ...asset.fqdns]
  if (names.length > 1) tags.set('host-fqdns', JSON.stringify(names.map((FQDN) => ({ FQDN }))))
  const systems = [...asset.operating_system, ...asset.operating_systems]
  if (systems.length > 0) tags.set('operating-system', JSON.stringify(systems))
  set('system-type', asset.system_type, asset.system_types)
  set('aws-instance-instanceId', asset.aws_ec2_instance_id)
  set('aws-instance-accountId', asset.aws_owner_id)
  set('aws-instance-region', asset.aws_region)
  set('azure-instance-resourceId', asset.azure_resource_id)
  set('azure-instance-vmId', asset.azure_vm_id)
  set('gcp-instance-id', asset.gcp_instance_id)
  set('gcp-instance-project-id', asset.gcp_project_id)
  set('gcp-instance-zone', asset.gcp_zone)
  const record = describeTags(tags.get('host-fqdn') ?? tags.get('netbios-name') ?? addresses[0] ?? asset.id, key, tags).asset
  const seen = parseInstant(asset.last_seen ?? '')
  return { ...record, ...(seen !== null && { observed_at: seen }), ...((asset.deleted_at || asset.terminated_at) && { inactive: true }) }
}
