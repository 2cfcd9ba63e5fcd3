import type { Engine } from '../engines/engine.ts'

/** Keeps a sealed text under an id, in place of the one before; null takes it away. */
export async function writeSecret(transaction: Engine, org_id: number, id: string, sealed: string | null): Promise<void> {
  await transaction.run('delete from sealed_secret where org_id = $org_id and id = $id', { org_id, id })
  if (sealed !== null) await transaction.append('sealed_secret', ['org_id', 'id', 'sealed'], [[org_id, id, sealed]])
}

/** The sealed texts of an organisation by id. */
export async function readSecrets(engine: Engine, org_id: number): Promise<Map<string, string>> {
  const rows = await engine.query<{ id: string; sealed: string }>('select id, sealed from sealed_secret where org_id = $org_id', { org_id })
  return new Map(rows.map(({ id, sealed }) => [id, sealed]))
}
