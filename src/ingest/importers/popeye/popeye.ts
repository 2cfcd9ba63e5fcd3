import { UserError } from '../../../errors.ts'
import { kindOfPlural, type KubernetesResource, kubernetesAsset, resourcePath } from '../../../model/kubernetes-resource.ts'
import type { ControlRecord, FileRecord } from '../../../model/record.ts'
import type { Severity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { type Fields, fieldsOf, listOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { nameOfSet } from '../../readers/name-of-set.ts'
import { openPartResults } from '../../readers/part-results.ts'

/** Levels: 0 fine, 1 to know, 2 warning, 3 error. https://github.com/derailed/popeye#the-command-line */
const severities: readonly (Severity | null)[] = [null, 'low', 'medium', 'high']
/** Most sections that are held, since time and cluster stand behind them; there is one for each kind of resource. */
const MAX_SECTIONS = 2000

/** Popeye's report (`popeye -o json`): `sanitizers` before 0.20, `sections` since. Format: https://github.com/derailed/popeye */
export const popeye: Importer = reads({
  id: 'popeye',
  title: 'Popeye (JSON)',
  version: 1,
  detect({ text: head }: Head) {
    const outline = jsonOutline(head)
    return !!outline && !outline.list && outline.members.has('popeye') && /"(?:sanitizers?|sections|linter|tally|score)"\s*:/.test(head)
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const sections: { item: Fields; at: string }[] = []
    let [time, cluster] = ['', '']
    let known = false
    const paths = ['$.popeye.report_time', '$.popeye.score', '$.popeye.sanitizers[*]', '$.popeye.sections[*]', '$.ClusterName']
    for await (const matches of readJson(file.bytes(), paths).batches)
      for (const { path, at, value } of matches) {
        known = true
        if (path.endsWith('report_time')) time = textOf(value)
        else if (path === '$.ClusterName') cluster = textOf(value).slice(0, 300)
        else if (!path.endsWith('[*]')) continue
        else if (sections.length >= MAX_SECTIONS)
          throw new UserError('unreadable_report', `The report has more than ${MAX_SECTIONS} sections`)
        else sections.push({ item: fieldsOf(value), at })
      }
    if (!known) throw new UserError('unreadable_report', 'Expected Popeye JSON with sections or sanitizers')
    yield { kind: 'report', source: 'popeye', tool: 'Popeye', tool_version: null, observed_at: parseInstant(time) }
    yield records(sections, cluster)
  },
})

function* records(sections: { item: Fields; at: string }[], cluster: string): Generator<FileRecord> {
  const results = openPartResults()
  const assets = new Set<string>()
  const looked = new Set<string>()
  for (const { item, at } of sections) {
    const section = textOf(item['sanitizer']) || textOf(item['linter']) || textOf(item['section'])
    looked.add(section)
    for (const [key, list] of Object.entries(fieldsOf(item['issues']))) {
      const resource = resourceOf(section, key)
      if (resource.namespace) looked.add(`namespace ${resource.namespace}`)
      const asset = kubernetesAsset('popeye', cluster, resource)
      if (!assets.has(asset.asset)) {
        assets.add(asset.asset)
        yield asset
      }
      const whole = asset.asset === resourcePath(resource)
      for (const [index, one] of listOf(list).entries()) {
        const issue = fieldsOf(one)
        const level = issue['level']
        const [, code, message] = /^(?:\[(POP-\d{1,5})\]\s*)?(.*)$/s.exec(textOf(issue['message'])) ?? []
        if (typeof level !== 'number' || !(level in severities) || !message) {
          yield {
            kind: 'skipped',
            at: `${at}.issues[${JSON.stringify(key.slice(0, 100))}][${index}]`,
            reason: 'Expected an issue with a level 0 to 3 and a message',
          }
          continue
        }
        const group = textOf(issue['group'])
        const container = group === '__root__' ? '' : group
        const control: ControlRecord = {
          kind: 'control',
          control_id: `popeye:${code ?? section}`,
          title: message.slice(0, 300),
          category: section,
          product: 'Kubernetes',
          // The message names what was seen on one resource.
          partial: true,
        }
        const severity = severities[level]
        if (severity === null) {
          yield* results.other(asset.asset, control, 'pass')
          continue
        }
        yield* results.fail({
          asset: asset.asset,
          control,
          part: [whole ? '' : resourcePath(resource), container].filter(Boolean).join(' '),
          type: 'resource',
          ...(severity && { severity }),
          title: message,
          place: [resourcePath(resource), container].filter(Boolean).join(' '),
        })
      }
    }
  }
  if (assets.size === 0) yield kubernetesAsset('popeye', '', { namespace: '', kind: '', name: '' })
  yield* results.end()
  // A run may be about one namespace or some kinds: what it looked at is what it lists, also resources without issues.
  for (const asset of assets)
    yield { kind: 'coverage', asset, subject: 'control', checks: cluster ? 'all' : nameOfSet(looked, 'sections and namespaces') }
}

/** `namespace/name` or `name` in the section of its kind; '' is the whole of the section. */
function resourceOf(section: string, key: string): KubernetesResource {
  const slash = key.indexOf('/')
  return { namespace: slash > 0 ? key.slice(0, slash) : '', kind: kindOfPlural(section), name: slash > 0 ? key.slice(slash + 1) : key }
}
