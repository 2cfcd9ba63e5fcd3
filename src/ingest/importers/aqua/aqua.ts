import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { isEmptyList, jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { Waiting } from '../../readers/waiting.ts'
import { describeScan, readChecks } from './scan.ts'
import { readFlat, readResource } from './vulnerability.ts'

/** Members that say what was scanned; they stand before and behind the resources. */
const HEADER = [
  'image',
  'image_name',
  'pull_name',
  'registry',
  'digest',
  'os',
  'version',
  'scan_started',
  'image_assurance_results',
  'status',
]

/** Where the scan is: the document (scanner's JSON, and the older API's), or `results` of each element of a list (Azure DevOps). */
function layoutOf(text: string): '$' | '$[*].results' | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  const { members } = outline
  const has = (...names: string[]) => names.every((name) => members.has(name))
  if (outline.list) {
    const results = members.get('results')
    const inner = typeof results === 'object' && results !== null ? jsonOutline(results.text)?.members : undefined
    return inner?.has('image') && (inner.has('scan_started') || inner.has('resources')) ? '$[*].results' : null
  }
  if (has('image', 'scan_started') && (has('resources') || has('vulnerability_summary') || has('image_assurance_results'))) return '$'
  return has('image_name', 'cves_counts') || has('image_name', 'cves', 'disallowed') ? '$' : null
}

/**
 * Scans of images by Aqua's scanner: its JSON report, the list that the Azure DevOps task writes, and the older layout with `cves`.
 * Format: https://docs.aquasec.com/
 */
export const aqua: Importer = reads({
  id: 'aqua',
  title: 'Aqua Security, image scans (JSON)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text) ?? (/^\s*\{\s*\}\s*$/.test(text) ? '$' : isEmptyList(text) ? '$[*].results' : null)
    if (layout === null)
      throw new UserError('unreadable_report', 'Expected an Aqua image scan with image, scan_started and resources, or image_name and cves')
    yield { kind: 'report', source: 'aqua', tool: 'Aqua', tool_version: null, observed_at: null }
    const resources = `${layout}.resources[*]`
    const flat = `${layout}.cves[*]`
    const described = new Set<string>()
    let number = 0
    let place = ''
    let told: Record<string, unknown> = {}
    let hold = new Waiting('Aqua')
    const end = function* (): Generator<FileRecord> {
      const asset = `image ${number}`
      yield* describeScan(told, asset)
      yield* hold.take()
      yield* readChecks(told, asset, described)
      told = {}
      hold = new Waiting('Aqua')
    }
    yield* readJson(bytes, [...HEADER.map((name) => `${layout}.${name}`), resources, flat]).tell(function* (matches) {
      for (const { path, at, value } of matches) {
        const here = /^\[\d+\]/.exec(at)?.[0] ?? '$'
        if (here !== place) {
          if (place !== '') yield* end()
          place = here
          number++
        }
        const asset = `image ${number}`
        if (path === resources) hold.addAll(readResource(value, asset, at, described))
        else if (path === flat) hold.addAll(readFlat(value, asset, at, described))
        else told[path.slice(layout.length + 1)] = value
      }
    })

    if (place !== '') yield end()
  },
})
