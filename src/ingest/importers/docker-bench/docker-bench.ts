import { UserError } from '../../../errors.ts'
import { parseEpoch } from '../../../model/epoch.ts'
import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { checkResult } from '../../readers/check-result.ts'
import { fieldsOf, listOf, textOf } from '../../readers/json-fields.ts'
import { Waiting } from '../../readers/waiting.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'

/** INFO is a check that could not be made or is for a person to make, NOTE one that is always for a person. */
const statuses = new Map<string, ControlResultRecord['status']>([
  ['PASS', 'pass'],
  ['WARN', 'fail'],
  ['INFO', 'not_run'],
  ['NOTE', 'not_run'],
])

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  return outline !== null && !outline.list && outline.members.has('dockerbenchsecurity') && outline.members.has('tests')
}

/** Checks of a Docker host by Docker Bench for Security. Format: https://github.com/docker/docker-bench-security */
export const dockerBench: Importer = reads({
  id: 'docker-bench',
  title: 'Docker Bench for Security (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const described = new Set<string>()
    const hold = new Waiting('Docker Bench')
    let version = ''
    let start: unknown = null
    let any = false
    for await (const matches of readJson(file.bytes(), ['$.dockerbenchsecurity', '$.start', '$.tests[*]']).batches)
      for (const { path, at, value } of matches) {
        any = true
        if (path === '$.dockerbenchsecurity') version = textOf(value)
        else if (path === '$.start') start = value
        else hold.addAll(readSection(value, at, described))
      }
    if (!any)
      throw new UserError('unreadable_report', 'Expected a Docker Bench report with dockerbenchsecurity and tests; neither is there')
    yield {
      kind: 'report',
      source: 'docker-bench',
      tool: 'Docker Bench for Security',
      tool_version: version || null,
      observed_at: parseEpoch(start),
    }
    yield { kind: 'asset', asset: 'host', type: 'device', name: '', names: [] }
    yield { kind: 'coverage', asset: 'host', subject: 'control' }
    yield hold.take()
  },
})

function* readSection(value: unknown, at: string, described: Set<string>): Generator<FileRecord> {
  const section = fieldsOf(value)
  for (const [index, one] of listOf(section['results']).entries()) {
    const found = fieldsOf(one)
    const id = textOf(found['id'])
    const status = statuses.get(textOf(found['result']).toUpperCase())
    if (id === '' || status === undefined) {
      yield { kind: 'skipped', at: `${at}.results[${index}]`, reason: 'Expected a result with id and one of PASS, WARN, INFO and NOTE' }
      continue
    }
    yield* checkResult(
      {
        asset: 'host',
        control_id: `docker-bench:${id}`,
        title: textOf(found['desc']) || id,
        status,
        category: textOf(section['desc']),
        product: 'Docker',
        remediation: textOf(found['remediation']),
        evidence: textOf(found['details']),
      },
      described,
    )
  }
}
