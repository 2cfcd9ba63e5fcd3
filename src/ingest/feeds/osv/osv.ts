import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import type { Instant } from '../../../model/time.ts'
import { type Feed, type Head, reads, type Source, type Told } from '../../importer.ts'
import { isArchiveOf, readArchived } from '../../readers/archived.ts'
import { dateInName } from '../../readers/date-in-name.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { readRecord } from './record.ts'
import { InBatches } from '../../readers/in-batches.ts'

const report = (observed_at: Instant | null): FileRecord => ({
  kind: 'report',
  source: 'osv',
  tool: 'OSV',
  tool_version: null,
  observed_at,
})

/** Members that a record has and no report of a tool: `id` and `modified` are required, `affected` tells it from other advisories. */
const isRecord = (members: ReadonlyMap<string, unknown> | undefined) =>
  members !== undefined &&
  typeof members.get('id') === 'string' &&
  members.has('modified') &&
  (members.has('affected') || members.has('schema_version'))

/** An advisory of an archive, by the ids of the databases that publish so. */
const MEMBER = /(?:GHSA(?:-[0-9a-z]{4}){3}|(?:GO|PYSEC|RUSTSEC|MAL|OSV|DSA|USN|ALSA|RLSA|CURL|HSEC|PSF|GSD)-[\w:.-]{4,60})\.(?:json|ya?ml)/

type Item = ReturnType<typeof readRecord>

/** Every record of a file with its place, whatever the layout. */
async function* itemsOf(file: Source): AsyncGenerator<Iterable<Item>> {
  const { text: head, start, bytes } = await peek(file.bytes())
  if (isArchiveOf(head, /^/)) {
    for await (const one of readArchived(bytes, start, /\.(?:json|ya?ml)$/))
      yield [
        'problem' in one
          ? { changed: null, records: [{ kind: 'skipped', at: one.name, reason: one.problem }] }
          : readRecord(one.value, one.name),
      ]
    return
  }
  const pattern = head.trimStart().startsWith('[') ? '$[*]' : '$'
  yield* readJson(bytes, [pattern]).into(function* (matches): Generator<Item> {
    for (const { value, at, document } of matches) yield readRecord(value, pattern === '$' ? `document ${document + 1}` : at)
  })
}

/** Advisories in the open format that OSV.dev, GitHub, Go, PyPI, RustSec and others publish: https://ossf.github.io/osv-schema/ */
export const osv: Feed = reads({
  id: 'osv',
  title: 'OSV advisories (JSON, JSON lines, archives)',
  version: 1,
  url: null,
  every: '1 day',
  detect: ({ text }: Head) => isRecord(jsonOutline(text)?.members) || isArchiveOf(text, MEMBER),

  async *parse(file: Source): AsyncGenerator<Told> {
    const named = dateInName(file.name)
    // The first is held back: a record that comes alone says itself of when it is.
    let first = null as Item | null
    let items = 0
    yield* new InBatches(itemsOf(file)).tell(function* (all) {
      for (const read of all) {
        if (items++ === 0) {
          first = read
          continue
        }
        if (first) {
          yield report(named)
          yield* first.records
          first = null
        }
        yield* read.records
      }
    })
    if (items === 0) throw new UserError('unreadable_report', 'Expected at least one OSV record; the file is empty')
    if (first) {
      yield report(named ?? first.changed)
      yield first.records
    }
  },
})
