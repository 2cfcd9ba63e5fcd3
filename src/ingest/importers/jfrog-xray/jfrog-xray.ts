import { UserError } from '../../../errors.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { readArtifacts } from './artifacts.ts'
import { readRows } from './rows.ts'
import { readExport, readScans } from './scans.ts'

type Reader = (bytes: AsyncIterable<Uint8Array>) => AsyncGenerator<Told>

/** The reader of a layout, by members that only Xray writes together; null for any other file. */
function readerOf(text: string): Reader | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  const { members } = outline
  if (outline.list) return members.has('scan_id') && (members.has('component_id') || members.has('vulnerabilities')) ? readScans : null
  const firstOf = (name: string) => {
    const value = members.get(name)
    return typeof value === 'object' && value !== null && value.text.startsWith('[') ? jsonOutline(value.text)?.members : undefined
  }
  const isEmpty = (name: string) => {
    const value = members.get(name)
    return typeof value === 'object' && value !== null && /^\[\s*\]$/.test(value.text)
  }
  if (typeof members.get('total_rows') === 'number') {
    const row = firstOf('rows')
    return isEmpty('rows') || row?.has('impacted_artifact') || row?.has('vulnerable_component') ? readRows : null
  }
  const artifact = firstOf('artifacts')
  if (artifact?.has('general') && artifact.has('issues')) return readArtifacts
  if (typeof members.get('total_count') !== 'number') return null
  return firstOf('data')?.has('source_comp_id') ? readExport : null
}

/** JFrog Xray: vulnerabilities reports, artifact summaries, on-demand scans, and the older export of an artifact's issues. */
export const jfrogXray: Importer = reads({
  id: 'jfrog-xray',
  title: 'JFrog Xray (JSON)',
  version: 1,
  detect: ({ text }: Head) => readerOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const reader = readerOf(text)
    if (reader === null) {
      // A broken file is told by its place.
      for await (const _ of readJson(bytes, [])) break
      throw new UserError(
        'unreadable_report',
        'Expected an export of JFrog Xray: total_rows with rows, artifacts with general and issues, scans with scan_id, or total_count with data',
      )
    }
    yield* reader(bytes)
  },
})
