import { UserError } from '../../../errors.ts'
import { parseImageReference } from '../../../model/asset-name.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { cutText, given } from '../../readers/json-fields.ts'
import { peek } from '../../readers/peek.ts'
import { type Once, toldOnce } from '../../readers/told-once.ts'

const SOURCE = 'zora'
const VULNERABILITIES = ['source', 'image', 'id', 'title', 'severity', 'status', 'description', 'fixVersion']
const ISSUES = ['source', 'checkID', 'title', 'severity', 'status', 'remediation']

function layoutOf(text: string): 'vulnerabilities' | 'issues' | null {
  const columns = csvHeader(text)
  const is = (names: readonly string[]) => columns.length === names.length && names.every((name) => columns.includes(name))
  return is(VULNERABILITIES) ? 'vulnerabilities' : is(ISSUES) ? 'issues' : null
}

/** Zora by Undistro: vulnerabilities of the images in a cluster, and its issues, exported as CSV. https://zora-docs.undistro.io */
export const zora: Importer = reads({
  id: 'zora',
  title: 'Zora (CSV)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null) throw new UserError('unreadable_report', `Expected a CSV of Zora with the columns ${VULNERABILITIES.join(', ')}`)
    const once = toldOnce()
    yield { kind: 'report', source: SOURCE, tool: 'Zora', tool_version: null, observed_at: null }
    yield* readCsv(bytes).tell(function* (rows) {
      for (const row of rows) {
        const { line, error } = row
        const cell = (name: string) => row.cell(name)?.trim() ?? ''
        if (error !== null) yield { kind: 'skipped', at: `line ${line}`, reason: error }
        else if (layout === 'vulnerabilities') yield* vulnerabilityRecords(cell, `line ${line}`, once)
        else yield* issueRecords(cell, `line ${line}`, once)
      }
    })
  },
})

function* vulnerabilityRecords(cell: (name: string) => string, at: string, once: Once): Generator<FileRecord> {
  const image = parseImageReference(cell('image'))
  const id = cell('id')
  if (image === null || id === '') {
    yield { kind: 'skipped', at, reason: 'Expected an image and the id of a vulnerability' }
    return
  }
  const vulnerability_id = /^cve-/i.test(id) ? id.toUpperCase() : id
  const severity = parseSeverity(cell('severity')) ?? undefined
  const title = cutText(cell('title'))
  yield* once({
    kind: 'asset',
    asset: image.name,
    type: 'image',
    name: cell('image'),
    names: [{ type: 'image', name: image.name }],
    ...(image.digest && { attributes: { image_digest: image.digest } }),
  })
  yield* once({ kind: 'coverage', asset: image.name, subject: 'vulnerability', access: 'remote', checks: 'listed' })
  if (!once.knows(vulnerability_id))
    yield* once({ kind: 'vulnerability', vulnerability_id, ...given({ title, severity, description: cutText(cell('description')) }) })
  yield {
    kind: 'finding',
    asset: image.name,
    vulnerability_ids: [vulnerability_id],
    access: 'full',
    ...given({ severity, title, fixed_version: cell('fixVersion') }),
  }
}

/** Issues name no cluster: the person is asked. */
function* issueRecords(cell: (name: string) => string, at: string, once: Once): Generator<FileRecord> {
  const id = cell('checkID')
  if (id === '') {
    yield { kind: 'skipped', at, reason: 'Expected a "checkID"' }
    return
  }
  const severity = parseSeverity(cell('severity')) ?? undefined
  const control_id = `${SOURCE}:${id.slice(0, 250)}`
  yield* once({ kind: 'asset', asset: 'cluster', type: 'cluster', name: '', names: [], attributes: { cloud_provider: 'kubernetes' } })
  yield* once({ kind: 'coverage', asset: 'cluster', subject: 'control', access: 'remote', checks: 'listed' })
  if (!once.knows(control_id))
    yield* once({
      kind: 'control',
      control_id,
      title: cutText(cell('title')) ?? id,
      ...given({ severity, remediation: cutText(cell('remediation')) }),
    })
  yield { kind: 'finding', asset: 'cluster', control_id, access: 'full', ...given({ severity, title: cutText(cell('title')) }) }
}
