import type { IdentityChoice } from '../../model/identity.ts'
import type { NameType } from '../../model/asset.ts'
import { NEVER } from '../../model/time.ts'
import { draw } from '../counter.ts'
import type { Engine } from '../engines/engine.ts'

/** What people said about identity in an organisation and did not take back, in the order in which they said it. */
export async function readChoices(engine: Engine, org_id: number): Promise<IdentityChoice[]> {
  const rows = await engine.query<{
    kind: IdentityChoice['kind']
    name_type: NameType
    name: string
    other_type: NameType | null
    other_name: string | null
    source: string | null
    reason: string
    actor: string
  }>('select * from identity_choice where org_id = $org_id and retracted_in = $never order by choice_id', { org_id, never: NEVER })
  return rows.map((row) => {
    const name = { type: row.name_type, name: row.name }
    const reason = `${row.actor}: ${row.reason}`
    if (row.kind === 'merge') return { kind: 'merge', left: name, right: { type: row.other_type!, name: row.other_name! }, reason }
    if (row.kind === 'ignore') return { kind: 'ignore', name, reason }
    return { kind: 'apart', name, source: row.source!, reason }
  })
}

/** Writes what a person said, as facts of an import. */
export async function writeChoices(
  transaction: Engine,
  org_id: number,
  import_no: number,
  actor: string,
  choices: readonly IdentityChoice[],
): Promise<void> {
  const first = await draw(transaction, 'choice_id', choices.length)
  await transaction.append(
    'identity_choice',
    [
      'org_id',
      'choice_id',
      'kind',
      'name_type',
      'name',
      'other_type',
      'other_name',
      'source',
      'reason',
      'actor',
      'opened_in',
      'retracted_in',
    ],
    choices.map((choice, place) => {
      const name = choice.kind === 'merge' ? choice.left : choice.name
      const other = choice.kind === 'merge' ? choice.right : null
      const source = choice.kind === 'apart' ? choice.source : null
      const { kind, reason } = choice
      return [
        org_id,
        first + place,
        kind,
        name.type,
        name.name,
        other?.type ?? null,
        other?.name ?? null,
        source,
        reason,
        actor,
        import_no,
        NEVER,
      ]
    }),
  )
}
