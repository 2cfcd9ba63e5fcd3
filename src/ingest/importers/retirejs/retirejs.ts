import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { AfterHead } from '../../readers/after-head.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { listOf, maybe, Text, Word } from '../../readers/lenient.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const ASSET = 'target'

const Found = z.object({
  file: Text,
  results: z
    .array(z.object({ component: z.string().trim().min(1), npmname: Text, version: Text, vulnerabilities: z.array(z.unknown()).nullish() }))
    .nullish(),
})

const Vulnerability = z.object({
  info: listOf(z.string()),
  below: Text,
  severity: Text,
  identifiers: maybe(z.object({ CVE: listOf(z.string()), githubID: Text, summary: Text, retid: Word, issue: Word, bug: Word, PR: Word })),
})

const isFound = (text: string): boolean => {
  const first = jsonOutline(text)
  const results = first?.members.get('results')
  return (
    first !== null &&
    first.list &&
    first.members.has('file') &&
    typeof results === 'object' &&
    results !== null &&
    /"component"/.test(results.text)
  )
}

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  if (!outline) return false
  if (outline.list) return isFound(text)
  const data = outline.members.get('data')
  if (typeof data !== 'object' || data === null || !data.text.startsWith('[')) return false
  return isFound(data.text) || (outline.members.has('start') && outline.members.has('messages') && outline.members.has('errors'))
}

/** Retire.js's JSON. Format: https://github.com/RetireJS/retire.js */
export const retirejs: Importer = reads({
  id: 'retirejs',
  title: 'Retire.js (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    if (!/^\s*\[/.test(text) && !jsonOutline(text)?.members.has('data'))
      throw new UserError('unreadable_report', 'Expected Retire.js’ JSON: an object with "data", or a list of files with "results"')
    const isObject = /^\s*\{/.test(text)
    // Undefined: the tool writes both before the files; a list of files has neither.
    let version: string | null | undefined = isObject ? undefined : null
    let start: string | null | undefined = isObject ? undefined : null
    let failed = false
    const described = new Set<string>()
    const after = new AfterHead('Retire.js', () => [
      {
        kind: 'report',
        source: 'retirejs',
        tool: 'Retire.js',
        tool_version: version ?? null,
        observed_at: start ? parseInstant(start) : null,
      },
      codeAsset(ASSET),
    ])
    yield* readJson(bytes, ['$.version', '$.start', '$.errors[*]', '$.data[*]', '$[*]']).tell(function* (matches) {
      for (const { path, at, value } of matches) {
        if (path === '$.version') version = typeof value === 'string' ? value : null
        else if (path === '$.start') start = typeof value === 'string' ? value : null
        else {
          const isError = path === '$.errors[*]'
          failed ||= isError
          yield* after.tell(isError ? failure(value, at) : readFile(value, at, described), version !== undefined && start !== undefined)
        }
      }
    })
    yield after.end()
    if (!failed) yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability' }
  },
})

function failure(value: unknown, at: string): FileRecord[] {
  return [{ kind: 'skipped', at, reason: `Retire.js says: ${typeof value === 'string' ? value.slice(0, 500) : 'an error'}` }]
}

function* readFile(value: unknown, at: string, described: Set<string>): Generator<FileRecord> {
  const read = safeParse(Found, value)
  if (!read.success) {
    yield { kind: 'skipped', at, reason: z.prettifyError(read.error) }
    return
  }
  for (const [n, { component, npmname, version, vulnerabilities }] of (read.data.results ?? []).entries()) {
    for (const [index, one] of (vulnerabilities ?? []).entries()) {
      const vulnerability = safeParse(Vulnerability, one).data
      const ids = vulnerability?.identifiers
      // Entries without a public id are told apart by the number of their issue, else by their sentence.
      const own = ids?.retid ?? ids?.issue ?? ids?.bug ?? ids?.PR ?? ids?.summary ?? vulnerability?.info[0]
      const about = vulnerabilityIds([...(ids?.CVE ?? []), ids?.githubID], own ? `retirejs:${component}:${own.slice(0, 120)}` : null)
      if (!vulnerability || !about) {
        yield { kind: 'skipped', at: `${at}.results[${n}].vulnerabilities[${index}]`, reason: 'Expected identifiers or links' }
        continue
      }
      yield* packageFinding(
        {
          asset: ASSET,
          about,
          title: ids?.summary,
          severity: parseSeverity(vulnerability.severity) ?? undefined,
          url: vulnerability.info.find((url) => url.startsWith('https://')),
          component: { name: npmname ?? component, version, type: 'javascript' },
          fixed_version: vulnerability.below,
          place: read.data.file,
        },
        described,
      )
    }
  }
}
