import { imageAsset, readDigest } from '../../../model/image-asset.ts'
import { kubernetesByUid, objectPath, unnamedCluster } from '../../../model/kubernetes-uid.ts'
import { NumberedPlaces } from '../../../model/numbered-place.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant, type Instant } from '../../../model/time.ts'
import { trivyCheck } from '../../../model/trivy-check.ts'
import { cutText, type Fields, fieldsOf, given, httpsOf, isFields, listOf, numberOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { scannerItem } from '../../readers/package-finding.ts'

/** What is kept between the objects of one file. */
export interface Reading {
  /** Vulnerabilities and controls that were told already. */
  described: Set<string>
  /** Objects so far: each look at an asset has a key of its own, since each has its own time. */
  objects: number
  places: NumberedPlaces
}

export const newReading = (): Reading => ({ described: new Set(), objects: 0, places: new NumberedPlaces() })

/** When the operator wrote the report; for want of that, when the object was made. */
export function timeOf(object: Fields, report: Fields): Instant | null {
  const texts = [textOf(report['updateTimestamp']), textOf(fieldsOf(object['metadata'])['creationTimestamp'])]
  for (const text of texts) {
    const at = text === '' ? null : parseInstant(text)
    if (at !== null) return at
  }
  return null
}

/** Everything but compliance reports. Kinds: https://aquasecurity.github.io/trivy-operator/latest/docs/crds/ */
export function* readObject(object: Fields, kind: string, at: string, reading: Reading): Generator<FileRecord> {
  const { report } = object
  if (!isFields(report)) {
    yield { kind: 'skipped', at, reason: `Expected the member report in a ${kind || 'custom resource'}` }
    return
  }
  const observed_at = timeOf(object, report)
  const number = ++reading.objects
  const timed = <T extends AssetRecord>(asset: T): T => ({ ...asset, ...(observed_at !== null && { observed_at }) })
  if (kind.endsWith('VulnerabilityReport')) {
    const asset = timed(imageOf(report, `image ${number}`))
    yield asset
    yield { kind: 'coverage', asset: asset.asset, subject: 'vulnerability' }
    for (const [index, item] of listOf(report['vulnerabilities']).entries())
      yield* readVulnerability(item, asset.asset, `${at}.report.vulnerabilities[${index}]`, reading)
  } else if (kind === 'ExposedSecretReport') {
    const asset = timed(imageOf(report, `image ${number}`))
    yield asset
    yield { kind: 'coverage', asset: asset.asset, subject: 'control', checks: 'secret' }
    for (const [index, item] of listOf(report['secrets']).entries())
      yield* readSecret(item, asset.asset, `${at}.report.secrets[${index}]`, reading)
  } else if (/(?:ConfigAudit|InfraAssessment|RbacAssessment)Report$/.test(kind)) {
    const { asset, path } = resourceOf(object, `resource ${number}`)
    yield timed(asset)
    // Each kind of audit runs checks of its own.
    yield { kind: 'coverage', asset: asset.asset, subject: 'control', checks: checksName(kind, asset, path) }
    for (const [index, item] of listOf(report['checks']).entries())
      yield* readCheck(item, asset.asset, path, `${at}.report.checks[${index}]`, reading)
  } else if (kind.endsWith('SbomReport')) {
    const asset = timed(imageOf(report, `image ${number}`))
    yield asset
    yield { kind: 'coverage', asset: asset.asset, subject: 'software' }
    for (const one of listOf(fieldsOf(report['components'])['components'])) {
      const component = fieldsOf(one)
      const name = textOf(component['name'])
      if (name !== '' && textOf(component['type']) !== 'operating-system')
        yield {
          kind: 'software',
          asset: asset.asset,
          name,
          ...given({ version: textOf(component['version']), purl: textOf(component['purl']), place: textOf(component['type']) }),
        }
    }
  } else yield { kind: 'skipped', at, reason: `A ${kind.slice(0, 100) || 'resource without a kind'} is none of the reports that are read` }
}

function imageOf(report: Fields, key: string): AssetRecord {
  const artifact = fieldsOf(report['artifact'])
  const os = fieldsOf(report['os'])
  const server = textOf(fieldsOf(report['registry'])['server'])
  const repository = textOf(artifact['repository'])
  const tag = textOf(artifact['tag'])
  const digest = textOf(artifact['digest'])
  const whole = repository === '' ? undefined : [server, repository].filter(Boolean).join('/')
  const named = whole === undefined ? undefined : tag !== '' && !tag.startsWith('sha256:') ? `${whole}:${tag}` : whole
  const system = [textOf(os['family']), textOf(os['name'])].filter(Boolean).join(' ')
  return imageAsset(key, { references: [named], digest: digest || readDigest(tag), os: system === 'none' ? undefined : system })
}

/**
 * What was audited: a workload or role by the uid that Kubernetes gave it. Where the object does not tell its owner, the cluster as a whole, which the
 * person names; the resource is then the place.
 */
function resourceOf(object: Fields, key: string): { asset: AssetRecord; path: string } {
  const metadata = fieldsOf(object['metadata'])
  const labels = fieldsOf(metadata['labels'])
  const label = (name: string) => textOf(labels[`trivy-operator.resource.${name}`])
  const owner = fieldsOf(listOf(metadata['ownerReferences'])[0])
  const namespace = label('namespace') || textOf(metadata['namespace'])
  const kind = label('kind') || textOf(owner['kind'])
  const name = label('name') || textOf(owner['name']) || textOf(metadata['name'])
  const resource = { namespace, kind, name, uid: textOf(owner['uid']) }
  return { asset: kubernetesByUid(key, resource) ?? unnamedCluster(key), path: objectPath(resource) }
}

/** The name of the narrowed set of checks: one kind of audit, of one resource where the asset is the whole cluster. */
const checksName = (kind: string, asset: AssetRecord, path: string): string =>
  `${kind.replace(/^Cluster|Report$/g, '').toLowerCase()}${asset.names.length === 0 ? ` ${path}` : ''}`

function* readVulnerability(item: unknown, asset: string, at: string, { described }: Reading): Generator<FileRecord> {
  const found = fieldsOf(item)
  const published = textOf(found['publishedDate'])
  const score = numberOf(found['score'])
  yield* scannerItem(
    {
      source: 'trivy-operator',
      asset,
      at,
      ids: [textOf(found['vulnerabilityID'])],
      title: textOf(found['title']),
      description: textOf(found['description']),
      severity: textOf(found['severity']),
      ratings: [...vectorsOf(found['cvss']), { score }],
      published_at: published === '' ? null : parseInstant(published),
      urls: [textOf(found['primaryLink']), ...textsIn(found['links'])],
      component: {
        name: textOf(found['resource']),
        version: textOf(found['installedVersion']),
        purl: textOf(found['packagePURL']),
        type: textOf(found['packageType']),
      },
      fixed_version: textOf(found['fixedVersion']),
      place: textOf(found['packagePath']) || (textOf(found['class']) === 'os-pkgs' ? undefined : textOf(found['target'])),
    },
    described,
  )
}

/** `cvss` by source is written only when the operator was told to: NVD first, as it gives the score. */
function vectorsOf(value: unknown): { vector: string }[] {
  const vectors = fieldsOf(value)
  return ['nvd', ...Object.keys(vectors)].flatMap((source) => {
    const one = fieldsOf(vectors[source])
    return ['V40Vector', 'V3Vector', 'V2Vector'].flatMap((name) => {
      const vector = textOf(one[name])
      return vector === '' ? [] : [{ vector }]
    })
  })
}

function* readSecret(item: unknown, asset: string, at: string, reading: Reading): Generator<FileRecord> {
  const found = fieldsOf(item)
  const rule = textOf(found['ruleID'])
  if (rule === '') {
    yield { kind: 'skipped', at, reason: 'Expected a secret with ruleID' }
    return
  }
  const control_id = trivyCheck(rule)
  const severity = parseSeverity(textOf(found['severity'])) ?? undefined
  const title = textOf(found['title']) || rule
  if (!reading.described.has(control_id)) {
    reading.described.add(control_id)
    yield { kind: 'control', control_id, title: `Secret in a file: ${title}`, severity, category: textOf(found['category']) || 'Secrets' }
  }
  const target = textOf(found['target'])
  yield {
    kind: 'finding',
    asset,
    control_id,
    severity,
    title,
    component: { name: reading.places.next(`${asset} ${control_id}`, target || rule), type: 'file' },
    place: target || undefined,
  }
}

/** One check of an audit or of a compliance report; `path` is the resource. */
export function* readCheck(
  item: unknown,
  asset: string,
  path: string,
  at: string,
  reading: Reading,
  more: { severity?: string | undefined; framework?: { framework: string; requirement: string } } = {},
): Generator<FileRecord> {
  const found = fieldsOf(item)
  const id = textOf(found['checkID'])
  if (id === '' || typeof found['success'] !== 'boolean') {
    yield { kind: 'skipped', at, reason: 'Expected a check with checkID and success' }
    return
  }
  const control_id = trivyCheck(id)
  const severity = parseSeverity(textOf(found['severity']) || more.severity) ?? undefined
  const message = cutText(textsIn(found['messages']).join('\n'))
  if (!reading.described.has(control_id)) {
    reading.described.add(control_id)
    yield {
      kind: 'control',
      control_id,
      title: textOf(found['title']) || id,
      severity,
      category: textOf(found['category']) || undefined,
      description: cutText(textOf(found['description'])),
      remediation: cutText(textOf(found['remediation'])),
      url: httpsOf(`https://avd.aquasec.com/misconfig/${control_id.slice('trivy:'.length).toLowerCase()}`),
      product: 'Kubernetes',
      ...(more.framework && { frameworks: [more.framework] }),
    }
  }
  if (found['success']) {
    yield { kind: 'control_result', asset, control_id, status: 'pass', severity, evidence: message, place: path || undefined }
    return
  }
  yield {
    kind: 'finding',
    asset,
    control_id,
    severity,
    title: message?.split('\n')[0] ?? cutText(textOf(found['title'])),
    component: { name: reading.places.next(`${asset} ${control_id}`, path || id), type: 'resource' },
    place: path || undefined,
  }
}
