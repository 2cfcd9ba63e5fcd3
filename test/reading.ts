import { join } from 'node:path'
import type { Importer } from '../src/ingest/importer.ts'
import { openBytes, openFile } from '../src/ingest/readers/file.ts'
import type { FileRecord, FindingRecord } from '../src/model/record.ts'
import { severityRank } from '../src/model/severity.ts'

async function collect(all: AsyncIterable<FileRecord>): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of all) list.push(record)
  return list
}

/** The records that an importer makes of one of its samples, which it must recognise. `folder`: the importer's own. */
export async function readSample(importer: Importer, folder: string, name: string): Promise<FileRecord[]> {
  const { head, source } = await openFile(join(folder, 'samples', name))
  if (!importer.detect(head)) throw new Error(`${importer.id} does not recognise its sample ${name}`)
  return collect(importer.parse(source, {}))
}

/** The records of a text or a value (as JSON), recognised or not. Throws what the importer throws. */
export async function readText(importer: Importer, text: unknown, name = 'made-up'): Promise<FileRecord[]> {
  const { source } = await openBytes(name, Buffer.from(typeof text === 'string' ? text : JSON.stringify(text)))
  return collect(importer.parse(source, {}))
}

/** Whether the importer recognises a text or a value (as JSON). */
export const recognises = (importer: Importer, text: unknown): boolean =>
  importer.detect({ name: 'made-up', text: typeof text === 'string' ? text : JSON.stringify(text) })

/** The records of one kind. */
export const of = <K extends FileRecord['kind']>(all: readonly FileRecord[], kind: K) =>
  all.filter((record): record is Extract<FileRecord, { kind: K }> => record.kind === kind)

/** What a finding is about, for comparing: its vulnerabilities or control, and its component. */
const subjectsOf = (finding: FindingRecord): string[] =>
  [...(finding.vulnerability_ids ?? []), ...(finding.control_id ? [finding.control_id] : [])].map(
    (id) => `${id} in ${finding.component?.name ?? finding.place ?? ''}`,
  )

/**
 * What a second report of the same source closes of the findings that a first one opened, by law 7 alone: not listed any more, on an asset
 * with the same names, and looked for with at least the access, at that severity, in that set of checks. `<id> in <component>`, sorted.
 */
export function closedBy(before: readonly FileRecord[], after: readonly FileRecord[]): string[] {
  const nameOf = (all: readonly FileRecord[], key: string) =>
    JSON.stringify(
      of(all, 'asset')
        .find(({ asset }) => asset === key)
        ?.names.map(({ name }) => name),
    )
  const rank = { remote: 1, full: 2 }
  const closed: string[] = []
  for (const finding of of(before, 'finding')) {
    const subject = finding.control_id ? 'control' : 'vulnerability'
    const name = nameOf(before, finding.asset)
    const own = of(before, 'coverage').filter((one) => one.asset === finding.asset && one.subject === subject)
    const checks = own.map((one) => one.checks ?? '').toSorted()[0] ?? ''
    const access = finding.access ?? own[0]?.access ?? 'full'
    const looked = of(after, 'coverage').some(
      (one) =>
        nameOf(after, one.asset) === name &&
        one.subject === subject &&
        rank[one.access ?? 'full'] >= rank[access] &&
        (!one.min_severity || (finding.severity !== undefined && severityRank(finding.severity) >= severityRank(one.min_severity))) &&
        (!one.checks || one.checks === checks),
    )
    const still = new Set(of(after, 'finding').flatMap((one) => (nameOf(after, one.asset) === name ? subjectsOf(one) : [])))
    if (looked) closed.push(...subjectsOf(finding).filter((one) => !still.has(one)))
  }
  return closed.toSorted()
}
