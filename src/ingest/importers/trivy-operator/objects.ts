import { imageAsset, readDigest } from '../../../model/image-asset.ts'
import { kubernetesByUid, objectPath, unnamedCluster } from '../../../model/kubernetes-uid.ts'
import { NumberedPlaces } from '../../../model/numbered-place.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant, type Instant } from '../../../model/time.ts'
import { trivyCheck } from '../../../model/trivy-check.ts'
import { asFields, asList, asNumber, asText, asTexts, cutText, httpsLink } from '../../readers/fields.ts'
import { scannerItem } from '../../readers/scanner-item.ts'

export type Fields = Record<string, unknown>

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
  const texts = [asText(report['updateTimestamp']), asText(asFields(object['metadata'])?.['creationTimestamp'])]
  for (const text of texts) {
    const at = text === undefined ? null : parseInstant(text)
    if (at !== null) return at
  }
  return null
}

/** Everything but compliance reports. Kinds: https://aquasecurity.github.io/trivy-operator/latest/docs/crds/ */
export function* readObject(object: Fields, kind: string, at: string, reading: Reading): Generator<FileRecord> {
  const report = asFields(object['report'])
  if (!report) {
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
    for (const [index, item] of asList(report['vulnerabilities']).entries())
      yield* readVulnerability(item, asset.asset, `${at}.report.vulnerabilities[${index}]`, reading)
  } else if (kind === 'ExposedSecretReport') {
    const asset = timed(imageOf(report, `image ${number}`))
    yield asset
    yield { kind: 'coverage', asset: asset.asset, subject: 'control', checks: 'secret' }
    for (const [index, item] of asList(report['secrets']).entries())
      yield* readSecret(item, asset.asset, `${at}.report.secrets[${index}]`, reading)
  } else if (/(?:ConfigAudit|InfraAssessment|RbacAssessment)Report$/.test(kind)) {
    const { asset, path } = resourceOf(object, `resource ${number}`)
    yield timed(asset)
    // Each kind of audit runs checks of its own.
    yield { kind: 'coverage', asset: asset.asset, subject: 'control', checks: checksName(kind, asset, path) }
    for (const [index, item] of asList(report['checks']).entries())
      yield* readCheck(item, asset.asset, path, `${at}.report.checks[${index}]`, reading)
  } else if (kind.endsWith('SbomReport')) {
    const asset = timed(imageOf(report, `image ${number}`))
    yield asset
    yield { kind: 'coverage', asset: asset.asset, subject: 'software' }
    for (const one of asList(asFields(report['components'])?.['components'])) {
      const component = asFields(one)
      const name = asText(component?.['name'])
      if (component && name !== undefined && asText(component['type']) !== 'operating-system')
        yield {
          kind: 'software',
          asset: asset.asset,
          name,
          version: asText(component['version']),
          purl: asText(component['purl']),
          place: asText(component['type']),
        }
    }
  } else yield { kind: 'skipped', at, reason: `A ${kind.slice(0, 100) || 'resource without a kind'} is none of the reports that are read` }
}

function imageOf(report: Fields, key: string): AssetRecord {
  const artifact = asFields(report['artifact'])
  const os = asFields(report['os'])
  const server = asText(asFields(report['registry'])?.['server'])
  const repository = asText(artifact?.['repository'])
  const tag = asText(artifact?.['tag'])
  const digest = asText(artifact?.['digest'])
  const whole = repository === undefined ? undefined : [server, repository].filter(Boolean).join('/')
  const named = whole === undefined ? undefined : tag !== undefined && !tag.startsWith('sha256:') ? `${whole}:${tag}` : whole
  const system = [asText(os?.['family']), asText(os?.['name'])].filter(Boolean).join(' ')
  return imageAsset(key, { references: [named], digest: digest ?? readDigest(tag), os: system === 'none' ? undefined : system })
}

/**
 * What was audited: a workload or role by the uid that Kubernetes gave it. Where the object does not tell its owner, the cluster as a whole, which the
 * person names; the resource is then the place.
 */
function resourceOf(object: Fields, key: string): { asset: AssetRecord; path: string } {
  const metadata = asFields(object['metadata'])
  const labels = asFields(metadata?.['labels'])
  const label = (name: string) => asText(labels?.[`trivy-operator.resource.${name}`])
  const owner = asFields(asList(metadata?.['ownerReferences'])[0])
  const namespace = label('namespace') ?? asText(metadata?.['namespace'])
  const kind = label('kind') ?? asText(owner?.['kind'])
  const name = label('name') ?? asText(owner?.['name']) ?? asText(metadata?.['name'])
  const resource = { namespace, kind, name, uid: asText(owner?.['uid']) }
  return { asset: kubernetesByUid(key, resource) ?? unnamedCluster(key), path: objectPath(resource) }
}

/** The name of the narrowed set of checks: one kind of audit, of one resource where the asset is the whole cluster. */
const checksName = (kind: string, asset: AssetRecord, path: string): string =>
  `${kind.replace(/^Cluster|Report$/g, '').toLowerCase()}${asset.names.length === 0 ? ` ${path}` : ''}`

function* readVulnerability(item: unknown, asset: string, at: string, { described }: Reading): Generator<FileRecord> {
  const found = asFields(item)
  const published = asText(found?.['publishedDate'])
  const score = asNumber(found?.['score'])
  yield* scannerItem(
    {
      source: 'trivy-operator',
      asset,
      at,
      ids: [asText(found?.['vulnerabilityID'])],
      title: asText(found?.['title']),
      description: asText(found?.['description']),
      severity: asText(found?.['severity']),
      ratings: [...vectorsOf(found?.['cvss']), { score }],
      published_at: published === undefined ? null : parseInstant(published),
      urls: [asText(found?.['primaryLink']), ...asTexts(found?.['links'])],
      component: {
        name: asText(found?.['resource']) ?? '',
        version: asText(found?.['installedVersion']),
        purl: asText(found?.['packagePURL']),
        type: asText(found?.['packageType']),
      },
      fixed_version: asText(found?.['fixedVersion']),
      place: asText(found?.['packagePath']) ?? (asText(found?.['class']) === 'os-pkgs' ? undefined : asText(found?.['target'])),
    },
    described,
  )
}

/** `cvss` by source is written only when the operator was told to: NVD first, as it gives the score. */
function vectorsOf(value: unknown): { vector: string }[] {
  const given = asFields(value)
  if (!given) return []
  return ['nvd', ...Object.keys(given)].flatMap((source) => {
    const one = asFields(given[source])
    return ['V40Vector', 'V3Vector', 'V2Vector'].flatMap((name) => {
      const vector = asText(one?.[name])
      return vector === undefined ? [] : [{ vector }]
    })
  })
}

function* readSecret(item: unknown, asset: string, at: string, reading: Reading): Generator<FileRecord> {
  const found = asFields(item)
  const rule = asText(found?.['ruleID'])
  if (!found || rule === undefined) {
    yield { kind: 'skipped', at, reason: 'Expected a secret with ruleID' }
    return
  }
  const control_id = trivyCheck(rule)
  const severity = parseSeverity(asText(found['severity'])) ?? undefined
  const title = asText(found['title']) ?? rule
  if (!reading.described.has(control_id)) {
    reading.described.add(control_id)
    yield { kind: 'control', control_id, title: `Secret in a file: ${title}`, severity, category: asText(found['category']) ?? 'Secrets' }
  }
  const target = asText(found['target']) ?? ''
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
  const found = asFields(item)
  const id = asText(found?.['checkID'])
  if (!found || id === undefined || typeof found['success'] !== 'boolean') {
    yield { kind: 'skipped', at, reason: 'Expected a check with checkID and success' }
    return
  }
  const control_id = trivyCheck(id)
  const severity = parseSeverity(asText(found['severity']) ?? more.severity) ?? undefined
  const message = cutText(asTexts(found['messages']).join('\n'))
  if (!reading.described.has(control_id)) {
    reading.described.add(control_id)
    yield {
      kind: 'control',
      control_id,
      title: asText(found['title']) ?? id,
      severity,
      category: asText(found['category']),
      description: cutText(asText(found['description'])),
      remediation: cutText(asText(found['remediation'])),
      url: httpsLink(`https://avd.aquasec.com/misconfig/${control_id.slice('trivy:'.length).toLowerCase()}`),
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
    title: message?.split('\n')[0] ?? asText(found['title']),
    component: { name: reading.places.next(`${asset} ${control_id}`, path || id), type: 'resource' },
    place: path || undefined,
  }
}
