import { UserError } from '../../../errors.ts'
import { type KubernetesResource, kubernetesAsset, resourcePath } from '../../../model/kubernetes-resource.ts'
import type { AssetRecord, ControlRecord, FileRecord } from '../../../model/record.ts'
import type { Severity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { type Fields, fieldsOf, listOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { nameOfSet } from '../../readers/name-of-set.ts'
import { openPartResults } from '../../readers/part-results.ts'

/** Polaris' own words; `ignore` is not reported. https://polaris.docs.fairwinds.com/customization/configuration/ */
const severities = new Map<string, Severity>([
  ['danger', 'high'],
  ['error', 'high'],
  ['warning', 'medium'],
])

/** Polaris' audit (`polaris audit --format json`). Format: https://polaris.docs.fairwinds.com/cli/ */
export const polaris: Importer = reads({
  id: 'polaris',
  title: 'Polaris (JSON)',
  version: 1,
  detect({ text: head }: Head) {
    const outline = jsonOutline(head)
    return !!outline && !outline.list && outline.members.has('PolarisOutputVersion')
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const header = new Map<string, string>()
    const names = ['PolarisOutputVersion', 'AuditTime', 'SourceType', 'SourceName', 'DisplayName']
    const results = openPartResults()
    const assets = new Set<string>()
    const namespaces = new Set<string>()
    let code = null as AssetRecord | null
    let begun = false
    function* begin(): Generator<FileRecord> {
      begun = true
      yield {
        kind: 'report',
        source: 'polaris',
        tool: 'Polaris',
        tool_version: null,
        observed_at: parseInstant(header.get('AuditTime') ?? ''),
      }
      // A path of the scanning machine names nothing; neither does the address of a cluster's API, which many have in common.
      if (header.get('SourceType') !== 'Cluster') code = { kind: 'asset', asset: 'code', type: 'repository', name: '', names: [] }
    }
    yield* readJson(file.bytes(), [...names.map((name) => `$.${name}`), '$.Results[*]']).tell(function* (matches) {
      for (const { path, at, value } of matches) {
        if (path !== '$.Results[*]') {
          header.set(path.slice(2), textOf(value))
          continue
        }
        if (!begun) yield* begin()
        const item = fieldsOf(value)
        const resource: KubernetesResource = {
          namespace: textOf(item['Namespace']),
          kind: textOf(item['Kind']),
          name: textOf(item['Name']),
        }
        if (resource.kind === '' || resource.name === '') {
          yield { kind: 'skipped', at, reason: 'Expected a result with Kind and Name' }
          continue
        }
        const shown = header.get('DisplayName') ?? ''
        const cluster = shown === header.get('SourceName') ? '' : shown.slice(0, 300)
        const asset = code ?? kubernetesAsset('polaris', cluster, resource)
        if (!assets.has(asset.asset)) {
          assets.add(asset.asset)
          yield asset
        }
        namespaces.add(resource.namespace)
        yield* resourceRecords(item, resource, asset, results, at)
      }
    })

    if (header.size === 0 && !begun) throw new UserError('unreadable_report', 'Expected Polaris JSON with PolarisOutputVersion and Results')
    if (!begun) yield begin()
    if (assets.size === 0) yield code ?? kubernetesAsset('polaris', '', { namespace: '', kind: '', name: '' })
    yield results.end()
    // Without the cluster's name the audit may be of some namespaces; of files it is of one path, told by its last part.
    const path = (header.get('SourceName') ?? '').split(/[\\/]/).findLast((part) => part !== '' && part !== '.') ?? ''
    const checks = code ? path : nameOfSet(namespaces, 'namespaces')
    for (const asset of assets)
      yield {
        kind: 'coverage',
        asset,
        subject: 'control',
        ...(asset === 'code' || asset === 'cluster' ? { checks: checks.slice(0, 300) || 'all' } : {}),
      }
  },
})

/** The checks of a resource, of its pod and of the pod's containers. */
function* resourceRecords(
  item: Fields,
  resource: KubernetesResource,
  asset: AssetRecord,
  results: ReturnType<typeof openPartResults>,
  at: string,
): Generator<FileRecord> {
  const pod = fieldsOf(item['PodResult'])
  const sets = [
    { checks: item['Results'], container: '' },
    { checks: pod['Results'], container: '' },
    ...listOf(pod['ContainerResults']).map((one) => ({ checks: fieldsOf(one)['Results'], container: textOf(fieldsOf(one)['Name']) })),
  ]
  const whole = asset.asset === resourcePath(resource)
  for (const { checks, container } of sets) {
    for (const [key, one] of Object.entries(fieldsOf(checks))) {
      const check = fieldsOf(one)
      const id = textOf(check['ID']) || key
      if (typeof check['Success'] !== 'boolean') {
        yield { kind: 'skipped', at, reason: `${id.slice(0, 60)}: expected Success true or false` }
        continue
      }
      const severity = severities.get(textOf(check['Severity']).toLowerCase())
      const control: ControlRecord = {
        kind: 'control',
        control_id: `polaris:${id.slice(0, 150)}`,
        // The message says what was seen, not what is asked for: it is the title only until something better is known.
        title: id,
        ...(severity && { severity }),
        ...(textOf(check['Category']) && { category: textOf(check['Category']) }),
        product: 'Kubernetes',
        partial: true,
      }
      if (check['Success']) {
        yield* results.other(asset.asset, control, 'pass')
        continue
      }
      const details = listOf(check['Details']).map(textOf).filter(Boolean).slice(0, 20)
      yield* results.fail({
        asset: asset.asset,
        control,
        part: [whole ? '' : resourcePath(resource), container].filter(Boolean).join(' '),
        type: 'resource',
        ...(severity && { severity }),
        title: [textOf(check['Message']), ...details].filter(Boolean).join(': '),
        place: [resourcePath(resource), container].filter(Boolean).join(' '),
      })
    }
  }
}
