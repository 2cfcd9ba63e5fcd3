import type { AssetType } from '../../../model/asset.ts'
import { remembered } from '../../../model/remembered.ts'
import { type Field, plainHeader } from './columns.ts'

/** A row, by plain header name (`plainHeader`); '' for what it does not have. */
export type Cells = (header: string) => string

/** An export of a well-known inventory, told by its header. Such a list is a source of its own: what it says does not end what another list says. */
export interface KnownExport {
  /** The report's source is `asset-csv:<id>`. */
  id: string
  tool: string
  /** Plain header names: of each line one at least must be there. */
  has: readonly (readonly string[])[]
  /** The column of each field: the first of these that the file has. Nothing else is guessed. */
  columns: Partial<Record<Field, readonly string[]>>
  /** Ids that the inventory gives: prefix of the agent id, and its column. */
  ids?: readonly (readonly [prefix: string, header: string])[]
  /** The type of every row, or of a cell of column `type`. */
  type: AssetType | ((text: string) => AssetType | null)
  /** A second column that belongs to the operating system. */
  os_version?: string
  /** Its criticality is in a scale of its own, which classifications translate: the name of the scale (model/stated-criticality.ts). */
  scale?: string
  /** The row says that the asset is retired, disabled or deleted. */
  inactive?: (cell: Cells) => boolean
  /** Why a row is none of an asset; null: it is one. */
  not_asset?: (cell: Cells) => string | null
  /** Values made of several cells, which go before those of the columns. */
  made?: (cell: Cells) => Partial<Record<Field, string>>
}

const isFalse = (text: string): boolean => /^(?:false|no|0)$/i.test(text.trim())

const isGone = remembered((text): boolean => /^(?:retired|absent|stolen|disposed)$/i.test(text.trim()))

/** ServiceNow's classes, as label ("Windows Server") or name ("cmdb_ci_win_server"). */
const typeOfClass = remembered((text): AssetType | null => {
  const words = text
    .toLowerCase()
    .replace(/^cmdb_ci_?/, '')
    .replaceAll('_', ' ')
  if (/\bcluster/.test(words)) return 'cluster'
  if (/\bimage\b/.test(words)) return 'image'
  if (/\b(?:application|appl|app|service|web ?site|database|db)\b/.test(words) && !/\bserver\b/.test(words)) return 'application'
  if (
    /server|computer|workstation|laptop|hardware|device|switch|router|firewall|printer|storage|hypervisor|\bvm\b|virtual machine|\besx|appliance|phone|mobile|netgear|\bpc\b/.test(
      words,
    )
  )
    return 'device'
  return words === '' ? null : 'other'
})

/** The first organisational unit of a distinguished name: "CN=WEB-1,OU=Servers,DC=example,DC=com" → "Servers". */
const partOf = (name: string, part: 'OU' | 'CN'): string =>
  new RegExp(`(?:^|,)${part}=((?:\\\\.|[^,\\\\])+)`, 'i').exec(name)?.[1]?.replace(/\\(.)/g, '$1') ?? ''

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Headers as these consoles and commands write them, in any spelling of case, spaces and signs. */
const knownExports: readonly KnownExport[] = [
  {
    id: 'servicenow',
    tool: 'ServiceNow CMDB',
    has: [
      ['name'],
      ['class', 'sysclassname'],
      ['operationalstatus', 'installstatus', 'status', 'supportgroup', 'businesscriticality', 'businescriticality', 'sysid', 'assettag'],
    ],
    columns: {
      name: ['name'],
      hostname: ['hostname'],
      fqdn: ['fullyqualifieddomainname', 'fqdn'],
      ip: ['ipaddress'],
      serial: ['serialnumber'],
      type: ['class', 'sysclassname'],
      os: ['operatingsystem', 'os'],
      owner: ['ownedby', 'managedby', 'assignedto'],
      asset_group: ['supportgroup', 'managedbygroup', 'assignmentgroup', 'department'],
      // ServiceNow's own spelling of the field's name.
      criticality: ['businesscriticality', 'businescriticality'],
      environment: ['environment', 'usedfor'],
      internet_facing: ['internetfacing'],
    },
    ids: [['servicenow', 'sysid']],
    type: typeOfClass,
    os_version: 'osversion',
    scale: 'servicenow',
    // As labels, or as the numbers of install_status: retired and absent.
    inactive: (cell) =>
      /^(?:7|100)$/.test(cell('installstatus').trim()) ||
      isGone(cell('installstatus')) ||
      isGone(cell('status')) ||
      isGone(cell('operationalstatus')),
  },
  {
    id: 'intune',
    tool: 'Microsoft Intune',
    has: [
      ['deviceid'],
      ['devicename'],
      ['azureaddeviceid', 'entradeviceid', 'microsoftentradeviceid'],
      ['lastcheckin', 'primaryuserupn', 'managedby'],
    ],
    columns: {
      hostname: ['devicename'],
      serial: ['serialnumber'],
      os: ['os'],
      owner: ['primaryuserupn', 'primaryuseremailaddress'],
      asset_group: ['category', 'devicecategory'],
    },
    ids: [
      ['intune', 'deviceid'],
      ['entra', 'azureaddeviceid'],
      ['entra', 'entradeviceid'],
      ['entra', 'microsoftentradeviceid'],
    ],
    type: 'device',
    os_version: 'osversion',
  },
  {
    id: 'entra',
    tool: 'Microsoft Entra ID',
    has: [['displayname'], ['deviceid'], ['approximatelastsignindatetime', 'jointypetrusttype', 'trusttype'], ['operatingsystem']],
    columns: { hostname: ['displayname'], os: ['operatingsystem'], owner: ['registeredowners', 'usernames'] },
    ids: [['entra', 'deviceid']],
    type: 'device',
    os_version: 'operatingsystemversion',
    inactive: (cell) => isFalse(cell('accountenabled')),
  },
  {
    id: 'active-directory',
    tool: 'Active Directory',
    has: [['distinguishedname'], ['dnshostname', 'operatingsystem'], ['objectclass', 'objectguid', 'samaccountname']],
    columns: { hostname: ['name'], fqdn: ['dnshostname'], ip: ['ipv4address'], os: ['operatingsystem'] },
    ids: [['active-directory', 'objectguid']],
    type: 'device',
    os_version: 'operatingsystemversion',
    inactive: (cell) => isFalse(cell('enabled')),
    not_asset: (cell) =>
      /^(?:computer)?$/i.test(cell('objectclass').trim())
        ? null
        : `an object of the class ${cell('objectclass').slice(0, 60)} is no computer`,
    made: (cell) => ({ asset_group: partOf(cell('distinguishedname'), 'OU'), owner: partOf(cell('managedby'), 'CN') }),
  },
  {
    id: 'aws-ec2',
    tool: 'Amazon EC2 console',
    has: [['instanceid'], ['instancestate'], ['instancetype']],
    columns: {
      name: ['name'],
      ip: ['privateipaddress', 'privateipv4address'],
      os: ['platformdetails', 'platform'],
      cloud_account: ['ownerid'],
    },
    type: 'cloud_resource',
    inactive: (cell) => /^terminated$/i.test(cell('instancestate').trim()),
    made: (cell) => {
      const region = /^[a-z]{2}(?:-[a-z]+)+-\d/.exec(cell('availabilityzone').trim().toLowerCase())?.[0] ?? ''
      const [id, owner] = [cell('instanceid').trim(), cell('ownerid').trim()]
      const arn =
        region && /^\d{12}$/.test(owner)
          ? `arn:${region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'}:ec2:${region}:${owner}:instance/${id}`
          : id
      return { cloud_id: arn, region, cloud_provider: 'aws' }
    },
  },
  {
    id: 'aws-config',
    tool: 'AWS Config',
    has: [['resourceid'], ['resourcetype'], ['arn'], ['awsregion', 'accountid']],
    columns: { name: ['resourcename'], cloud_id: ['arn'], region: ['awsregion'], cloud_account: ['accountid'] },
    type: 'cloud_resource',
    made: () => ({ cloud_provider: 'aws' }),
  },
  {
    id: 'azure-resources',
    tool: 'Azure portal',
    has: [['name'], ['type'], ['resourcegroup'], ['location'], ['subscription', 'subscriptionid']],
    columns: { name: ['name'], region: ['location'], cloud_account: ['subscriptionid', 'subscription'] },
    type: 'cloud_resource',
    made: (cell) => {
      const written = [cell('resourceid'), cell('id'), cell('resourceuri')].find((text) => /^\/subscriptions\//i.test(text.trim()))
      const [subscription, group, type, name] = [
        cell('subscriptionid') || cell('subscription'),
        cell('resourcegroup'),
        cell('type'),
        cell('name'),
      ].map((text) => text.trim())
      const path = guid.test(subscription!) && /^[\w.]+\/[\w./]+$/.test(type!) && !type!.slice(type!.indexOf('/') + 1).includes('/')
      const id =
        written?.trim() ?? (path && group && name ? `/subscriptions/${subscription}/resourceGroups/${group}/providers/${type}/${name}` : '')
      return {
        cloud_provider: 'azure',
        ...(id && { cloud_id: id }),
        ...(id ? {} : { name: [subscription, group, name].filter(Boolean).join('/') }),
      }
    },
  },
]

/** The export that a header is of; null: a list of somebody's own. */
export function findExport(header: readonly string[]): KnownExport | null {
  const names = new Set(header.map(plainHeader))
  return knownExports.find(({ has }) => has.every((some) => some.some((name) => names.has(name)))) ?? null
}
