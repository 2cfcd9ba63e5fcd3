import type { DefinitionKind } from '../../model/definition.ts'
import { type Instant, NEVER } from '../../model/time.ts'
import type { Engine } from '../engines/engine.ts'

/** A definition that holds at an instant. */
export interface Definition {
  kind: DefinitionKind
  id: string
  body: string
  /** Since when it says this. */
  since: Instant
}

/** The definitions of these kinds that hold at an instant (default: those that nobody set otherwise since), ordered by kind and id. */
export function readDefinitions(
  engine: Engine,
  org_id: number,
  kinds: DefinitionKind | readonly DefinitionKind[],
  at: Instant = NEVER - 1,
): Promise<Definition[]> {
  return engine.query<Definition>(
    `select kind, id, body, valid_from as since from definition_history
     where org_id = $org_id and kind = any($kinds) and valid_from <= $at and $at < valid_to and retracted_in = ${NEVER} order by kind, id collate "C"`,
    { org_id, kinds: [kinds].flat(), at },
  )
}

/** One that holds at an instant; null: none does. */
export async function readDefinition(
  engine: Engine,
  org_id: number,
  kind: DefinitionKind,
  id: string,
  at: Instant = NEVER - 1,
): Promise<Definition | null> {
  const [row] = await engine.query<Definition>(
    `select kind, id, body, valid_from as since from definition_history
     where org_id = $org_id and kind = $kind and id = $id and valid_from <= $at and $at < valid_to and retracted_in = ${NEVER}`,
    { org_id, kind, id, at },
  )
  return row ?? null
}

/** One version of a definition: who set it, when and why, and until when it held. */
export interface DefinitionVersion {
  kind: DefinitionKind
  id: string
  body: string
  valid_from: Instant
  /** NEVER: it holds. */
  valid_to: Instant
  import_no: number
  actor: string
  /** Null: none was given. */
  reason: string | null
  /** Who set it otherwise or ended it; null: it holds. */
  ended_by: string | null
  /** Null: it holds, or no reason was given. */
  end_reason: string | null
}

/** Every version of the definitions of a kind (of one id, when it is given) that stands, newest first. */
export async function definitionLog(engine: Engine, org_id: number, kind: DefinitionKind, id?: string): Promise<DefinitionVersion[]> {
  const rows = await engine.query<Omit<DefinitionVersion, 'reason' | 'end_reason'> & { options: string; end_options: string | null }>(
    `select d.kind, d.id, d.body, d.valid_from, d.valid_to, d.opened_in as import_no, i.actor, i.options, e.actor as ended_by, e.options as end_options
     from definition_history d join import i on i.import_no = d.opened_in left join import e on e.import_no = d.closed_in
     where d.org_id = $org_id and d.kind = $kind and d.retracted_in = ${NEVER} and d.valid_from < d.valid_to ${id === undefined ? '' : 'and d.id = $id'}
     order by d.valid_from desc, d.opened_in desc, d.id collate "C"`,
    { org_id, kind, ...(id === undefined ? {} : { id }) },
  )
  const reasonOf = (options: string | null) =>
    options === null ? null : ((JSON.parse(options) as { reason?: string | null }).reason ?? null)
  return rows.map(({ options, end_options, ...row }) => ({ ...row, reason: reasonOf(options), end_reason: reasonOf(end_options) }))
}
