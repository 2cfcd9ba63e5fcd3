import { UserError } from '../../../errors.ts'
import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { cutText, type Fields, fieldsOf, isFields, numberOf, objectsIn, textOf, textsIn } from '../../readers/json-fields.ts'
import { peek } from '../../readers/peek.ts'
import { readMonitor } from './monitor.ts'
import { repositoryAsset } from './repository.ts'

const SOURCE = 'ossf-scorecard'

type Layout = 'result' | 'monitor'

function layoutOf(text: string): Layout | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  const { members, list } = outline
  if (members.has('repo') && members.has('scorecard') && members.has('score') && members.has('checks')) return 'result'
  const [[host, first] = ['', null]] = members
  const isHost = /^[\w-]+(?:\.[\w-]+)+$/.test(host)
  const content = typeof first === 'object' && first !== null ? first.text : ''
  return !list && isHost && ['"previous"', '"current"', '"score"', '"commit"'].every((name) => content.includes(name)) ? 'monitor' : null
}

/** A score of -1 means that the check could not tell. */
function statusOf(score: number): ControlResultRecord['status'] {
  if (score < 0) return 'not_run'
  return score >= 10 ? 'pass' : 'fail'
}

function* checkRecords(check: Fields, at: string, asset: string): Generator<FileRecord> {
  const name = textOf(check.name)
  const score = numberOf(check.score)
  if (name === '' || score === null || score > 10) {
    yield { kind: 'skipped', at, reason: `expected a check with a name and a score from -1 to 10${name && `; found ${name.slice(0, 60)}`}` }
    return
  }
  const { short, url } = fieldsOf(check.documentation)
  const link = textOf(url)
  const description = textOf(short)
  yield {
    kind: 'control',
    control_id: `${SOURCE}:${name}`,
    title: name,
    ...(description && { description }),
    ...(link.startsWith('https://') && { url: link }),
    max_points: 10,
  }
  const evidence = [textOf(check.reason), ...textsIn(check.details).slice(0, 50)].filter(Boolean).join('\n')
  yield {
    kind: 'control_result',
    asset,
    control_id: `${SOURCE}:${name}`,
    status: statusOf(score),
    ...(score >= 0 && { points: score, max_points: 10 }),
    ...(evidence && { evidence: cutText(evidence, 3900) }),
  }
}

/** One result: its own report, since each has its own time. */
function* resultRecords(result: Fields, at: string): Generator<FileRecord> {
  const version = textOf(fieldsOf(result.scorecard).version)
  yield {
    kind: 'report',
    source: SOURCE,
    tool: 'OpenSSF Scorecard',
    tool_version: /^v?\d/.test(version) ? version : null,
    observed_at: parseInstant(textOf(result.date)),
  }
  const asset = repositoryAsset(textOf(fieldsOf(result.repo).name))
  yield asset
  const checks = objectsIn(result.checks)
  if (checks.length > 0) yield { kind: 'coverage', asset: asset.asset, subject: 'control' }
  for (const [index, check] of checks.entries()) yield* checkRecords(check, `${at}.checks[${index}]`, asset.asset)
}

/**
 * OpenSSF Scorecard: results of the command line and of its API (one, one after another, or a list), and the history that openssf-scorecard-monitor
 * keeps. Formats: https://github.com/ossf/scorecard/blob/main/pkg/scorecard/json.go and https://github.com/UlisesGascon/openssf-scorecard-monitor
 */
export const ossfScorecard: Importer = reads({
  id: 'ossf-scorecard',
  title: 'OpenSSF Scorecard (JSON, monitor database)',
  version: 2,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected a result of OpenSSF Scorecard (repo, scorecard, score, checks), or a monitor database',
      )
    if (layout === 'monitor') {
      yield* readMonitor(bytes)
      return
    }
    const isList = text.trimStart().startsWith('[')
    let results = 0
    yield* readJson(bytes, [isList ? '$[*]' : '$']).tell(function* (matches) {
      for (const { value, at, document } of matches) {
        const place = isList ? at : `document ${document + 1}`
        if (isFields(value) && isFields(value.repo)) {
          results++
          yield* resultRecords(value, place)
        } else if (results > 0) yield { kind: 'skipped', at: place, reason: 'expected a result with a repo' }
        else throw new UserError('unreadable_report', `${place}: expected a result with a repo`)
      }
    })
  },
})
