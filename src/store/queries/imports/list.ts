import { UserError } from '../../../errors.ts'
import { formatInstant, type Instant, NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ImportCounts } from '../../imports.ts'
import type { Scope } from '../../scope.ts'
import { lookedFor, type LookedFor, type LookRow } from '../coverage.ts'
import { askPage, type ListColumn, type ListColumns, type PageAnswer, type PageQuestion } from '../page.ts'

/** An act of learning. */
export interface ImportItem {
  import_no: number
  kind: string
  format: string | null
  source: string | null
  tool: string | null
  tool_version: string | null
  file_name: string | null
  observed_at: string | null
  recorded_at: string
  actor: string
  counts: ImportCounts
  /** It was taken back. */
  undone: boolean
  digest: string
}

/** With its place in the chain. */
export interface ImportAnswer extends ImportItem {
  input_digest: string
  previous_digest: string
}

interface ImportRow extends Omit<ImportItem, 'counts' | 'observed_at' | 'recorded_at'> {
  counts: string
  observed_at: Instant | null
  recorded_at: Instant
  input_digest: string
  previous_digest: string
}

/** Fields of the list of imports. */
export const importColumns: ListColumns = new Map<string, ListColumn>([
  ['import_no', { type: 'number', title: 'number', sql: 'x.import_no' }],
  ['kind', { type: 'text', title: 'kind', values: ['report', 'feed', 'change', 'undo', 'retention'], sql: 'x.kind' }],
  ['format', { type: 'text', title: 'format', sql: 'x.format' }],
  ['source', { type: 'text', title: 'source', sql: 'x.source' }],
  ['tool', { type: 'text', title: 'tool', sql: 'x.tool' }],
  ['file_name', { type: 'text', title: 'file name', sql: 'x.file_name' }],
  ['actor', { type: 'text', title: 'actor', sql: 'x.actor' }],
  ['observed_at', { type: 'number', title: 'observed at', sql: 'x.observed_at' }],
  ['recorded_at', { type: 'number', title: 'recorded at', sql: 'x.recorded_at' }],
  ['undone', { type: 'boolean', title: 'undone', sql: 'x.undone' }],
])

// An asker who may see some groups only still sees which reports came: they say nothing about assets but counts.
const select = `select i.import_no, i.kind, i.format, i.source, i.tool, i.tool_version, i.file_name, i.observed_at, i.recorded_at, i.actor, i.counts,
    i.undone_in < ${NEVER} as undone, i.digest, i.input_digest, i.previous_digest
  from import i`

/** Imports of the organisation and of the world that were recorded until `at`, newest first. */
export async function listImports(engine: Engine, scope: Scope, at: Instant, page: PageQuestion): Promise<PageAnswer<ImportItem>> {
  const answer = await askPage<ImportRow>(
    engine,
    {
      ctes: '',
      select: `${select} where (i.org_id = $org_id or i.org_id is null) and i.recorded_at <= $at`,
      params: { org_id: scope.org_id, at },
      columns: importColumns,
      key: [{ column: 'import_no', type: 'number' }],
      search: ['x.file_name', 'x.source', 'x.tool', 'x.format'],
      sort: '-import_no',
    },
    page,
  )
  return { ...answer, items: answer.items.map(importItem) }
}

/** One import of the organisation (null: of any) or of the world. Throws UserError('unknown_import'). */
export async function getImport(engine: Engine, org_id: number | null, import_no: number): Promise<ImportAnswer> {
  const of = org_id === null ? 'true' : '(i.org_id = $org_id or i.org_id is null)'
  const [row] = await engine.query<ImportRow>(`${select} where ${of} and i.import_no = $import_no`, {
    import_no,
    ...(org_id === null ? {} : { org_id }),
  })
  if (!row) throw new UserError('unknown_import', `there is no import ${import_no} here`, { status: 404 })
  return importItem(row)
}

/** Items of an import's file that could not be read, in their order. Ask `getImport` first: this question knows no scope. */
export const listSkipped = (engine: Engine, import_no: number, limit: number): Promise<{ place: string; reason: string }[]> =>
  engine.query(
    'select place, reason from skipped_item where import_no = $import_no order by place collate "C", reason collate "C" limit $limit',
    { import_no, limit },
  )

/** What the report looked for, on how many assets, and when. Ask `getImport` first: this question knows no scope. */
export async function importCoverage(
  engine: Engine,
  import_no: number,
): Promise<(LookedFor & { assets: number; first_looked_at: string; last_looked_at: string })[]> {
  const rows = await engine.query<LookRow & { assets: number; first: Instant; last: Instant }>(
    `select subject, access, min_severity, checks, cast(count(distinct nullif(asset_id, 0)) as bigint) as assets, min(observed_at) as first, max(observed_at) as last
    from coverage_history where opened_in = $import_no group by subject, access, min_severity, checks
    order by subject collate "C", access desc, min_severity, checks collate "C"`,
    { import_no },
  )
  return rows.map(({ assets, first, last, ...row }) => ({
    ...lookedFor(row),
    assets,
    first_looked_at: formatInstant(first),
    last_looked_at: formatInstant(last),
  }))
}

const importItem = ({
  import_no,
  kind,
  format,
  source,
  tool,
  tool_version,
  file_name,
  observed_at,
  recorded_at,
  actor,
  counts,
  undone,
  digest,
  input_digest,
  previous_digest,
}: ImportRow): ImportAnswer => ({
  import_no,
  kind,
  format,
  source,
  tool,
  tool_version,
  file_name,
  observed_at: formatInstant(observed_at),
  recorded_at: formatInstant(recorded_at),
  actor,
  counts: JSON.parse(counts) as ImportCounts,
  undone,
  digest,
  input_digest,
  previous_digest,
})
