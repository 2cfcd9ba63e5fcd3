import type { Told } from '../../importer.ts'
import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { readJson } from '../../readers/json.ts'
import { type Fields, fieldsOf, isFields, numberOf, objectsIn, textOf } from '../../readers/json-fields.ts'
import { repositoryAsset } from './repository.ts'

/** A source of its own: a total never answers for the checks that a result lists. */
const SOURCE = 'ossf-scorecard-monitor'
const CONTROL = `${SOURCE}:total`

interface Snapshot {
  repository: string
  observed_at: Instant
  score: number
}

/** The records of all snapshots of a monitor database: one look per repository and moment, the oldest first. The file is one small document. */
export async function* readMonitor(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const snapshots: Snapshot[] = []
  const skipped: FileRecord[] = []
  const read = (repository: string, entry: Fields, at: string) => {
    const observed_at = parseInstant(textOf(entry.date))
    const score = numberOf(entry.score)
    if (observed_at !== null && score !== null && score >= 0 && score <= 10) snapshots.push({ repository, observed_at, score })
    else skipped.push({ kind: 'skipped', at, reason: 'expected a score from 0 to 10 with its date' })
  }
  for await (const matches of readJson(bytes, ['$']).batches)
    for (const { value } of matches) {
      for (const [host, owners] of Object.entries(fieldsOf(value)))
        for (const [owner, repositories] of Object.entries(fieldsOf(owners)))
          for (const [name, entry] of Object.entries(fieldsOf(repositories))) {
            const { previous, current } = fieldsOf(entry)
            const repository = `${host}/${owner}/${name}`
            for (const [index, one] of objectsIn(previous).entries()) read(repository, one, `${repository}.previous[${index}]`)
            if (isFields(current)) read(repository, current, `${repository}.current`)
          }
    }
  if (snapshots.length === 0) throw new UserError('unreadable_report', 'Expected repositories with dated scores; the database has none')
  snapshots.sort((a, b) => a.observed_at - b.observed_at || (a.repository < b.repository ? -1 : a.repository > b.repository ? 1 : 0))
  const [{ observed_at: first }] = snapshots as [Snapshot]
  yield { kind: 'report', source: SOURCE, tool: 'openssf-scorecard-monitor', tool_version: null, observed_at: first }
  yield { kind: 'control', control_id: CONTROL, title: 'OpenSSF Scorecard, all checks together', max_points: 10 }
  for (const { repository, observed_at, score } of snapshots) {
    const described = repositoryAsset(repository)
    // Each look at a repository stands by itself; a report for each moment would be placed by itself, which takes ten times as long.
    const asset = `${described.asset} ${observed_at}`
    yield { ...described, asset, observed_at }
    yield { kind: 'coverage', asset, subject: 'control' }
    yield {
      kind: 'control_result',
      asset,
      control_id: CONTROL,
      status: score >= 10 ? 'pass' : 'fail',
      points: score,
      max_points: 10,
    }
  }
  yield skipped
}
