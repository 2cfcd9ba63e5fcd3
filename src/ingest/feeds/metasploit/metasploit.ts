import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { batchesOf, type Feed, type Head, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { dateInName } from '../../readers/date-in-name.ts'
import { readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { fieldsOf, listOf, textOf } from '../../readers/json-fields.ts'
import { InBatches } from '../../readers/in-batches.ts'

const SOURCE = 'metasploit'
const CVE = /^CVE-\d{4}-\d{4,19}$/

const cvesOf = (values: unknown[]): string[] => [...new Set(values.map((one) => textOf(one).toUpperCase()).filter((one) => CVE.test(one)))]

/** `modules/exploits/windows/smb/x.rb`, alone or in an address, as Metasploit's own name `exploit/windows/smb/x`; '' when it is no module. */
export function moduleName(path: string): string {
  const match =
    /(?:^|\/)modules\/(exploits?|auxiliary|post|evasion|payloads?|encoders?|nops?)\/([A-Za-z0-9_./-]{1,200})\.(?:rb|py|go)$/.exec(path)
  return match ? `${match[1]!.replace(/^(exploit|payload|encoder|nop)s$/, '$1')}/${match[2]}` : ''
}

const kit = (vulnerability_id: string, reference: string, since: number | null = null): FileRecord => ({
  kind: 'exploit',
  vulnerability_id,
  stage: 'kit',
  ...(since !== null && { since }),
  reference,
})

const report = (file: Source, complete: boolean): FileRecord => ({
  kind: 'report',
  source: SOURCE,
  tool: 'Metasploit Framework',
  tool_version: null,
  observed_at: dateInName(file.name),
  ...(complete && { complete }),
})

/** `db/modules_metadata_base.json`: one object, a member per module. */
async function* readNative(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  yield* readJson(bytes, ['$.*']).tell(function* (matches) {
    for (const { value, at } of matches) {
      const module = fieldsOf(value)
      const reference = textOf(module.fullname) || moduleName(textOf(module.path))
      if (reference === '') {
        yield { kind: 'skipped', at, reason: 'Expected a module with a fullname or a path' }
        continue
      }
      // The day of disclosure; the module may be some days younger, but the file has no nearer date (mod_time is its last change).
      const since = parseInstant(textOf(module.disclosure_date))
      for (const cve of cvesOf(listOf(module.references))) yield kit(cve, reference, since)
    }
  })
}

/** Lines `{cve, modules: [{Name, CveIDs, References}]}` of a mirror that keeps one file per CVE. */
async function* readPerCve(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  yield* readJson(bytes, ['$']).tell(function* (matches) {
    for (const { value, document } of matches) {
      const item = fieldsOf(value)
      const [cve] = cvesOf([item.cve])
      const modules = listOf(item.modules).map(fieldsOf)
      if (!cve || modules.length === 0) {
        yield { kind: 'skipped', at: `document ${document + 1}`, reason: 'Expected cve and a list of modules' }
        continue
      }
      const names = modules.map(
        (module) =>
          listOf(module.References)
            .map((one) => moduleName(textOf(one)))
            .find((one) => one !== '') ?? textOf(module.Name).slice(0, 200),
      )
      for (const name of new Set(names)) yield kit(cve, name)
    }
  })
}

/** `{"2021": [{cve, module, path, name}]}` */
async function* readPerYear(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  yield* readJson(bytes, ['$.*[*]']).tell(function* (matches) {
    for (const { value, at } of matches) {
      const item = fieldsOf(value)
      const [cve] = cvesOf([item.cve])
      const name = moduleName(textOf(item.path)) || textOf(item.module).slice(0, 200)
      if (cve && name) yield kit(cve, name)
      else yield { kind: 'skipped', at, reason: 'Expected cve and module' }
    }
  })
}

/** `cve,first_seen`: since when a module is known, without its name. */
async function* readFirstSeen(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  yield* readCsv(bytes).tell(function* (rows) {
    for (const { line, row, error } of rows) {
      const [cve] = cvesOf([row.cve])
      const since = parseInstant(row.first_seen ?? '')
      if (error === null && cve && since !== null) yield kit(cve, 'first seen', since)
      else yield { kind: 'skipped', at: `line ${line}`, reason: error ?? 'Expected a CVE id and a date' }
    }
  })
}

const layouts = { native: readNative, per_cve: readPerCve, per_year: readPerYear, first_seen: readFirstSeen }

function layoutOf(head: string): keyof typeof layouts | null {
  if (/^\s*\{/.test(head)) {
    if (['"fullname"', '"disclosure_date"', '"references"', '"mod_time"'].every((name) => head.includes(name))) return 'native'
    if (/^\s*\{\s*"cve"\s*:\s*"CVE-[^"]*"\s*,\s*"modules"\s*:\s*\[/.test(head) && head.includes('"CveIDs"')) return 'per_cve'
    if (
      /^\s*\{\s*"\d{4}"\s*:\s*\[/.test(head) &&
      head.includes('"cve"') &&
      head.includes('"module"') &&
      head.includes('metasploit-framework')
    )
      return 'per_year'
    return null
  }
  const columns = csvHeader(head)
  return columns.length === 2 && columns[0] === 'cve' && columns[1] === 'first_seen' ? 'first_seen' : null
}

/**
 * Which CVEs have a module in the Metasploit Framework: its own metadata (https://github.com/rapid7/metasploit-framework,
 * db/modules_metadata_base.json), and three layouts in which mirrors keep it.
 */
export const metasploit: Feed = reads({
  id: 'metasploit',
  title: 'Metasploit Framework modules (modules_metadata_base.json, mirrors)',
  version: 1,
  url: 'https://raw.githubusercontent.com/rapid7/metasploit-framework/master/db/modules_metadata_base.json',
  every: '1 day',
  detect: ({ text: head }: Head) => layoutOf(head) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(head)
    if (layout === null) {
      throw new UserError('unreadable_report', 'Expected modules_metadata_base.json of Metasploit, or a list of CVEs with their modules')
    }
    yield report(file, layout !== 'first_seen')
    let statements = 0
    yield* new InBatches(batchesOf(layouts[layout](bytes))).tell(function* (records) {
      for (const record of records) {
        if (record.kind === 'exploit') statements++
        yield record
      }
    })
    if (statements === 0)
      throw new UserError('unreadable_report', 'Expected modules with CVE ids; a list without any would withdraw every module')
  },
})
