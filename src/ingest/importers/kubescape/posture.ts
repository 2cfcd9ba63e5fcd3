import type { Told } from '../../importer.ts'
import { UserError } from '../../../errors.ts'
import { repositoryName } from '../../../model/asset-name.ts'
import { kubernetesAsset, resourcePath } from '../../../model/kubernetes-resource.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { remembered } from '../../../model/remembered.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Fields, fieldsOf, listOf, textOf } from '../../readers/json-fields.ts'
import { readJson } from '../../readers/json.ts'
import { nameOfSet } from '../../readers/name-of-set.ts'
import { openPartResults } from '../../readers/part-results.ts'
import { Waiting } from '../../readers/waiting.ts'
import { controlOf, type Described, describe, statusOf, wordsOf } from './controls.ts'
import { parseResourceId } from './resource.ts'

/** A control's result on a resource. */
interface Held {
  resource: string
  id: string
  name: string
  status: 'fail' | 'pass' | 'not_run' | 'not_applicable'
  paths: string
}

interface Report {
  time: string
  version: string
  cluster: string
  repository: string
  /** Where a resource was read, by its id: only for scans of files. */
  files: Map<string, string>
  /** They wait for the severities of the controls, which stand behind them. */
  held: Waiting<Held>
  /** Some resource is named by where in a file it is. */
  hasPaths: boolean
  skipped: FileRecord[]
  described: Map<string, Described>
  frameworks: Map<string, Set<string>>
  names: string[]
}

/** The posture report: results by resource, with the controls described in the summary behind them. */
export async function* readPosture(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const report: Report = {
    time: '',
    version: '',
    cluster: '',
    repository: '',
    files: new Map(),
    held: new Waiting('Kubescape'),
    hasPaths: false,
    skipped: [],
    described: new Map(),
    frameworks: new Map(),
    names: [],
  }
  const paths = [
    '$.generationTime',
    '$.clusterName',
    '$.metadata',
    '$.resources[*].resourceID',
    '$.resources[*].source.relativePath',
    '$.results[*]',
    '$.summaryDetails.controls.*',
    '$.summaryDetails.frameworks[*]',
  ]
  let resource = ''
  let known = false
  for await (const matches of readJson(bytes, paths).batches)
    for (const { path, at, value } of matches) {
      known = true
      if (path === '$.generationTime') report.time = textOf(value)
      else if (path === '$.clusterName') report.cluster = textOf(value).slice(0, 300) || report.cluster
      else if (path === '$.metadata') readMetadata(report, fieldsOf(value))
      else if (path.endsWith('resourceID')) resource = textOf(value)
      else if (path.endsWith('relativePath')) {
        const file = textOf(value)
        if (file && resource && report.files.size < 500_000) report.files.set(resource, file)
      } else if (path === '$.results[*]') hold(report, fieldsOf(value), at)
      else if (path.endsWith('controls.*')) {
        const control = fieldsOf(value)
        report.described.set(textOf(control['controlID']) || (at.split('.').at(-1) ?? ''), describe(control))
      } else readFramework(report, fieldsOf(value))
    }
  if (!known) throw new UserError('unreadable_report', 'Expected Kubescape JSON with results and summaryDetails')
  yield records(report)
}

function readMetadata(report: Report, metadata: Fields): void {
  report.version = textOf(fieldsOf(metadata['scanMetadata'])['kubescapeVersion']).replace(/^v/, '')
  for (const name of ['contextMetadata', 'targetMetadata']) {
    const context = fieldsOf(metadata[name])
    report.cluster ||= textOf(fieldsOf(context['clusterContextMetadata'])['contextName']).slice(0, 300)
    const git = fieldsOf(context['gitRepoContextMetadata'] ?? context['repoContextMetadata'])
    report.repository ||= repositoryName(textOf(git['remoteURL'])) ?? ''
  }
}

function readFramework(report: Report, framework: Fields): void {
  const name = textOf(framework['name']).slice(0, 100)
  if (name === '') return
  report.names.push(name)
  for (const id of Object.keys(fieldsOf(framework['controls'])).slice(0, 5000)) {
    const held = report.frameworks.get(id) ?? new Set()
    report.frameworks.set(id, held.add(name))
  }
}

function hold(report: Report, result: Fields, at: string): void {
  const resource = textOf(result['resourceID'])
  for (const [index, one] of listOf(result['controls']).entries()) {
    const control = fieldsOf(one)
    const id = textOf(control['controlID'])
    const status = id && resource ? statusOfControl(control) : null
    if (status === null) {
      const reason =
        id && resource ? 'Expected a control with a status passed, failed or skipped' : 'Expected a control with a controlID, on a resource'
      report.skipped.push({ kind: 'skipped', at: `${at}.controls[${index}]`, reason })
      continue
    }
    report.hasPaths ||= resource.includes('path=')
    report.held.add({
      resource,
      id,
      name: textOf(control['name']).slice(0, 500),
      status,
      paths: status === 'fail' ? pathsOf(control) : '',
    })
  }
}

/** Before 2.0.170 a control had no status of its own: it failed when one of its rules did. */
function statusOfControl(control: Fields): Held['status'] | null {
  const { word, sub } = wordsOf(control)
  if (word !== '') return statusOf(word, sub)
  const rules = listOf(control['rules']).map((rule) => {
    const own = wordsOf(fieldsOf(rule))
    return statusOf(own.word, own.sub)
  })
  if (rules.includes(null)) return null
  return (['fail', 'not_run', 'pass', 'not_applicable'] as const).find((status) => rules.includes(status)) ?? null
}

/** Which fields of the resource fail, or have to be set. */
function pathsOf(control: Fields): string {
  const paths = listOf(control['rules']).flatMap((rule) =>
    listOf(fieldsOf(rule)['paths']).map((one) => {
      const path = fieldsOf(one)
      const fix = fieldsOf(path['fixPath'])
      return textOf(path['failedPath']) || (textOf(fix['path']) && `${textOf(fix['path'])}=${textOf(fix['value'])}`)
    }),
  )
  return [...new Set(paths.filter(Boolean))].slice(0, 20).join(', ').slice(0, 1000)
}

function* records(report: Report): Generator<FileRecord> {
  const { cluster, repository, files, held, hasPaths } = report
  yield {
    kind: 'report',
    source: 'kubescape',
    tool: 'Kubescape',
    tool_version: /^\d[\w.-]*$/.test(report.version) ? report.version : null,
    observed_at: parseInstant(report.time),
  }
  const inFiles = repository !== '' || (cluster === '' && (files.size > 0 || hasPaths))
  const code: AssetRecord = {
    kind: 'asset',
    asset: 'code',
    type: 'repository',
    name: repository.replace('https://', ''),
    names: repository ? [{ type: 'repository', name: repository }] : [],
  }
  const described = new Map<string, AssetRecord>()
  const results = openPartResults()
  const named = remembered((resource): { asset: AssetRecord; path: string; through: string } => {
    const parts = parseResourceId(resource)
    return { asset: inFiles ? code : kubernetesAsset('kubescape', cluster, parts), path: resourcePath(parts), through: parts.through }
  })
  const controls = remembered((id) => controlOf(id, report.described.get(id), report.frameworks.get(id)))
  for (const { resource, id, name, status, paths } of held.take()) {
    const { asset, path, through } = named(resource)
    if (!described.has(asset.asset)) {
      described.set(asset.asset, asset)
      yield asset
    }
    const control = report.described.has(id) ? controls(id) : controlOf(id, { name, severity: null }, report.frameworks.get(id))
    if (status !== 'fail') {
      yield* results.other(asset.asset, control, status)
      continue
    }
    const file = files.get(resource) ?? ''
    const whole = asset.asset === path
    const failed = results.fail({
      asset: asset.asset,
      control,
      part: [file, whole ? '' : path, through].filter(Boolean).join(' '),
      type: 'resource',
      severity: control.severity,
      title: paths ? `${control.title}: ${paths}` : control.title,
      place: file || (whole ? undefined : path),
    })
    for (const record of failed) yield record
  }
  yield* results.end()
  yield* report.skipped
  if (described.size === 0) {
    const asset = inFiles ? code : kubernetesAsset('kubescape', cluster, { namespace: '', kind: '', name: '' })
    yield asset
    return
  }
  const checks = nameOfSet(report.names.length > 0 ? report.names : report.described.keys(), 'controls') || 'controls'
  for (const asset of described.keys()) yield { kind: 'coverage', asset, subject: 'control', checks }
}
