import { UserError } from '../../../errors.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { child, childText, childrenNamed, readXml, type XmlNode, xmlRoot } from '../../readers/xml.ts'
import { beginChecklist, type ChecklistItem, type ChecklistTarget, endChecklist, itemRecords } from './item.ts'
import { type Fields, fieldsOf, textOf } from '../../readers/json-fields.ts'

/** Most rules of a CKLB file, which are held because it names its host last; all STIGs together have some 20,000. */
const MAX_RULES = 50_000

/**
 * Checklists of DISA's STIG Viewer and the tools that write its files: CKL (XML, STIG Viewer 2) and CKLB (JSON, STIG Viewer 3). Description:
 * https://public.cyber.mil/stigs/srg-stig-tools/
 */
export const stigChecklist: Importer = reads({
  id: 'stig-checklist',
  title: 'DISA STIG checklist (CKL, CKLB)',
  version: 1,
  detect({ text: head }: Head) {
    if (xmlRoot(head) === 'CHECKLIST') return /<(?:ASSET|STIGS|iSTIG)\b/.test(head)
    const members = jsonOutline(head)?.members
    return !!members?.has('stigs') && /"(?:rule_id|group_id)"\s*:/.test(head) && /"(?:rule_version|stig_id)"\s*:/.test(head)
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 1024)
    yield* /^\s*\{/.test(head) ? readCklb(bytes) : readCkl(bytes)
  },
})

async function* readCkl(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  let target: ChecklistTarget | null = null
  let told = false
  let stig = ''
  let number = 0
  const stigs = new Set<string>()
  yield* readXml(bytes, {
    elements: ['ASSET', 'STIG_INFO', 'VULN'],
    opens: ['CHECKLIST', 'iSTIG'],
  }).tell(function* (events) {
    for (const { event, name, line, node } of events) {
      if (event === 'open') {
        if (name === 'iSTIG') stig = ''
        continue
      }
      if (name === 'ASSET') target = targetOf(node)
      else if (name === 'STIG_INFO') {
        stig = stigName(node)
        if (stig) stigs.add(stig)
      } else {
        if (!told) yield* beginChecklist(target ?? noTarget)
        told = true
        yield* itemRecords(itemOf(node, stig, `line ${line} (VULN ${++number})`), target?.place ?? '')
      }
    }
  })

  if (!target && !told) throw new UserError('unreadable_report', 'Expected a CHECKLIST with ASSET and STIGS')
  if (!told) yield beginChecklist(target ?? noTarget)
  yield endChecklist(stigs)
}

const noTarget: ChecklistTarget = { host_name: '', fqdn: '', address: '', place: '' }

function targetOf(node: XmlNode): ChecklistTarget {
  const of = (name: string) => childText(node, name) ?? ''
  return {
    host_name: of('HOST_NAME'),
    fqdn: of('HOST_FQDN'),
    address: of('HOST_IP'),
    place: of('WEB_OR_DATABASE') === 'true' ? [of('WEB_DB_SITE'), of('WEB_DB_INSTANCE')].filter(Boolean).join(' ') : '',
  }
}

function stigName(info: XmlNode): string {
  const named = (name: string) => {
    const data = childrenNamed(info, 'SI_DATA').find((one) => childText(one, 'SID_NAME') === name)
    return data ? (childText(data, 'SID_DATA') ?? '') : ''
  }
  return (named('stigid') || named('title')).slice(0, 150)
}

function itemOf(node: XmlNode, stig: string, at: string): ChecklistItem {
  const data = new Map<string, string[]>()
  for (const one of childrenNamed(node, 'STIG_DATA')) {
    const name = childText(one, 'VULN_ATTRIBUTE') ?? ''
    const value = child(one, 'ATTRIBUTE_DATA')?.text.trim() ?? ''
    if (value) data.set(name, [...(data.get(name) ?? []), value].slice(0, 200))
  }
  const first = (name: string) => data.get(name)?.[0] ?? ''
  return {
    at,
    stig,
    group_id: first('Vuln_Num'),
    rule_id: first('Rule_ID'),
    rule_version: first('Rule_Ver'),
    title: first('Rule_Title'),
    group_title: first('Group_Title'),
    discussion: first('Vuln_Discuss'),
    fix: first('Fix_Text'),
    severity: first('Severity'),
    severity_override: childText(node, 'SEVERITY_OVERRIDE') ?? '',
    ccis: data.get('CCI_REF') ?? [],
    status: childText(node, 'STATUS') ?? '',
    details: childText(node, 'FINDING_DETAILS') ?? '',
    comments: childText(node, 'COMMENTS') ?? '',
  }
}

/** CKLB: `{"title", "stigs": [{"stig_id", "rules": [{"rule_id", "status", …}]}], "target_data": {"host_name", …}, "cklb_version"}`. */
async function* readCklb(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  let data: Fields = {}
  const stigs = new Set<string>()
  const names = ['$.stigs[*].stig_id', '$.stigs[*].stig_name', '$.stigs[*].rules[*]', '$.target_data']
  const held: { stig: number; rule: Fields; at: string }[] = []
  const ids = new Map<number, string>()
  for await (const matches of readJson(bytes, names).batches)
    for (const { path, at, value } of matches) {
      if (path === '$.target_data') data = fieldsOf(value)
      else {
        const place = Number(/^stigs\[(\d+)\]/.exec(at)?.[1] ?? 0)
        if (path.endsWith('rules[*]')) {
          if (held.length >= MAX_RULES) throw new UserError('unreadable_report', `The checklist has more than ${MAX_RULES} rules`)
          held.push({ stig: place, rule: fieldsOf(value), at })
        } else if (path.endsWith('stig_id') || !ids.has(place)) ids.set(place, textOf(value))
      }
    }
  const place =
    data['is_web_database'] === true ? [textOf(data['web_db_site']), textOf(data['web_db_instance'])].filter(Boolean).join(' ') : ''
  yield beginChecklist({ host_name: textOf(data['host_name']), fqdn: textOf(data['fqdn']), address: textOf(data['ip_address']), place })
  for (const { stig: number, rule, at } of held) {
    const stig = (ids.get(number) ?? '').slice(0, 150)
    if (stig) stigs.add(stig)
    const override = fieldsOf(fieldsOf(rule['overrides'])['severity'])
    const item: ChecklistItem = {
      at,
      stig,
      group_id: textOf(rule['group_id']),
      rule_id: textOf(rule['rule_id']),
      rule_version: textOf(rule['rule_version']),
      title: textOf(rule['rule_title']),
      group_title: textOf(rule['group_title']),
      discussion: textOf(rule['discussion']),
      fix: textOf(rule['fix_text']),
      severity: textOf(rule['severity']),
      severity_override: textOf(override['severity']),
      ccis: Array.isArray(rule['ccis']) ? rule['ccis'].slice(0, 200).map(textOf) : [],
      status: textOf(rule['status']),
      details: textOf(rule['finding_details']),
      comments: textOf(rule['comments']),
    }
    yield itemRecords(item, place)
  }
  yield endChecklist(stigs)
}
