import { createHash } from 'node:crypto'
import { type Instant, NEVER } from '../model/time.ts'
import { draw } from './counter.ts'
import type { Engine } from './engines/engine.ts'
import { digestImport, type FactDigest, statementDigest, writeDigests } from './fact-digests.ts'

/** What an import did, for people: kept as JSON beside it. Items are counted at the grain of the report. */
export interface ImportCounts {
  assets: number
  /** Items of the report, informational ones included; for checks: the failed ones. */
  findings: number
  /** Distinct vulnerabilities. */
  vulnerabilities: number
  controls: number
  results: number
  software: number
  /** Statements of documents (VEX), one per product and vulnerability; left out where there are none. */
  statements?: number
  skipped: number
  /** Items that the report states as closed; left out where there are none. */
  closed_items?: number
  /** Statements of a feed about the world; left out for reports. */
  entries?: number
  /** Intervals opened and closed in the store. */
  opened: number
  closed: number
  notes: string[]
  /** Sources of which it closed so many findings at once that the person is told; left out where there are none. */
  many_closed?: ManyClosed[]
}

/** An import closed more than 30 % of the findings that a source had open: more often a narrower scan than good work. */
export interface ManyClosed {
  source: string
  closed: number
  /** Open before it. */
  open: number
}

export const noCounts = (): ImportCounts => ({
  assets: 0,
  findings: 0,
  vulnerabilities: 0,
  controls: 0,
  results: 0,
  software: 0,
  skipped: 0,
  opened: 0,
  closed: 0,
  notes: [],
})

/** The facts of an act of learning, before it has its number and digest. */
export interface NewImport {
  import_no: number
  org_id: number | null
  kind: 'report' | 'feed' | 'change' | 'undo' | 'retention'
  format: string | null
  format_version: number | null
  source: string | null
  tool: string | null
  tool_version: string | null
  file_name: string | null
  observed_at: Instant | null
  recorded_at: Instant
  actor: string
  input_digest: string
  input_bytes: number
  options: string
  counts: ImportCounts
  undoes_import_no: number | null
}

/** Draws the number of the next import; inside the transaction that writes it, so that numbers follow the order of commit. */
export const nextImport = (transaction: Engine): Promise<number> => draw(transaction, 'import_no')

/**
 * Writes an import as the next link of its organisation's chain (or the world's). Call it after the import's last fact is written: the
 * link covers them. `removed`: what a retention took away of others.
 */
export async function writeImport(
  transaction: Engine,
  learned: NewImport,
  removed: { digests: readonly FactDigest[]; inputs: readonly string[] } = { digests: [], inputs: [] },
): Promise<void> {
  const [last] = await transaction.query<{ digest: string }>(
    `select digest from import where ${learned.org_id === null ? 'org_id is null' : 'org_id = $org_id'} order by import_no desc limit 1`,
    learned.org_id === null ? {} : { org_id: learned.org_id },
  )
  const digests = [...(await digestImport(transaction, learned.import_no)), ...removed.digests]
  await writeDigests(transaction, learned.import_no, digests)
  await transaction.append(
    'removed_input',
    ['input_digest', 'removed_in'],
    removed.inputs.map((digest) => [digest, learned.import_no]),
  )
  const facts_digest = statementDigest(digests, removed.inputs)
  await transaction.append('import_statement', ['import_no', 'facts_digest'], [[learned.import_no, facts_digest]])
  const row = { ...learned, counts: JSON.stringify(learned.counts), undone_in: NEVER, previous_digest: last?.digest ?? '' }
  await transaction.append('import', [...Object.keys(row), 'digest'], [[...Object.values(row), chainDigest({ ...row, facts_digest })]])
}

/** The facts of an import that its link of the chain covers, in this order. */
const chained = [
  'import_no',
  'org_id',
  'kind',
  'format',
  'format_version',
  'source',
  'tool',
  'tool_version',
  'file_name',
  'observed_at',
  'recorded_at',
  'actor',
  'input_digest',
  'input_bytes',
  'options',
  'counts',
  'undoes_import_no',
  'previous_digest',
] as const

/** sha256 over the digest before and all facts of the import, as hex. Imports of before fact digests have none to cover. */
function chainDigest(row: { [column in (typeof chained)[number]]: unknown } & { facts_digest?: unknown }): string {
  const covered = chained.map((column) => row[column] ?? null)
  return createHash('sha256')
    .update(JSON.stringify(row.facts_digest ? [...covered, row.facts_digest] : covered))
    .digest('hex')
}

/** Import numbers whose link of the chain does not fit what they say or what came before; empty when all is well. */
export async function brokenLinks(engine: Engine): Promise<number[]> {
  const previous = new Map<number | null, string>()
  const broken: number[] = []
  for await (const batch of engine.stream<
    { [column in (typeof chained)[number]]: unknown } & { org_id: number | null; digest: string; import_no: number }
  >('select i.*, s.facts_digest from import i left join import_statement s on s.import_no = i.import_no order by i.import_no')) {
    for (const row of batch) {
      if (row.previous_digest !== (previous.get(row.org_id) ?? '') || row.digest !== chainDigest(row)) broken.push(row.import_no)
      previous.set(row.org_id, row.digest)
    }
  }
  return broken
}

/** Imports of the same bytes with the same options by the same importer version that still stand (law 3), newest first. */
export async function findSame(
  engine: Engine,
  same: { format: string; format_version: number; input_digest: string; options: string },
): Promise<{ org_id: number | null; import_no: number; counts: ImportCounts }[]> {
  const rows = await engine.query<{ org_id: number | null; import_no: number; counts: string }>(
    `select org_id, import_no, counts from import where format = $format and format_version = $format_version and input_digest = $input_digest
       and options = $options and undone_in = $never order by import_no desc`,
    { ...same, never: NEVER },
  )
  return rows.map((row) => ({ ...row, counts: JSON.parse(row.counts) as ImportCounts }))
}
