import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import { NumberedPlaces } from '../../../model/numbered-place.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { Text } from '../../readers/lenient.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { Waiting } from '../../readers/waiting.ts'
import { readResult, Result } from './results.ts'

const ASSET = 'target'

const Failure = z.object({ level: Text, type: z.unknown().optional(), message: Text, path: Text })

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  const results = outline?.members.get('results')
  const errors = outline?.members.get('errors')
  const isList = (value: typeof results) => typeof value === 'object' && value !== null && value.text.startsWith('[')
  if (!outline || outline.list || !isList(results)) return false
  const first = jsonOutline((results as { text: string }).text)?.members
  if (first) return first.has('check_id') && first.has('extra') && first.has('path')
  // Without results: what only Semgrep writes beside them.
  const paths = outline.members.get('paths')
  return (
    isList(errors) &&
    typeof outline.members.get('version') === 'string' &&
    typeof paths === 'object' &&
    paths !== null &&
    jsonOutline(paths.text)?.members.has('scanned') === true
  )
}

/** Semgrep's JSON. Format: https://semgrep.dev/docs/semgrep-appsec-platform/json-and-sarif */
export const semgrep: Importer = reads({
  id: 'semgrep',
  title: 'Semgrep (JSON: code, secrets, supply chain)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    if (!jsonOutline(text)?.members.has('results'))
      throw new UserError('unreadable_report', 'Expected Semgrep’s JSON with "results" and "errors"')
    let version: string | null = null
    let failed = false
    let packages = false
    const waiting = new Waiting('Semgrep')
    const context = { asset: ASSET, described: new Set<string>(), places: new NumberedPlaces() }
    for await (const matches of readJson(bytes, ['$.version', '$.results[*]', '$.errors[*]']).batches)
      for (const { path, at, value } of matches) {
        if (path === '$.version') version = typeof value === 'string' ? value : null
        else if (path === '$.errors[*]') {
          const failure = safeParse(Failure, value).data
          failed ||= failure?.level === 'error'
          waiting.add({
            kind: 'skipped',
            at,
            reason: `Semgrep says: ${failure?.message ?? 'an error'}${failure?.path ? ` (${failure.path})` : ''}`.slice(0, 1000),
          })
        } else {
          const result = safeParse(Result, value)
          if (!result.success) waiting.add({ kind: 'skipped', at, reason: z.prettifyError(result.error) })
          else {
            for (const record of readResult(result.data, at, context)) {
              packages ||= record.kind === 'vulnerability'
              waiting.add(record)
            }
          }
        }
      }
    yield { kind: 'report', source: 'semgrep', tool: 'Semgrep', tool_version: version, observed_at: null }
    yield codeAsset(ASSET)
    // A run with errors did not look at everything.
    if (!failed) {
      yield { kind: 'coverage', asset: ASSET, subject: 'control' }
      if (packages) yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability' }
    }
    yield waiting.take()
  },
})
