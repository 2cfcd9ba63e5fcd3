import type { Engine } from '../engines/engine.ts'

/** Touches the assets that have a finding of a vulnerability about which import `import_no` stated, ended or retracted something. */
export async function touchStated(transaction: Engine, import_no: number): Promise<void> {
  await transaction.run(
    `insert into touched_asset select distinct k.org_id, k.asset_id from finding_key k
     join (select distinct org_id, vulnerability_id from statement_history
       where opened_in = $import_no or closed_in = $import_no or retracted_in = $import_no) s on s.org_id = k.org_id and s.vulnerability_id = k.subject
     where k.kind = 'vulnerability'`,
    { import_no },
  )
}
