import { UserError } from '../../../errors.ts'
import type { AssetType } from '../../../model/asset.ts'
import { parseEpoch } from '../../../model/epoch.ts'
import { parseInstant, type Instant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf, textOf } from '../../readers/json-fields.ts'
import { Waiting } from '../../readers/waiting.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { readNeuvectorCheck } from '../../readers/neuvector-check.ts'

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  if (!outline) return false
  const isCheck = (members: ReadonlyMap<string, unknown> | undefined) =>
    members !== undefined && ['test_number', 'level', 'scored'].every((name) => members.has(name))
  if (outline.list) return isCheck(outline.members)
  const items = outline.members.get('items')
  if (typeof items !== 'object' || items === null || !items.text.startsWith('[')) return false
  return (
    isCheck(jsonOutline(items.text)?.members) || (outline.members.has('run_timestamp') && outline.members.has('kubernetes_cis_version'))
  )
}

/** What the asset is, by the kind of its checks. */
const types = new Map<string, AssetType>([
  ['host', 'device'],
  ['worker', 'device'],
  ['master', 'device'],
  ['container', 'cloud_resource'],
  ['image', 'image'],
])

/**
 * Benchmarks that NeuVector ran on one node, container or image. Format: RESTComplianceData in
 * https://github.com/neuvector/neuvector/blob/main/controller/api/apis.go
 */
export const neuvectorCompliance: Importer = reads({
  id: 'neuvector-compliance',
  title: 'NeuVector, compliance (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const described = new Set<string>()
    const hold = new Waiting('NeuVector')
    const told: Record<string, unknown> = {}
    let type: AssetType | undefined
    const header = ['run_timestamp', 'run_at', 'kubernetes_cis_version', 'docker_cis_version']
    const items: { value: unknown; at: string }[] = []
    let any = false
    for await (const matches of readJson(file.bytes(), [...header.map((name) => `$.${name}`), '$.items[*]', '$[*]']).batches)
      for (const { path, at, value } of matches) {
        any = true
        if (!path.endsWith('[*]')) {
          told[path.slice(2)] = value
          continue
        }
        type ??= types.get(textOf(fieldsOf(value)['type']))
        // A benchmark has some hundred checks; their versions may stand behind them.
        if (items.length >= 100_000) throw new UserError('unreadable_report', 'The NeuVector report holds more than 100000 checks')
        items.push({ value, at })
      }
    if (!any) throw new UserError('unreadable_report', 'Expected a NeuVector compliance report with items; there are none')
    const versions: Record<string, string | undefined> = {
      D: textOf(told['docker_cis_version']) && `CIS Docker ${textOf(told['docker_cis_version'])}`,
      K: textOf(told['kubernetes_cis_version']) && `CIS Kubernetes ${textOf(told['kubernetes_cis_version'])}`,
    }
    for (const { value, at } of items)
      hold.addAll(
        readNeuvectorCheck(value, 'asset', at, described, (number) => {
          const [, letter = '', requirement] = /^([DK])\.([\d.]+)$/.exec(number) ?? []
          const framework = versions[letter]
          return framework && requirement !== undefined ? [{ framework, requirement }] : []
        }),
      )
    yield { kind: 'report', source: 'neuvector', tool: 'NeuVector', tool_version: null, observed_at: timeOf(told) }
    yield { kind: 'asset', asset: 'asset', type: type ?? 'other', name: '', names: [] }
    yield { kind: 'coverage', asset: 'asset', subject: 'control' }
    yield hold.take()
  },
})

function timeOf(told: Record<string, unknown>): Instant | null {
  const text = textOf(told['run_at'])
  return (text === '' ? null : parseInstant(text)) ?? parseEpoch(told['run_timestamp'])
}
