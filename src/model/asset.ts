/** What can be exposed. `other` only when a report gives no hint at all. */
export const assetTypes = [
  'device',
  'image',
  'cloud_resource',
  'account',
  'tenant',
  'repository',
  'application',
  'cluster',
  'identity',
  'other',
] as const
export type AssetType = (typeof assetTypes)[number]

/**
 * Kinds of names, strongest first: a strong name identifies one asset for ever, `fqdn`, `hostname` and `ip` only within the
 * staleness window and only when nothing stronger disagrees. `label` names an asset inside one source (a lock file given by --asset).
 */
export const nameTypes = ['cloud_id', 'agent_id', 'serial', 'repository', 'image', 'tenant_id', 'label', 'fqdn', 'hostname', 'ip'] as const
export type NameType = (typeof nameTypes)[number]

export const criticalities = ['low', 'medium', 'high', 'very_high'] as const
export type Criticality = (typeof criticalities)[number]

export const osFamilies = ['windows', 'windows_server', 'macos', 'linux', 'ios', 'android', 'network', 'other'] as const
export type OsFamily = (typeof osFamilies)[number]

/**
 * What is known about an asset beside its names. Every field is stated by a source and may be absent (unknown).
 * All values are text in the store, so that one table holds them; booleans are 'true' and 'false'.
 */
export interface AssetAttributes {
  os_family?: OsFamily
  /** The operating system as the tool writes it, "Ubuntu 22.04". */
  os?: string
  criticality?: Criticality
  /** How critical its source calls it, in the source's own scale: see stated-criticality.ts. Rules translate it into a level. */
  stated_criticality?: string
  /** Reachable from the internet. Absent = unknown, which scores as not reachable. */
  internet_facing?: boolean
  owner?: string
  /** The asset group (device group, team, account folder) that people filter and scope by. */
  asset_group?: string
  environment?: string
  /** Name of the endpoint protection agent that runs on it; absent = none known. */
  endpoint_agent?: string
  cloud_provider?: 'aws' | 'azure' | 'gcp' | 'oci' | 'alibaba' | 'kubernetes' | 'm365' | 'github' | 'other'
  cloud_account?: string
  region?: string
  /** Of an identity: its roles in small letters, each once and in order, "exchange administrator; global administrator". */
  roles?: string
  /** For container images: the content digest, sha256:… */
  image_digest?: string
}
