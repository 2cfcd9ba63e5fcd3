import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf, listOf, numberOf, textOf } from '../../readers/json-fields.ts'
import { Waiting } from '../../readers/waiting.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { scannerItem } from '../../readers/package-finding.ts'

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  const results = outline?.members.get('results')
  if (!outline || outline.list || typeof results !== 'object' || results === null) return false
  if (!['total', 'subtotal', 'page', 'per_page'].every((name) => outline.members.has(name))) return false
  const first = jsonOutline(results.text)?.members
  return first !== undefined && (first.has('errata_id') || first.has('pulp_id'))
}

/** The errata that Red Hat Satellite, or Katello, holds applicable to a host. Format: https://theforeman.org/plugins/katello/ (API of errata) */
export const redHatSatellite: Importer = reads({
  id: 'red-hat-satellite',
  title: 'Red Hat Satellite, applicable errata (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const described = new Set<string>()
    const hold = new Waiting('Red Hat Satellite')
    const told: Record<string, unknown> = {}
    let items = 0
    let any = false
    for await (const matches of readJson(file.bytes(), ['$.total', '$.subtotal', '$.search', '$.results[*]']).batches)
      for (const { path, at, value } of matches) {
        any = true
        if (path !== '$.results[*]') {
          told[path.slice(2)] = value
          continue
        }
        items++
        hold.addAll(readErratum(value, at, described))
      }
    if (!any) throw new UserError('unreadable_report', 'Expected the errata of a host with total and results; neither is there')
    yield { kind: 'report', source: 'red-hat-satellite', tool: 'Red Hat Satellite', tool_version: null, observed_at: null }
    yield { kind: 'asset', asset: 'host', type: 'device', name: '', names: [] }
    // Only the whole list covers; a search narrows it.
    const all = Math.max(numberOf(told['total']) ?? 0, numberOf(told['subtotal']) ?? 0)
    if (items >= all && textOf(told['search']) === '') yield { kind: 'coverage', asset: 'host', subject: 'vulnerability' }
    yield hold.take()
  },
})

function* readErratum(value: unknown, at: string, described: Set<string>): Generator<FileRecord> {
  const found = fieldsOf(value)
  const id = textOf(found['errata_id']) || textOf(found['pulp_id'])
  const issued = textOf(found['issued'])
  yield* scannerItem(
    {
      source: 'red-hat-satellite',
      asset: 'host',
      at,
      ids: [...listOf(found['cves']).map((cve) => textOf(fieldsOf(cve)['cve_id'])), id],
      title: textOf(found['title']) || textOf(found['name']),
      description: textOf(found['description']) || textOf(found['summary']),
      severity: textOf(found['severity']),
      published_at: issued === '' ? null : parseInstant(issued),
      urls: [id !== '' && /^RH[SBE]A-/.test(id) ? `https://access.redhat.com/errata/${id}` : undefined],
      // Which of the packages is installed is not told: the erratum itself is what is missing.
      component: { name: id, type: 'erratum', vendor: 'Red Hat' },
      fixed_version: id,
    },
    described,
  )
}
