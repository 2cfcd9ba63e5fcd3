import { type Instant, NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'

/** A version of a metric's, initiative's or objective's definition that began or ended after the first that was kept. */
export interface DefinitionChanged {
  kind: 'metric' | 'initiative' | 'objective'
  id: string
  what: 'added' | 'changed' | 'removed'
  day: number
  at: Instant
  /** The text that holds from then on; of what was removed the last one. */
  body: string
}

/** All such changes until $now that concern an organisation: its own and those that came with the program (org_id 0), in order of time. */
export function definitionChanges(engine: Engine, org_id: number, now: Instant): Promise<DefinitionChanged[]> {
  return engine.query<DefinitionChanged>(
    `with version as (
      select org_id, kind, id, body, valid_from, valid_to,
        lag(valid_to) over w as before_to, lead(valid_from) over w as after_from
      from definition_history
      where org_id in (0, $org_id) and kind in ('metric', 'initiative', 'objective') and retracted_in = ${NEVER} and valid_from < valid_to
      window w as (partition by org_id, kind, id order by valid_from)),
    change as (
      select kind, id, body, valid_from as at, case when before_to is null then 'added' else 'changed' end as what
      from version where valid_from > 0
      union all
      select kind, id, body, valid_to, 'removed' from version where valid_to < ${NEVER} and (after_from is null or after_from > valid_to))
    select c.kind, c.id, c.body, c.what, c.at, d.day from change c
      join day d on d.org_id = $org_id and d.starts_at <= c.at and c.at < d.ends_at
    where c.at <= $now order by c.at, c.kind, c.id collate "C"`,
    { org_id, now },
  )
}
