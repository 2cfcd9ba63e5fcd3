// npm run formats: what becomes of every real report, tool by tool; ends with 1 when a file is neither as its manifest says nor explained.
import { table } from '../../src/cli/table.ts'
import { claimants } from '../../src/ingest/detect.ts'
import { inspectFile } from '../../src/ingest/ingest.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import { type ManifestEntry, realData, withoutRealData } from './data.ts'
import { readExpected } from './expected.ts'
import { unnamed } from './unnamed.ts'

const columns = ['files', 'accepted', 'by name', 'refused', 'expected', 'ours', 'equal', 'explained', 'open'] as const
type Row = Record<(typeof columns)[number], number>

/** Counts one file into its tool's row; returns what is open about it, null for nothing. */
async function count(row: Row, name: string, { file, expected_findings }: ManifestEntry): Promise<string | null> {
  row.files++
  const takers = await openFile(file).then(
    ({ head }) => claimants(head).length,
    () => 0,
  )
  const { format, findings, error } = await inspectFile(file)
  const refusal = [...expected.values()].map(({ refused }) => refused?.[name]).find(Boolean)
  const why = refusal?.why ?? unnamed[name]
  if (error !== null) {
    if (error.code === 'format_not_read') row['by name']++
    else row.refused++
    if (error.code === 'format_not_read' && why === undefined) return null
    if (why === undefined || (refusal && refusal.code !== error.code)) return `refused: ${error.message}`
    told.push(`refused: ${name}: ${why}`)
    return null
  }
  row.accepted++
  if (takers !== 1 || why !== undefined) return `taken by ${takers}${why === undefined ? '' : ', should be refused'}`
  if (expected_findings === null) return null
  row.expected += expected_findings
  row.ours += findings
  if (findings === expected_findings) row.equal++
  else if (findings === expected.get(format!)?.differences?.[name]?.ours) row.explained++
  else return `${findings} findings, ${expected_findings} expected`
  return null
}

const data = realData()
if (!data) {
  process.stderr.write(`${withoutRealData}\n`)
  process.exit(2)
}
const expected = await readExpected()
const rows = new Map<string, Row>()
const told: string[] = []
let open = 0
for (const entry of data.files('reports')) {
  const name = entry.path.slice('reports/'.length)
  const tool = name.split('/')[0]!
  // Damaged on purpose: what becomes of each is tested with its format.
  if (tool === '_broken') continue
  const row = rows.get(tool) ?? (Object.fromEntries(columns.map((column) => [column, 0])) as Row)
  rows.set(tool, row)
  const wrong = await count(row, name, entry)
  if (wrong === null) continue
  row.open++
  open++
  told.push(`open: ${name}: ${wrong}`)
}
const all = Object.fromEntries(columns.map((column) => [column, [...rows.values()].reduce((sum, row) => sum + row[column], 0)])) as Row
const cells = (row: Row) => columns.map((column) => row[column])
const lines = [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([tool, row]) => [tool, ...cells(row)])
process.stdout.write(`${table(['tool', ...columns], [...lines, ['all', ...cells(all)]])}\n`)
for (const one of told) process.stdout.write(`${one}\n`)
process.exitCode = open > 0 ? 1 : 0
