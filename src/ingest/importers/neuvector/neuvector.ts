import { UserError } from '../../../errors.ts'
import { parseEpoch } from '../../../model/epoch.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import type { FileRecord } from '../../../model/record.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf, numberOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { Waiting } from '../../readers/waiting.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { readNeuvectorCheck } from '../../readers/neuvector-check.ts'
import { scannerItem } from '../../readers/package-finding.ts'

const HEADER = ['image_id', 'registry', 'repository', 'tag', 'digest', 'base_os']
const LISTS = ['vulnerabilities', 'modules', 'checks', 'secrets', 'setid_perms']

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  const report = outline?.members.get('report')
  if (!outline || outline.list || typeof report !== 'object' || report === null) return false
  const members = jsonOutline(report.text)?.members
  if (!members) return false
  const first = members.get('vulnerabilities')
  const one = typeof first === 'object' && first !== null ? jsonOutline(first.text)?.members : undefined
  return (members.has('image_id') && members.has('cvedb_version')) || (one?.has('score_v3') === true && one.has('package_name'))
}

/** A scan of an image by NeuVector. Format: RESTScanReport in https://github.com/neuvector/neuvector/blob/main/controller/api/apis.go */
export const neuvector: Importer = reads({
  id: 'neuvector',
  title: 'NeuVector, image scans (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const told: Record<string, unknown> = {}
    const described = new Set<string>()
    const hold = new Waiting('NeuVector')
    let any = false
    let modules = 0
    const paths = [...HEADER.map((name) => `$.report.${name}`), ...LISTS.map((name) => `$.report.${name}[*]`)]
    for await (const matches of readJson(file.bytes(), paths).batches)
      for (const { path, at, value } of matches) {
        any = true
        const name = path.slice('$.report.'.length)
        if (name === 'vulnerabilities[*]') hold.addAll(readVulnerability(value, at, described))
        else if (name === 'modules[*]') {
          modules++
          hold.addAll(readModule(value))
        } else if (name === 'checks[*]') hold.addAll(readNeuvectorCheck(value, 'image', at, described))
        else if (name === 'secrets[*]') hold.addAll(readFile(value, 'secret', 'Secret in a file', described))
        else if (name === 'setid_perms[*]') hold.addAll(readFile(value, 'setid', 'File that runs with its owner’s rights', described))
        else told[name] = value
      }
    if (!any) throw new UserError('unreadable_report', 'Expected a NeuVector scan: report with vulnerabilities; it is not there')
    yield { kind: 'report', source: 'neuvector', tool: 'NeuVector', tool_version: null, observed_at: null }
    const registry = textOf(told['registry'])
      .replace(/^https?:\/\//, '')
      .replace(/\/+$/, '')
    const path = [registry, textOf(told['repository'])].filter(Boolean).join('/')
    const tag = textOf(told['tag'])
    yield imageAsset('image', {
      references: [textOf(told['repository']) === '' ? undefined : tag ? `${path}:${tag}` : path],
      digest: textOf(told['digest']),
      id: textOf(told['image_id']),
      os: textOf(told['base_os']).replace(':', ' '),
    })
    yield { kind: 'coverage', asset: 'image', subject: 'vulnerability' }
    yield { kind: 'coverage', asset: 'image', subject: 'control' }
    if (modules > 0) yield { kind: 'coverage', asset: 'image', subject: 'software' }
    yield hold.take()
  },
})

function* readVulnerability(value: unknown, at: string, described: Set<string>): Generator<FileRecord> {
  const found = fieldsOf(value)
  yield* scannerItem(
    {
      source: 'neuvector',
      asset: 'image',
      at,
      ids: [textOf(found['name']), ...textsIn(found['cves'])],
      description: textOf(found['description']),
      severity: textOf(found['severity']),
      ratings: [
        { score: numberOf(found['score_v3']), vector: textOf(found['vectors_v3']), version: 3 },
        { score: numberOf(found['score']), vector: textOf(found['vectors']), version: 2 },
      ],
      published_at: parseEpoch(found['published_timestamp']),
      urls: [textOf(found['link'])],
      component: { name: textOf(found['package_name']), version: textOf(found['package_version']) },
      fixed_version: textOf(found['fixed_version']),
      place: textOf(found['file_name']),
    },
    described,
  )
}

function* readModule(value: unknown): Generator<FileRecord> {
  const found = fieldsOf(value)
  const name = textOf(found['name'])
  const version = textOf(found['version'])
  const place = textOf(found['file']) || textOf(found['source'])
  if (name !== '') yield { kind: 'software', asset: 'image', name, ...(version && { version }), ...(place && { place }) }
}

/** A secret or a file with set-id rights; only its kind and place, never the evidence. An entry of empty texts is none. */
function* readFile(value: unknown, rule: string, title: string, described: Set<string>): Generator<FileRecord> {
  const found = fieldsOf(value)
  const kind = textOf(found['type'])
  const path = textOf(found['path'])
  if (kind === '' && path === '') return
  const control_id = `neuvector:${rule}`
  if (!described.has(control_id)) {
    described.add(control_id)
    yield { kind: 'control', control_id, title, category: 'image', ...(rule === 'setid' && { severity: 'informational' as const }) }
  }
  yield {
    kind: 'finding',
    asset: 'image',
    control_id,
    ...(rule === 'setid' && { severity: 'informational' as const }),
    title: kind || title,
    component: { name: [path, kind].filter(Boolean).join(' '), type: 'file' },
    ...(path && { place: path }),
  }
}
