import { parseEpoch } from '../../../model/epoch.ts'
import { kubernetesByUid, objectPath, unnamedCluster, type KubernetesObject } from '../../../model/kubernetes-uid.ts'
import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant, type Instant } from '../../../model/time.ts'
import { isPublicId } from '../../../model/vulnerability-id.ts'
import { checkResult } from '../../readers/check-result.ts'
import { type Fields, fieldsOf, firstText, isFields, listOf, numberOf, objectsIn, textOf } from '../../readers/json-fields.ts'
import { scannerItem } from '../../readers/package-finding.ts'

const statuses = new Map<string, ControlResultRecord['status']>([
  ['pass', 'pass'],
  ['fail', 'fail'],
  ['warn', 'fail'],
  ['error', 'not_run'],
  ['skip', 'not_run'],
])

/** What is kept between the objects of a file. */
export interface Reading {
  /** The engine whose report record was yielded last; null before the first. */
  source: string | null
  described: Set<string>
  looks: number
  /** Yields a report record where another engine begins. */
  begin(source: string): Generator<FileRecord>
}

export function newReading(): Reading {
  return {
    source: null,
    described: new Set(),
    looks: 0,
    *begin(source) {
      if (this.source === source) return
      this.source = source
      this.described = new Set()
      yield { kind: 'report', source, tool: source, tool_version: null, observed_at: null }
    },
  }
}

/** One object: what one engine says of a workload (`scope`), or of the resources that its results name. */
export function* readReport(object: Fields, at: string, reading: Reading): Generator<FileRecord> {
  const metadata = fieldsOf(object['metadata'])
  const namespace = textOf(metadata['namespace'])
  const results = listOf(object['results']).map(fieldsOf)
  const engine = textOf(object['source']) || results.map((result) => textOf(result['source'])).find((source) => source !== '')
  const manager = textOf(fieldsOf(metadata['labels'])['app.kubernetes.io/managed-by'])
  yield* reading.begin((engine || manager || 'openreports').toLowerCase().slice(0, 100))
  const observed_at = timeOf(metadata, results)
  const scope = isFields(object['scope']) ? object['scope'] : null
  const looks = new Map<string, string>()
  /** What is told of a resource that was not seen before. */
  const look = function* (resource: KubernetesObject, path: string): Generator<FileRecord> {
    const asset = `look ${++reading.looks}`
    looks.set(path, asset)
    const record = kubernetesByUid(asset, resource) ?? unnamedCluster(asset)
    yield { ...record, ...(observed_at !== null && { observed_at }) }
    const checks = record.names.length === 0 ? path : undefined
    for (const subject of ['control', 'vulnerability'] as const) yield { kind: 'coverage', asset, subject, ...(checks && { checks }) }
  }
  const whole = scope && resourceOf(scope, namespace)
  const wholePath = whole && objectPath(whole)
  if (whole) yield* look(whole, wholePath!)
  for (const [index, result] of results.entries()) {
    const place = `${at}results[${index}]`
    const named = whole
      ? [whole]
      : [...objectsIn(result['resources']), ...objectsIn(result['subjects'])].map((one) => resourceOf(one, namespace))
    if (named.length === 0)
      yield { kind: 'skipped', at: place, reason: 'Expected a result about the scope of the report, or with resources' }
    for (const about of named) {
      const path = wholePath ?? objectPath(about)
      if (!looks.has(path)) yield* look(about, path)
      yield* resultRecords(result, looks.get(path)!, path, place, reading)
    }
  }
}

function resourceOf(fields: Fields, namespace: string): KubernetesObject {
  return {
    namespace: textOf(fields['namespace']) || namespace,
    kind: textOf(fields['kind']),
    name: textOf(fields['name']),
    uid: textOf(fields['uid']),
  }
}

/** The newest time of the results; the time of its making only for a report that was never changed since. */
function timeOf(metadata: Fields, results: Fields[]): Instant | null {
  let newest: Instant | null = null
  for (const result of results) {
    const time = parseEpoch(fieldsOf(result['timestamp'])['seconds'])
    if (time !== null && (newest === null || time > newest)) newest = time
  }
  if (newest !== null) return newest
  const made = textOf(metadata['creationTimestamp'])
  return numberOf(metadata['generation']) === 1 && made !== '' ? parseInstant(made) : null
}

function resultRecords(result: Fields, asset: string, path: string, at: string, reading: Reading): FileRecord[] {
  const policy = textOf(result['policy'])
  const rule = textOf(result['rule'])
  const status = statuses.get(textOf(result['result']).toLowerCase())
  if (policy === '' || status === undefined) {
    return [{ kind: 'skipped', at, reason: 'Expected a result with policy and one of pass, fail, warn, error and skip' }]
  }
  const { source } = reading
  const message = textOf(result['message']) || textOf(result['description'])
  const id = isPublicId(policy) ? policy : isPublicId(rule) ? rule : undefined
  if (id !== undefined) {
    if (status !== 'fail') return [{ kind: 'skipped', at, reason: `${id}: the report says ${textOf(result['result'])}` }]
    const properties = fieldsOf(result['properties'])
    const of = (...names: string[]) => firstText(properties, ...names)
    return scannerItem(
      {
        source: source!,
        asset,
        at,
        ids: [id],
        title: message,
        severity: textOf(result['severity']),
        urls: [of('primaryURL', 'url')],
        component: {
          name: of('pkgName', 'resource', 'artifact.name') ?? '',
          version: of('installedVersion', 'artifact.version'),
          purl: of('purl'),
        },
        fixed_version: of('fixedVersion'),
        place: of('pkgPath', 'path'),
      },
      reading.described,
    )
  }
  return checkResult(
    {
      asset,
      control_id: `${source}:${rule === '' ? policy : `${policy}/${rule}`}`,
      title: rule === '' ? policy : `${policy}: ${rule}`,
      status,
      severity: parseSeverity(textOf(result['severity'])),
      category: textOf(result['category']),
      product: 'Kubernetes',
      evidence: message,
      place: path || undefined,
    },
    reading.described,
  )
}
