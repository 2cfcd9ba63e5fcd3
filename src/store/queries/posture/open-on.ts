import type { Engine } from '../../engines/engine.ts'
import { among } from '../moment.ts'

/** Which of some assets have which of some vulnerabilities and controls open at the end of a day, each pair once. */
export function openOn(
  engine: Engine,
  org_id: number,
  day: number,
  asset_ids: readonly number[],
  subjects: readonly string[],
): Promise<{ asset_id: number; subject: string }[]> {
  if (asset_ids.length === 0 || subjects.length === 0) return Promise.resolve([])
  return engine.query(
    `select distinct f.asset_id, f.subject from finding_history f
     where f.org_id = $org_id and f.from_day <= $day and $day < f.to_day and ${among('f.asset_id', 'asset_ids')} and ${among('f.subject', 'subjects')}`,
    { org_id, day, asset_ids: [...asset_ids], subjects: [...new Set(subjects)] },
  )
}
