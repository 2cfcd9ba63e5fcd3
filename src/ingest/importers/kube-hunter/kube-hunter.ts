import { UserError } from '../../../errors.ts'
import { NumberedPlaces } from '../../../model/numbered-place.ts'
import { kubernetesAsset } from '../../../model/kubernetes-resource.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf, httpsOf, oneLine, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'

const CLUSTER = kubernetesAsset('kube-hunter', '', { namespace: '', kind: '', name: '' })
const CVE = /CVE-\d{4}-\d{4,12}/g

/** kube-hunter's JSON (`--report json`): nodes, services and what was found on them. Format: https://aquasecurity.github.io/kube-hunter/ */
export const kubeHunter: Importer = reads({
  id: 'kube-hunter',
  title: 'kube-hunter (JSON)',
  version: 1,
  detect({ text: head }: Head) {
    const outline = jsonOutline(head)
    if (!outline || outline.list) return false
    const { members } = outline
    return (
      members.has('nodes') &&
      members.has('services') &&
      (members.has('vulnerabilities') || members.has('hunter_statistics') || members.has('kburl'))
    )
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 1024)
    if (!/^\s*[{[]/.test(head))
      throw new UserError('unreadable_report', 'Expected kube-hunter JSON with nodes, services and vulnerabilities')
    yield { kind: 'report', source: 'kube-hunter', tool: 'kube-hunter', tool_version: null, observed_at: null }
    yield CLUSTER
    const places = new NumberedPlaces()
    const described = new Set<string>()
    let inPod = false
    yield* readJson(bytes, ['$.vulnerabilities[*]']).tell(function* (matches) {
      for (const { value, at } of matches) {
        const item = fieldsOf(value)
        const title = textOf(item['vulnerability'])
        const vid = textOf(item['vid'])
        if (title === '') {
          yield { kind: 'skipped', at, reason: 'Expected an entry with the name of its vulnerability' }
          continue
        }
        const cves = [...new Set(`${vid} ${title}`.toUpperCase().match(CVE) ?? [])]
        const ids = cves.length > 0 ? cves : [`kube-hunter:${/^KHV\d+$/.test(vid) ? vid : title.slice(0, 150)}`]
        const severity = parseSeverity(textOf(item['severity']))
        const url = httpsOf(item['avd_reference'])
        if (!described.has(ids[0]!)) {
          described.add(ids[0]!)
          const description = oneLine(textOf(item['description']))
          yield {
            kind: 'vulnerability',
            vulnerability_id: ids[0]!,
            title,
            ...(description && { description: description.slice(0, 4000) }),
            ...(severity && { severity }),
            ...(url && !url.endsWith('/none/') && { url }),
          }
        }
        // Addresses inside of a cluster are the same in many clusters, and pods get another name each time.
        const location = textOf(item['location']).replace(/^Local to Pod \(.*\)$/, 'Local to Pod')
        inPod ||= location === 'Local to Pod'
        yield {
          kind: 'finding',
          asset: CLUSTER.asset,
          vulnerability_ids: ids,
          ...(severity && { severity }),
          title,
          component: { name: places.next(ids.join(), location), type: 'location' },
          place: textOf(item['location']),
          access: 'remote',
        }
      }
    })

    // From inside of a pod it looks at the whole cluster by itself; else at the addresses that it was given, which the file does not tell.
    if (inPod) yield { kind: 'coverage', asset: CLUSTER.asset, subject: 'vulnerability', access: 'remote', checks: 'from a pod' }
  },
})
