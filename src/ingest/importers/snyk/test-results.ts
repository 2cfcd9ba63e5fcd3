import type { Told } from '../../importer.ts'
import { parseImageReference, repositoryName } from '../../../model/asset-name.ts'
import type { AssetRecord, CoverageRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Fields, fieldsOf, textOf } from '../../readers/json-fields.ts'
import { readJson } from '../../readers/json.ts'
import { type Once, toldOnce } from '../../readers/told-once.ts'
import { Waiting } from '../../readers/waiting.ts'
import { codeIssue, type Issue, packageIssue, SOURCE } from './issue.ts'

const words = ['projectName', 'path', 'displayTargetFile', 'targetFile', 'packageManager', 'severityThreshold', 'docker', 'error', 'ok']
const lists = ['vulnerabilities', 'infrastructureAsCodeIssues']
const below = (root: '$' | '$[*]') => [
  ...words.map((word) => `${root}.${word}`),
  ...lists.map((list) => `${root}.${list}[*]`),
  `${root}.filtered.ignore[*]`,
  `${root}.applications[*].vulnerabilities[*]`,
  ...['displayTargetFile', 'targetFile'].map((word) => `${root}.applications[*].${word}`),
]

interface Item {
  at: string
  item: 'package' | 'code'
  application: string
  issue: Issue | null
}

/** What a project says of itself comes behind its items, so these wait. */
interface Project {
  key: string
  fields: Fields
  items: Waiting<Item>
  hasCode: boolean
  files: Map<string, string>
  ignored: string[]
}

/** The results of `snyk test`, `snyk container test` or `snyk iac test`: one project, or a list of them. */
export async function* readTestResults(bytes: AsyncIterable<Uint8Array>, list: boolean): AsyncGenerator<Told> {
  const once = toldOnce()
  let project = null as Project | null
  yield { kind: 'report', source: SOURCE, tool: 'Snyk', tool_version: null, observed_at: null }
  yield* readJson(bytes, below(list ? '$[*]' : '$')).tell(function* (matches) {
    for (const { path, at, value, document } of matches) {
      const key = list ? (/^\[\d+\]/.exec(at)?.[0] ?? '') : String(document)
      if (project?.key !== key) {
        if (project) yield* projectRecords(project, list, once)
        project = { key, fields: {}, items: new Waiting('Snyk'), hasCode: false, files: new Map(), ignored: [] }
      }
      take(project, path.replace(/^\$(?:\[\*\])?\./, ''), at, value)
    }
  })

  if (project) yield projectRecords(project, list, once)
}

function take(project: Project, path: string, at: string, value: unknown): void {
  if (words.includes(path)) project.fields[path] = value
  else if (path.startsWith('filtered')) project.ignored.push(at)
  else if (path.endsWith('[*]')) {
    const application = /^(.*applications\[\d+\])/.exec(at)?.[1] ?? ''
    const item = path.startsWith('infrastructure') ? 'code' : 'package'
    const members = fieldsOf(value)
    project.hasCode ||= item === 'code'
    project.items.add({ at, item, application, issue: item === 'code' ? codeIssue(members) : packageIssue(members) })
  } else {
    const application = /^(.*applications\[\d+\])/.exec(at)?.[1] ?? ''
    if (path.endsWith('displayTargetFile') || !project.files.has(application)) project.files.set(application, textOf(value))
  }
}

function* projectRecords(project: Project, list: boolean, once: Once): Generator<FileRecord> {
  const { fields } = project
  const asset = assetOf(fields)
  const file = (textOf(fields['displayTargetFile']) || textOf(fields['targetFile'])).replaceAll('\\', '/')
  const error = textOf(fields['error'])
  if (error !== '') {
    yield { kind: 'skipped', at: project.key, reason: `Snyk could not test ${file || 'the project'}: ${error.slice(0, 300)}` }
    return
  }
  yield* once(asset)
  yield* once(coverageOf(fields, project, asset, list, file))
  for (const { at, item, application, issue } of project.items.take()) {
    if (issue === null) {
      yield { kind: 'skipped', at, reason: item === 'code' ? 'Expected an issue with an id' : 'Expected an issue with "id" and "name"' }
      continue
    }
    for (const record of issue.described) yield* once(record)
    const place = application === '' ? (asset.type === 'image' ? '' : file) : (project.files.get(application) ?? '')
    yield { ...issue.finding, ...placed(issue.finding, place), asset: asset.asset }
  }
  for (const at of project.ignored) yield { kind: 'skipped', at, reason: 'Ignored by a policy of Snyk' }
}

/** The file of a finding, with the line that it has already. */
function placed({ component, place }: Issue['finding'], file: string): Partial<Issue['finding']> {
  if (file === '') return place === undefined ? {} : { place: `line ${place.slice(1)}` }
  if (component?.type !== 'file') return { place: file }
  return { place: `${file}${place ?? ''}`, component: { ...component, name: `${file} ${component.name}`.slice(0, 500) } }
}

/** An image by its reference, a repository by its address. A folder is one of the machine that tested: it names nothing. */
function assetOf(fields: Fields): AssetRecord {
  const path = textOf(fields['path'])
  const repository = /^https?:\/\//.test(path) ? repositoryName(path) : null
  const image = /^docker-image\|(.+)$/.exec(textOf(fields['projectName']))?.[1]
  if (
    image !== undefined ||
    (typeof fields['docker'] === 'object' && fields['docker'] !== null && Object.keys(fields['docker']).length > 0)
  ) {
    const reference = imageOf(path, image ?? '')
    return {
      kind: 'asset',
      asset: reference?.name ?? 'image',
      type: 'image',
      name: reference?.shown ?? '',
      names: reference ? [{ type: 'image', name: reference.name }] : [],
    }
  }
  return {
    kind: 'asset',
    asset: repository ?? 'folder',
    type: 'repository',
    name: repository?.replace('https://', '') ?? '',
    names: repository ? [{ type: 'repository', name: repository }] : [],
  }
}

/** The path is the reference that was asked for; newer versions put the name of the project behind it. */
function imageOf(path: string, project: string): { name: string; shown: string } | null {
  const tag = project !== '' && path.startsWith(`${project}:`) ? /^\w[\w.-]*/.exec(path.slice(project.length + 1))?.[0] : undefined
  const shown = tag === undefined ? path || project : `${project}:${tag}`
  const reference = parseImageReference(shown) ?? parseImageReference(project)
  return reference ? { name: reference.name, shown } : null
}

/** One project of a folder covers only itself; a list of all of them, an image or a repository covers the whole. */
function coverageOf(fields: Fields, project: Project, asset: AssetRecord, list: boolean, file: string): CoverageRecord {
  const code = project.hasCode || textOf(fields['packageManager']).endsWith('config')
  const min_severity = parseSeverity(textOf(fields['severityThreshold']))
  const part = !list && asset.type !== 'image' && file !== '' ? file.slice(0, 250) : ''
  const checks = code ? ['configuration', part].filter((one) => one !== '').join(' ') : part
  return {
    kind: 'coverage',
    asset: asset.asset,
    subject: code ? 'control' : 'vulnerability',
    ...(min_severity && min_severity !== 'low' && { min_severity }),
    ...(checks !== '' && { checks }),
  }
}
