import { UserError } from '../../../errors.ts'

/** What a column can mean: names of the asset, then what is known about it. The keys of a column mapping. */
export const fields = [
  'name',
  'hostname',
  'fqdn',
  'ip',
  'serial',
  'cloud_id',
  'agent_id',
  'type',
  'os',
  'owner',
  'asset_group',
  'criticality',
  'internet_facing',
  'environment',
  'endpoint_agent',
  'cloud_provider',
  'cloud_account',
  'region',
] as const
export type Field = (typeof fields)[number]

const nameFields: readonly Field[] = ['name', 'hostname', 'fqdn', 'ip', 'serial', 'cloud_id', 'agent_id']

/** Header names for each field, without case, spaces and signs. */
const synonyms: Record<Field, string[]> = {
  name: [
    'name',
    'asset',
    'assetname',
    'device',
    'devicename',
    'displayname',
    'ci',
    'ciname',
    'configurationitem',
    'resource',
    'resourcename',
    'system',
    'systemname',
  ],
  hostname: [
    'hostname',
    'host',
    'computer',
    'computername',
    'machine',
    'machinename',
    'server',
    'servername',
    'netbios',
    'netbiosname',
    'nodename',
  ],
  fqdn: ['fqdn', 'dns', 'dnsname', 'dnshostname', 'fullyqualifieddomainname', 'computerdnsname', 'fullname'],
  ip: ['ip', 'ipaddress', 'ipaddresses', 'ipv4', 'ipv4address', 'ipv6', 'primaryip', 'privateip'],
  serial: ['serial', 'serialnumber', 'serialno', 'sn'],
  cloud_id: ['cloudid', 'cloudresourceid', 'resourceid', 'arn', 'instanceid', 'azureresourceid', 'resourcearn'],
  agent_id: ['agentid', 'deviceid', 'machineid', 'sensorid', 'agentuuid', 'endpointid'],
  type: ['type', 'assettype', 'devicetype', 'resourcetype', 'class', 'assetclass', 'kind'],
  os: ['os', 'operatingsystem', 'osname', 'osplatform', 'platform', 'osversion', 'osfamily'],
  owner: [
    'owner',
    'assetowner',
    'owneremail',
    'businessowner',
    'systemowner',
    'ownedby',
    'responsible',
    'responsibleperson',
    'contact',
    'riskowner',
    'technicalowner',
    'assignedto',
  ],
  asset_group: [
    'group',
    'assetgroup',
    'devicegroup',
    'team',
    'department',
    'dept',
    'businessunit',
    'bu',
    'organizationalunit',
    'organisationalunit',
    'ou',
    'supportgroup',
    'assignmentgroup',
  ],
  criticality: [
    'criticality',
    'assetcriticality',
    'businesscriticality',
    'importance',
    'assetvalue',
    'devicevalue',
    'priority',
    'criticalitylevel',
    'businessimpact',
  ],
  internet_facing: [
    'internetfacing',
    'isinternetfacing',
    'internetexposed',
    'exposedtointernet',
    'publicfacing',
    'ispublic',
    'external',
    'externalfacing',
    'publiclyaccessible',
    'facing',
  ],
  environment: ['environment', 'env', 'stage', 'lifecycle', 'usedfor'],
  endpoint_agent: [
    'endpointagent',
    'edr',
    'agent',
    'antivirus',
    'av',
    'endpointprotection',
    'endpointsecurity',
    'edragent',
    'epp',
    'securityagent',
    'agentname',
    'sensor',
  ],
  cloud_provider: ['cloudprovider', 'cloud', 'provider', 'csp'],
  cloud_account: ['cloudaccount', 'accountid', 'awsaccount', 'subscription', 'subscriptionid', 'projectid', 'cloudaccountid'],
  region: ['region', 'cloudregion', 'availabilityzone'],
}

const byName = new Map<string, Field>(fields.flatMap((field) => synonyms[field].map((name) => [name, field] as const)))

/** A header of a list of findings, not of assets. */
const OF_FINDINGS =
  /cve|cwe|cvss|epss|vuln|severity|plugin|\bqid\b|nvt|finding|exploit|threat|issue|advisory|recommendation|remediat|solution|complian|software name|control|\bcheck|\brule|\bresult|\btest|\btitle|package|\bport\b|risk|alert|insight/i

/** A header name without case, spaces and signs. */
export const plainHeader = (header: string): string => header.toLowerCase().replace(/[^\p{Letter}\p{Number}]+/gu, '')

/** Which column of the file each field is read from, by the header alone; of two columns for one field the first. */
function columnsByHeader(header: string[]): Map<Field, string> {
  const columns = new Map<Field, string>()
  for (const column of header) {
    const field = byName.get(plainHeader(column))
    if (field && !columns.has(field)) columns.set(field, column)
  }
  return columns
}

function columnsOfExport(header: string[], known: Partial<Record<Field, readonly string[]>>): Map<Field, string> {
  const byPlain = new Map(header.toReversed().map((column) => [plainHeader(column), column] as const))
  return new Map(
    fields.flatMap((field) => {
      const column = (known[field] ?? []).map((name) => byPlain.get(name)).find((found) => found !== undefined)
      return column === undefined ? [] : [[field, column] as const]
    }),
  )
}

/** A list of assets: a column that names them, one that says something about them, and none that speaks of weaknesses. */
export function isAssetHeader(header: string[]): boolean {
  // A word boundary is wanted in camelCase headers, too.
  if (header.some((column) => OF_FINDINGS.test(column.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/_/g, ' ')))) return false
  const columns = columnsByHeader(header)
  const named = nameFields.some((field) => columns.has(field))
  return named && [...columns.keys()].some((field) => !nameFields.includes(field))
}

/**
 * `known`: the columns of a well-known export, in place of what the header's words suggest; it names its assets itself.
 *
 * The mapping that a person gave (our field → the file's column) over the one by header. Throws UserError('bad_columns') for a field that
 * does not exist or a column that the file does not have, and when nothing names the assets.
 */
export function chooseColumns(
  header: string[],
  given: Record<string, string> | undefined,
  known: Partial<Record<Field, readonly string[]>> | null = null,
): Map<Field, string> {
  const columns = known ? columnsOfExport(header, known) : columnsByHeader(header)
  for (const [field, column] of Object.entries(given ?? {})) {
    if (!(fields as readonly string[]).includes(field))
      throw new UserError('bad_columns', `There is no field "${field}"; fields are ${fields.join(', ')}`)
    const found = header.find((one) => one === column) ?? header.find((one) => one.toLowerCase() === column.trim().toLowerCase())
    if (found === undefined)
      throw new UserError(
        'bad_columns',
        `The file has no column "${column}" for ${field}; its columns are ${header.join(', ').slice(0, 500)}`,
      )
    for (const [other, taken] of columns) if (taken === found) columns.delete(other)
    columns.set(field as Field, found)
  }
  if (!known && !nameFields.some((field) => columns.has(field))) {
    throw new UserError(
      'bad_columns',
      `No column names the assets: expected one for ${nameFields.join(', ')}; the columns are ${header
        .map((name) => JSON.stringify(name))
        .join(', ')
        .slice(0, 500)}`,
    )
  }
  return columns
}
