import { UserError } from '../../../errors.ts'
import { parseEpoch } from '../../../model/epoch.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import type { FileRecord } from '../../../model/record.ts'
import type { Head, Importer, Source } from '../../importer.ts'
import { asFields, asNumber, asText, asTexts } from '../../readers/fields.ts'
import { Waiting } from '../../readers/waiting.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { readNeuvectorCheck } from '../../readers/neuvector-check.ts'
import { scannerItem } from '../../readers/scanner-item.ts'

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
export const neuvector: Importer = {
  id: 'neuvector',
  title: 'NeuVector, image scans (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<FileRecord> {
    const told: Record<string, unknown> = {}
    const described = new Set<string>()
    const hold = new Waiting('NeuVector')
    let any = false
    let modules = 0
    const paths = [...HEADER.map((name) => `$.report.${name}`), ...LISTS.map((name) => `$.report.${name}[*]`)]
    for await (const { path, at, value } of readJson(file.bytes(), paths)) {
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
    const registry = asText(told['registry'])
      ?.replace(/^https?:\/\//, '')
      .replace(/\/+$/, '')
    const path = [registry, asText(told['repository'])].filter(Boolean).join('/')
    const tag = asText(told['tag'])
    yield imageAsset('image', {
      references: [asText(told['repository']) === undefined ? undefined : tag ? `${path}:${tag}` : path],
      digest: asText(told['digest']),
      id: asText(told['image_id']),
      os: asText(told['base_os'])?.replace(':', ' '),
    })
    yield { kind: 'coverage', asset: 'image', subject: 'vulnerability' }
    yield { kind: 'coverage', asset: 'image', subject: 'control' }
    if (modules > 0) yield { kind: 'coverage', asset: 'image', subject: 'software' }
    yield* hold.take()
  },
}

function* readVulnerability(value: unknown, at: string, described: Set<string>): Generator<FileRecord> {
  const found = asFields(value)
  yield* scannerItem(
    {
      source: 'neuvector',
      asset: 'image',
      at,
      ids: [asText(found?.['name']), ...asTexts(found?.['cves'])],
      description: asText(found?.['description']),
      severity: asText(found?.['severity']),
      ratings: [
        { score: asNumber(found?.['score_v3']), vector: asText(found?.['vectors_v3']), version: 3 },
        { score: asNumber(found?.['score']), vector: asText(found?.['vectors']), version: 2 },
      ],
      published_at: parseEpoch(found?.['published_timestamp']),
      urls: [asText(found?.['link'])],
      component: { name: asText(found?.['package_name']) ?? '', version: asText(found?.['package_version']) },
      fixed_version: asText(found?.['fixed_version']),
      place: asText(found?.['file_name']),
    },
    described,
  )
}

function* readModule(value: unknown): Generator<FileRecord> {
  const found = asFields(value)
  const name = asText(found?.['name'])
  const version = asText(found?.['version'])
  const place = asText(found?.['file']) ?? asText(found?.['source'])
  if (name !== undefined) yield { kind: 'software', asset: 'image', name, ...(version && { version }), ...(place && { place }) }
}

/** A secret or a file with set-id rights; only its kind and place, never the evidence. An entry of empty texts is none. */
function* readFile(value: unknown, rule: string, title: string, described: Set<string>): Generator<FileRecord> {
  const found = asFields(value)
  const kind = asText(found?.['type'])
  const path = asText(found?.['path'])
  if (kind === undefined && path === undefined) return
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
    title: kind ?? title,
    component: { name: [path, kind].filter(Boolean).join(' '), type: 'file' },
    ...(path && { place: path }),
  }
}
