import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf, instantOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { toldOnce } from '../../readers/told-once.ts'
import { narrowedTo, type Run, serviceRecords } from './service.ts'

/** What stands before the JSON in `scoutsuite_results_….js`. */
const ASSIGNMENT = /^\s*scoutsuite_results\s*=\s*/

function isReport(text: string): boolean {
  const start = ASSIGNMENT.exec(text)?.[0].length ?? 0
  const members = jsonOutline(text.slice(start))?.members
  return members !== undefined && members.has('account_id') && members.has('last_run') && /"ruleset_(?:name|about)"/.test(text)
}

/**
 * Results of ScoutSuite for AWS, Azure, Google Cloud, Oracle Cloud and Alibaba Cloud: the file `scoutsuite-results/scoutsuite_results_….js` of a report.
 * Rules: https://github.com/nccgroup/ScoutSuite/wiki/HowTo:-Create-a-custom-ruleset
 */
export const scoutsuite: Importer = reads({
  id: 'scoutsuite',
  title: 'ScoutSuite (scoutsuite_results_….js)',
  version: 1,
  detect: ({ text }: Head) => isReport(text),

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const json = skipBytes(bytes, Buffer.byteLength(ASSIGNMENT.exec(text)?.[0] ?? ''))
    const run: Run = { provider: '', account: '', narrowed: '' }
    const once = toldOnce()
    let begun = false
    let last_run: ReturnType<typeof fieldsOf> | null = null
    const begin = function* (): Generator<FileRecord> {
      if (begun) return
      begun = true
      yield {
        kind: 'report',
        source: 'scoutsuite',
        tool: 'ScoutSuite',
        tool_version: textOf(last_run?.version) || null,
        observed_at: instantOf(last_run?.time),
      }
    }
    const paths = ['$.account_id', '$.provider_code', '$.last_run', '$.services.*']
    yield* readJson(json, paths).tell(function* (matches) {
      for (const { path, at, value } of matches) {
        if (path === '$.account_id') run.account = textOf(value)
        else if (path === '$.provider_code') run.provider = textOf(value) === 'aliyun' ? 'alibaba' : textOf(value)
        else if (path === '$.last_run') {
          last_run = fieldsOf(value)
          run.narrowed = narrowedTo(last_run)
        } else {
          // The report is written with its names in order, so that what it says of itself comes first.
          if (last_run === null || run.provider === '')
            throw new UserError('unreadable_report', 'Expected "provider_code" and "last_run" before "services", as ScoutSuite writes them')
          yield* begin()
          yield* serviceRecords(at.slice('services.'.length), value, run, once)
        }
      }
    })

    if (last_run === null)
      throw new UserError('unreadable_report', 'Expected the results of ScoutSuite: "account_id", "last_run" and "services"')
    yield begin()
  },
})

/** The stream without its first bytes. */
async function* skipBytes(bytes: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count
  for await (const chunk of bytes) {
    if (left >= chunk.length) left -= chunk.length
    else {
      yield left > 0 ? chunk.subarray(left) : chunk
      left = 0
    }
  }
}
