import type { Instant } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import { assetFacts, type FactTable, orgFacts, worldFacts } from '../../facts.ts'

/** What one import said about a time before. */
export interface Learned {
  import_no: number
  kind: string
  format: string | null
  source: string | null
  file_name: string | null
  recorded_at: Instant
  /** Assets of the organisation about which it said something. */
  assets: number
  /** Vulnerabilities of the organisation's findings about which it said something. */
  vulnerabilities: number
}

/** Facts that no score and no list of an organisation depends on would only be noise here. */
const told: FactTable[] = [
  ...Object.values(assetFacts).filter((fact) => fact.table !== 'name_history'),
  orgFacts.control,
  orgFacts.statement,
  worldFacts.epss,
  worldFacts.exploit,
  worldFacts.cvss,
]

/**
 * Imports after `known_at` that changed what is known about the time until `at`: late reports, listings with an earlier date, corrections,
 * undone imports; the newest first.
 */
export function learnedSince(engine: Engine, org_id: number, known_at: number, at: Instant): Promise<Learned[]> {
  const parts = told.flatMap((fact) => {
    const world = !fact.scope.includes('org_id')
    const asset = [...fact.scope, ...fact.key].includes('asset_id') ? 'f.asset_id' : 'cast(null as bigint)'
    const subject = world ? 'f.vulnerability_id' : 'cast(null as text)'
    const only = world
      ? `f.vulnerability_id in (select k.subject from finding_key k where k.org_id = $org_id and k.kind = 'vulnerability')`
      : 'f.org_id = $org_id'
    return ['opened_in', 'retracted_in'].map(
      (column) =>
        `select f.${column} as import_no, ${asset} as asset_id, ${subject} as subject from ${fact.table} f
         where f.${column} > $known_at and f.${column} < 9007199254740991 and f.valid_from <= $at and ${only}`,
    )
  })
  return engine.query<Learned>(
    `with said as (${parts.join(' union all ')}),
    counted as (select import_no, count(distinct asset_id) as assets, count(distinct subject) as vulnerabilities from said group by import_no)
    select i.import_no, i.kind, i.format, i.source, i.file_name, i.recorded_at, c.assets, c.vulnerabilities
    from counted c join import i on i.import_no = c.import_no order by i.import_no desc`,
    { org_id, known_at, at },
  )
}
