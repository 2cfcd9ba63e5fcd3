import { UserError } from '../../../errors.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import type { Severity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { checkResult } from '../../readers/check-result.ts'
import { fieldsOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { Waiting } from '../../readers/waiting.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'

/** What each level means: https://github.com/goodwithtech/dockle#level */
const levels = new Map<string, { status: ControlResultRecord['status']; severity: Severity | null }>([
  ['FATAL', { status: 'fail', severity: 'critical' }],
  ['WARN', { status: 'fail', severity: 'medium' }],
  ['INFO', { status: 'fail', severity: 'informational' }],
  ['PASS', { status: 'pass', severity: null }],
  ['SKIP', { status: 'not_run', severity: null }],
  ['IGNORE', { status: 'not_run', severity: null }],
])

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  const summary = outline?.members.get('summary')
  if (!outline || outline.list || !outline.members.has('details') || typeof summary !== 'object' || summary === null) return false
  const counts = jsonOutline(summary.text)?.members
  return counts !== undefined && ['fatal', 'warn', 'info', 'pass'].every((name) => counts.has(name))
}

/** Checks of a container image's build by Dockle. Format: https://github.com/goodwithtech/dockle#get-or-save-the-results-as-json */
export const dockle: Importer = reads({
  id: 'dockle',
  title: 'Dockle (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const titled = new Set<string>()
    const hold = new Waiting<Check>('Dockle')
    let image: string | undefined
    let any = false
    for await (const matches of readJson(file.bytes(), ['$.image', '$.summary', '$.details[*]']).batches)
      for (const { path, at, value } of matches) {
        any = true
        if (path === '$.image') image = textOf(value)
        else if (path === '$.details[*]') hold.add(readDetail(value, at, titled))
      }
    if (!any) throw new UserError('unreadable_report', 'Expected a Dockle report with summary and details; neither is there')
    yield { kind: 'report', source: 'dockle', tool: 'Dockle', tool_version: null, observed_at: null }
    yield imageAsset('image', { references: [image] })
    yield { kind: 'coverage', asset: 'image', subject: 'control' }
    yield checkRecords(hold.take())
  },
})

/** What is kept of a check until the image is known. */
type Check = { code: string; level: string; title?: string; evidence: string } | { unreadable: string }

function readDetail(value: unknown, at: string, titled: Set<string>): Check {
  const found = fieldsOf(value)
  const code = textOf(found['code'])
  const level = textOf(found['level']).toUpperCase()
  if (code === '' || !levels.has(level)) return { unreadable: at }
  const evidence = textsIn(found['alerts']).join('\n')
  if (titled.has(code)) return { code, level, evidence }
  titled.add(code)
  return { code, level, title: textOf(found['title']) || code, evidence }
}

function* checkRecords(checks: Iterable<Check>): Generator<FileRecord> {
  const described = new Set<string>()
  for (const check of checks) {
    if ('unreadable' in check) {
      yield {
        kind: 'skipped',
        at: check.unreadable,
        reason: `Expected a check with code and a level FATAL, WARN, INFO, SKIP, IGNORE or PASS`,
      }
      continue
    }
    const { code, level, title, evidence } = check
    const { status, severity } = levels.get(level)!
    yield* checkResult(
      {
        asset: 'image',
        control_id: `dockle:${code}`,
        title: title ?? code,
        status,
        severity,
        category: 'Container image',
        urls: title === undefined ? [] : [documentationOf(code)],
        evidence,
      },
      described,
    )
  }
}

const documentationOf = (code: string): string =>
  `https://github.com/goodwithtech/dockle/blob/master/CHECKPOINT.md#${code.toLowerCase().replace(/[^a-z0-9-]/g, '')}`
