import { UserError } from '../../../errors.ts'
import type { ExploitStage } from '../../../model/exploit.ts'
import type { Severity } from '../../../model/severity.ts'
import { formatInstant } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, momentParams } from '../moment.ts'
import { endOf, saidBy, type SupportSaidBy, supportSql, type SupportState, supportWord } from '../support.ts'
import { severityWord, stageWord } from '../words.ts'
import { perSoftware, softwareCtes, type SoftwareItem, softwareItem, type SoftwareTold, toldParams } from './list.ts'

/** A software with its versions and open vulnerabilities. */
export interface SoftwareAnswer extends SoftwareItem {
  /** The most assets first. `vulnerabilities`: distinct open ones, of which `critical`; `stage`: the furthest of them. */
  version_list: {
    version: string
    assets: number
    exposed_assets: number
    vulnerabilities: number
    critical: number
    stage: ExploitStage
    end_of_support_at: string | null
    end_of_support_by: SupportSaidBy | null
    support: SupportState | null
  }[]
  /** The furthest exploited and most severe first; at most 500. */
  vulnerability_list: { vulnerability_id: string; severity: Severity | null; stage: ExploitStage; assets: number }[]
}

/**
 * One software by name; `vendor` undefined: the vendor with the most assets. Throws UserError('unknown_software') when no asset of this
 * scope has it at this moment.
 */
export async function getSoftware(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  name: string,
  vendor?: string,
  told: readonly SoftwareTold[] = [],
): Promise<SoftwareAnswer> {
  const own = told.filter((each) => each.name === name)
  const params = { ...momentParams(scope, moment), name }
  const ctes = softwareCtes(scope, 'and s.name = $name')
  const [row] = await engine.query<Parameters<typeof softwareItem>[0] & { vendor_key: string }>(
    `with ${ctes} select * from (${perSoftware(own)}) x ${vendor === undefined ? '' : 'where x.vendor_key = $vendor'} order by x.assets desc, x.vendor_key collate "C" limit 1`,
    { ...params, ...toldParams(own), ...(vendor === undefined ? {} : { vendor }) },
  )
  if (!row)
    throw new UserError('unknown_software', `no asset here has software named "${name.slice(0, 100)}" at that moment`, { status: 404 })
  const ofVendor = { ...params, vendor: row.vendor_key }
  const [versions, vulnerabilities] = await Promise.all([
    engine.query<{
      version: string
      assets: number
      exposed_assets: number
      vulnerabilities: number
      critical: number
      stage: number
      ends: string | null
      ends_at: number | null
      support: number | null
    }>(
      `with ${ctes}
      select h.version, count(distinct h.asset_id) as assets, count(distinct t.asset_id) as exposed_assets, count(distinct t.subject) as vulnerabilities,
        count(distinct case when t.severity = 4 then t.subject end) as critical, coalesce(max(t.stage), 0) as stage, min(h.ends) as ends, ${endOf('min(h.ends)')} as ends_at,
        ${supportSql(endOf('min(h.ends)'))} as support
      from had h left join hit t on t.asset_id = h.asset_id and t.name = h.name and (t.version is null or t.version = h.version)
      where coalesce(h.vendor, '') = $vendor group by h.version order by assets desc, h.version collate "C"`,
      ofVendor,
    ),
    engine.query<{ subject: string; severity: number | null; stage: number; assets: number }>(
      `with ${ctes}
      select subject, max(severity) as severity, max(stage) as stage, count(distinct asset_id) as assets from hit where coalesce(vendor, '') = $vendor
      group by subject order by stage desc, severity desc nulls last, assets desc, subject collate "C" limit 500`,
      ofVendor,
    ),
  ])
  return {
    ...softwareItem(row),
    version_list: versions.map(({ version, stage, ends, ends_at, support, ...counts }) => ({
      version: version || 'unknown',
      ...counts,
      stage: stageWord(stage),
      end_of_support_at: formatInstant(ends_at),
      end_of_support_by: saidBy(ends),
      support: supportWord(support),
    })),
    vulnerability_list: vulnerabilities.map(({ subject, severity, stage, assets }) => ({
      vulnerability_id: subject,
      severity: severityWord(severity),
      stage: stageWord(stage),
      assets,
    })),
  }
}
