import { assetTypes, criticalities, osFamilies } from '../model/asset.ts'
import { exploitStages } from '../model/exploit.ts'
import { severities } from '../model/severity.ts'
import { severitySql, stageSql } from '../store/queries/metrics/columns.ts'
import { type Column, type Columns, rankSql } from './condition-sql.ts'

/** Attributes of an asset, over a row `a` of asset_history. Populations read these only. */
export const assetColumns: Columns = new Map<string, Column>([
  ['asset.type', { type: 'text', values: assetTypes, title: 'asset type', sql: 'a.type' }],
  ['asset.name', { type: 'text', title: 'asset name', sql: 'a.name' }],
  ['asset.os_family', { type: 'text', values: osFamilies, title: 'operating system family', sql: 'a.os_family' }],
  ['asset.os', { type: 'text', title: 'operating system', sql: 'a.os' }],
  ['asset.criticality', { type: 'ordered', values: criticalities, title: 'criticality', sql: rankSql('a.criticality', criticalities) }],
  ['asset.internet_facing', { type: 'boolean', title: 'internet-facing', sql: 'a.internet_facing' }],
  ['asset.owner', { type: 'text', title: 'owner', sql: 'a.owner' }],
  ['asset.asset_group', { type: 'text', title: 'asset group', sql: 'a.asset_group' }],
  ['asset.environment', { type: 'text', title: 'environment', sql: 'a.environment' }],
  ['asset.endpoint_agent', { type: 'text', title: 'endpoint agent', sql: 'a.endpoint_agent' }],
  ['asset.cloud_provider', { type: 'text', title: 'cloud provider', sql: 'a.cloud_provider' }],
  ['asset.cloud_account', { type: 'text', title: 'cloud account', sql: 'a.cloud_account' }],
  ['asset.region', { type: 'text', title: 'region', sql: 'a.region' }],
  ['asset.roles', { type: 'text', title: 'roles of an identity', sql: 'a.roles' }],
  ['asset.image_digest', { type: 'text', title: 'image digest', sql: 'a.image_digest' }],
])

const ofVulnerability = (sql: string) => `case when f.kind = 'vulnerability' then ${sql} end`
const ofControl = (sql: string) => `case when f.kind = 'control' then ${sql} end`

/**
 * Attributes of one finding, over `f` (a version of the finding), `v` (a version of its vulnerability, may be missing) and `c` (its control,
 * may be missing). A control's finding has no vulnerability attributes and the other way round: they are unknown.
 */
export const findingColumns: Columns = new Map<string, Column>([
  ['vulnerability.vulnerability_id', { type: 'text', title: 'vulnerability', sql: ofVulnerability('f.subject') }],
  ['vulnerability.severity', { type: 'ordered', values: severities, title: 'vulnerability severity', sql: ofVulnerability(severitySql) }],
  ['vulnerability.cvss', { type: 'number', scale: 10, title: 'CVSS', sql: ofVulnerability('coalesce(v.cvss_tenths, f.cvss_tenths)') }],
  ['vulnerability.epss', { type: 'number', scale: 100_000, title: 'EPSS', sql: ofVulnerability('v.epss') }],
  ['vulnerability.exploit_stage', { type: 'ordered', values: exploitStages, title: 'exploit stage', sql: ofVulnerability(stageSql) }],
  ['finding.kind', { type: 'text', values: ['vulnerability', 'control'], title: 'kind of finding', sql: 'f.kind' }],
  ['finding.component', { type: 'text', title: 'component', sql: `nullif(f.component, '')` }],
  ['finding.severity', { type: 'ordered', values: severities, title: 'severity by the tool', sql: 'f.severity' }],
  ['finding.stage', { type: 'ordered', values: exploitStages, title: 'exploit stage by the tool', sql: 'f.stage' }],
  ['finding.fixable', { type: 'boolean', title: 'a fix is known', sql: 'f.fixable' }],
  ['control.control_id', { type: 'text', title: 'control', sql: ofControl('f.subject') }],
  [
    'control.severity',
    { type: 'ordered', values: severities, title: 'control severity', sql: ofControl('coalesce(f.severity, c.severity)') },
  ],
  ['control.category', { type: 'text', title: 'control category', sql: ofControl('c.category') }],
  [
    'control.objective',
    {
      type: 'text',
      several: true,
      title: 'control objective',
      sql: 'exists (select 1 from control_objective o where o.org_id = $org_id and o.control_id = f.subject and o.objective in ($values))',
    },
  ],
  [
    'software.support',
    { type: 'text', values: ['ended'], title: 'support of software', sql: `case when f.kind = 'software' then 'ended' end` },
  ],
  ['control.title', { type: 'text', title: 'control title', sql: ofControl('c.title') }],
  ['control.source', { type: 'text', title: 'control source', sql: ofControl('c.source') }],
])

/** All fields that a metric may read. */
export const metricColumns: Columns = new Map([...assetColumns, ...findingColumns])
