import type { Engine } from '../../engines/engine.ts'

/** What can feed a capability: looks at assets, a stage of exploitation that somebody states, EPSS, ends of support, or an attribute of assets. */
export type Feeding =
  | { subject: string }
  | { support: true }
  | { stage: number }
  | { epss: true }
  | { attribute: string; values?: string[] | undefined }

/** Whether anything of this kind has ever been reported, as known now. */
export async function isFed(engine: Engine, org_id: number, feeding: Feeding): Promise<boolean> {
  const [sql, params] = question(feeding)
  const rows = await engine.query(sql, { ...params, ...(sql.includes('$org_id') ? { org_id } : {}) })
  return rows.length > 0
}

const NEVER = '9007199254740991'

function question(feeding: Feeding): [string, Record<string, string | number | string[]>] {
  if ('subject' in feeding)
    return ['select 1 as fed from fresh_history where org_id = $org_id and subject = $subject limit 1', { subject: feeding.subject }]
  if ('epss' in feeding) return [`select 1 as fed from epss_history where retracted_in = ${NEVER} limit 1`, {}]
  if ('support' in feeding)
    return [
      `select 1 as fed from (
        select 1 as fed from end_of_life_history where retracted_in = ${NEVER}
        union all select 1 from software_history where org_id = $org_id and retracted_in = ${NEVER} and end_of_support_at is not null
      ) stated limit 1`,
      {},
    ]
  if ('attribute' in feeding) {
    const column = attributes.get(feeding.attribute)
    return feeding.values
      ? [`select 1 as fed from asset_history where org_id = $org_id and ${column} = any($values) limit 1`, { values: feeding.values }]
      : [`select 1 as fed from asset_history where org_id = $org_id and ${column} is not null limit 1`, {}]
  }
  return [
    `select 1 as fed from (
      select vulnerability_id from exploit_history where retracted_in = ${NEVER} and stage >= $stage
      union all select subject from finding_history where org_id = $org_id and stage >= $stage
    ) stated limit 1`,
    { stage: feeding.stage },
  ]
}

/** Attributes that can feed a capability, by name, with their column. */
export const attributes: ReadonlyMap<string, string> = new Map(
  [
    'os_family',
    'os',
    'criticality',
    'internet_facing',
    'owner',
    'asset_group',
    'environment',
    'endpoint_agent',
    'cloud_provider',
    'cloud_account',
    'region',
  ].map((name) => [name, name]),
)
