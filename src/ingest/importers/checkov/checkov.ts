import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { openPartResults } from '../../readers/part-results.ts'
import { peek } from '../../readers/peek.ts'
import { checkOf, isPackage, packageRecords } from './check.ts'

const ASSET = 'code'
const LISTS = ['failed_checks', 'passed_checks', 'skipped_checks', 'parsing_errors'] as const

/** One framework's part of a report: an object, or one of a list. */
interface Section {
  place: string
  check_type: string
  begun: boolean
  /** A file could not be parsed: what it holds is not known. */
  broken: boolean
  results: ReturnType<typeof openPartResults>
  described: Set<string>
}

/**
 * Checkov's JSON: an object with `check_type`, `results` and `summary`, a list of them when several frameworks ran, or only the totals when nothing was
 * there to check. Format: https://www.checkov.io/2.Basics/Reviewing%20Scan%20Results.html
 */
export const checkov: Importer = reads({
  id: 'checkov',
  title: 'Checkov (JSON)',
  version: 1,
  detect({ text: head }: Head) {
    const outline = jsonOutline(head)
    if (!outline) return false
    const { members } = outline
    if (members.has('check_type') && members.has('results')) return /"(?:passed_checks|failed_checks|skipped_checks)"\s*:/.test(head)
    return !outline.list && members.has('checkov_version') && members.has('failed')
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 64 * 1024)
    const version = /"checkov_version"\s*:\s*"(\d[\w.]{0,30})"/.exec(head)?.[1] ?? null
    const list = head.trimStart().startsWith('[')
    const root = list ? '$[*]' : '$'
    let section = null as Section | null
    let known = false
    const paths = [`${root}.check_type`, `${root}.checkov_version`, ...LISTS.map((name) => `${root}.results.${name}[*]`)]
    yield* readJson(bytes, paths).tell(function* (matches) {
      for (const { path, at, value } of matches) {
        known = true
        const place = list ? /^\[\d+\]/.exec(at)![0] : ''
        if (section?.place !== place) {
          if (section) yield* end(section, version)
          section = { place, check_type: '', begun: false, broken: false, results: openPartResults(), described: new Set() }
        }
        const name = path.slice(root.length + 1)
        if (name === 'check_type') section.check_type = textOf(value).slice(0, 100)
        else if (name !== 'checkov_version') {
          if (!section.begun) yield* begin(section, version)
          yield* readItem(section, name.slice('results.'.length, -'[*]'.length) as (typeof LISTS)[number], value, at)
        }
      }
    })

    if (section) yield end(section, version)
    else if (known || list || /^\s*\{/.test(head))
      yield end({ place: '', check_type: '', begun: false, broken: true, results: openPartResults(), described: new Set() }, version)
    else throw new UserError('unreadable_report', 'Expected Checkov JSON: check_type with results, or a list of them')
  },
})

function* begin(section: Section, version: string | null): Generator<FileRecord> {
  section.begun = true
  yield { kind: 'report', source: 'checkov', tool: 'Checkov', tool_version: version, observed_at: null }
  yield { kind: 'asset', asset: ASSET, type: section.check_type === 'sca_image' ? 'image' : 'repository', name: '', names: [] }
}

function* end(section: Section, version: string | null): Generator<FileRecord> {
  if (!section.begun) yield* begin(section, version)
  yield* section.results.end()
  const checks = section.check_type
  if (section.broken || checks === '') return
  yield { kind: 'coverage', asset: ASSET, subject: 'control', checks }
  if (checks === 'sca_package' || checks === 'sca_image') yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability', checks }
}

function* readItem(section: Section, list: (typeof LISTS)[number], value: unknown, at: string): Generator<FileRecord> {
  if (list === 'parsing_errors') {
    section.broken = true
    yield { kind: 'skipped', at, reason: `Checkov could not parse ${textOf(value).slice(0, 300) || 'a file'}` }
    return
  }
  const item = fieldsOf(value)
  const check = checkOf(item)
  if (!check) {
    yield { kind: 'skipped', at, reason: 'Expected a check with a check_id' }
    return
  }
  const { control, part, place, suppressed } = check
  if (isPackage(item)) {
    if (list === 'failed_checks') yield* packageRecords(item, ASSET, section.described, part, at)
    else if (list === 'skipped_checks')
      yield { kind: 'skipped', at, reason: `${control.control_id}: suppressed${suppressed && `: ${suppressed}`}` }
    return
  }
  if (list === 'failed_checks')
    yield* section.results.fail({
      asset: ASSET,
      control,
      part,
      type: 'resource',
      ...(control.severity && { severity: control.severity }),
      title: control.title,
      place,
    })
  else if (list === 'passed_checks') yield* section.results.other(ASSET, control, 'pass')
  else yield* section.results.other(ASSET, control, 'not_run', `Suppressed${suppressed && `: ${suppressed}`}`)
}
