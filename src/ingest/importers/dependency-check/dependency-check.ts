import { UserError } from '../../../errors.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { Waiting } from '../../readers/waiting.ts'
import { readXml, xmlRoot } from '../../readers/xml.ts'
import { dependencyFromRow, isSameProject, projectFromRow } from './from-csv.ts'
import { dependencyFromJson, projectFromJson } from './from-json.ts'
import { dependencyFromXml, projectFromXml } from './from-xml.ts'
import { begin, type Dependency, type Project, readDependency } from './records.ts'

type Layout = 'xml' | 'json' | 'csv'

function layoutOf(text: string): Layout | null {
  const root = xmlRoot(text)
  if (root !== null) return root === 'analysis' && /<analysis[^>]{0,500}dependency-?check/i.test(text) ? 'xml' : null
  const outline = jsonOutline(text)
  if (outline) {
    const { members } = outline
    return !outline.list && members.has('reportSchema') && (members.has('scanInfo') || members.has('projectInfo')) ? 'json' : null
  }
  const columns = csvHeader(text.slice(0, 4096), ',')
  return ['Project', 'ScanDate', 'DependencyName', 'DependencyPath', 'CVE'].every((name) => columns.includes(name)) ? 'csv' : null
}

/** OWASP Dependency-Check's own reports. Format: https://dependency-check.github.io/DependencyCheck/general/thereport.html */
export const dependencyCheck: Importer = reads({
  id: 'dependency-check',
  title: 'OWASP Dependency-Check (XML, JSON, CSV)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === 'xml') yield* parseXml(bytes)
    else if (layout === 'json') yield* parseJson(bytes)
    else if (layout === 'csv') yield* parseCsv(bytes)
    else
      throw new UserError(
        'unreadable_report',
        'Expected a Dependency-Check report: XML with the root element analysis, JSON with reportSchema, or CSV that begins with Project, ScanDate',
      )
  },
})

const nobody: Project = { name: null, version: null, observed_at: null }

async function* parseXml(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  let project = nobody
  let begun = false
  const described = new Set<string>()
  yield* readXml(bytes, {
    elements: ['analysis/scanInfo', 'analysis/projectInfo', 'dependencies/dependency'],
  }).tell(function* (events) {
    for (const { name, node, line } of events) {
      if (name !== 'dependency') {
        project = projectFromXml(project, node)
        continue
      }
      if (!begun) yield* begin(project, true)
      begun = true
      const dependency = dependencyFromXml(node)
      if (dependency) yield* readDependency(dependency, described, `line ${line}`)
      else yield { kind: 'skipped', at: `line ${line}`, reason: 'a dependency without fileName and filePath' }
    }
  })

  if (!begun) yield begin(project, true)
}

async function* parseJson(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  let project = nobody
  const waiting = new Waiting('Dependency-Check')
  const described = new Set<string>()
  for await (const matches of readJson(bytes, ['$.scanInfo', '$.projectInfo', '$.dependencies[*]']).batches)
    for (const { path, at, value } of matches) {
      if (path !== '$.dependencies[*]') {
        project = projectFromJson(project, value)
        continue
      }
      const dependency = dependencyFromJson(value)
      if (dependency) waiting.addAll(readDependency(dependency, described, at))
      else waiting.add({ kind: 'skipped', at, reason: 'Expected an object with fileName or filePath' })
    }
  yield begin(project, true)
  yield waiting.take()
}

async function* parseCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  let project: Project | null = null
  const described = new Set<string>()
  yield* readCsv(bytes, { delimiter: ',' }).tell(function* (rows) {
    for (const { line, row, error } of rows) {
      const at = `line ${line}`
      const own = projectFromRow(row)
      if (!project) {
        project = own
        yield* begin(project, false)
      }
      const dependency: Dependency | null = dependencyFromRow(row)
      if (error !== null) yield { kind: 'skipped', at, reason: error }
      else if (!dependency) yield { kind: 'skipped', at, reason: 'Expected DependencyName and CVE' }
      else if (!isSameProject(project, own))
        yield { kind: 'skipped', at, reason: `another project, ${own.name}: give one file per project` }
      else yield* readDependency(dependency, described, at)
    }
  })

  if (!project) yield begin(nobody, false)
}
