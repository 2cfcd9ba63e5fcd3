import { UserError } from '../../../errors.ts'
import { hostNames } from '../../../model/host-name.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { FileRecord } from '../../../model/record.ts'
import type { Severity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { cutText } from '../../readers/json-fields.ts'
import { child, childText, childrenNamed, readXml, type XmlNode, xmlRoot } from '../../readers/xml.ts'

const SOURCE = 'pingcastle'
const SID = /^S-1-5-21-\d{1,10}-\d{1,10}-\d{1,10}$/i

/** What stands in front of the controllers and rules. */
const FACTS = ['EngineVersion', 'GenerationDate', 'DomainFQDN', 'NetBIOSName', 'DomainSid']

/** PingCastle states points, not severities: 0 is for information, and a single rule of 50 takes half of a whole category. */
function severityOf(points: number): Severity {
  if (points >= 50) return 'critical'
  if (points >= 20) return 'high'
  if (points >= 10) return 'medium'
  return points > 0 ? 'low' : 'informational'
}

/** `PrivilegedAccounts` in words. */
const inWords = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1 $2')

function* ruleRecords(rule: XmlNode, asset: string, at: string): Generator<FileRecord> {
  const id = childText(rule, 'RiskId')
  if (id === null) {
    yield { kind: 'skipped', at, reason: 'expected a RiskId' }
    return
  }
  const stated = childText(rule, 'Points') ?? ''
  const severity = /^\d{1,4}$/.test(stated) ? severityOf(+stated) : undefined
  const category = childText(rule, 'Category')
  const model = childText(rule, 'Model')
  const rationale = childText(rule, 'Rationale') ?? ''
  const details = child(rule, 'Details')
  const lines = details ? childrenNamed(details, 'string').map(({ text }) => text.trim()) : []
  const evidence = [rationale, ...lines.slice(0, 50)].filter((line) => line !== '').join('\n')
  const control_id = `${SOURCE}:${id}`
  yield {
    kind: 'control',
    control_id,
    // The words of a rule hold counts of this domain; only its id is the same everywhere.
    title: id,
    ...(severity && { severity }),
    ...(category && { category: inWords(category) }),
    ...(model && { description: inWords(model) }),
    product: 'Active Directory',
    partial: true,
  }
  yield {
    kind: 'control_result',
    asset,
    control_id,
    status: 'fail',
    ...(severity && { severity }),
    ...(evidence && { evidence: cutText(evidence, 3900) }),
  }
}

/** A domain controller as a device of its own. */
function* controllerRecords(node: XmlNode, domain: string, at: string): Generator<FileRecord> {
  const name = childText(node, 'DCName')
  if (name === null) {
    yield { kind: 'skipped', at, reason: 'expected the DCName of a domain controller' }
    return
  }
  const list = child(node, 'IP')
  const ips = list ? childrenNamed(list, 'string').map(({ text }) => text) : []
  const names = hostNames([name.includes('.') || domain === '' ? name : `${name}.${domain}`, ...ips])
  const os = childText(node, 'OperatingSystem')
  const os_family = parseOsFamily(os)
  yield {
    kind: 'asset',
    asset: `dc:${name}`,
    type: 'device',
    name: names.find(({ type }) => type !== 'ip')?.name ?? name,
    names,
    ...(os && { attributes: { os, ...(os_family && { os_family }) } }),
  }
}

/**
 * PingCastle's health check of an Active Directory domain (`ad_hc_<domain>.xml`). It lists the rules that matched; all of them ran. Format:
 * https://github.com/netwrix/pingcastle/blob/master/Healthcheck/HealthcheckData.cs
 */
export const pingcastle: Importer = reads({
  id: 'pingcastle',
  title: 'PingCastle health check (XML)',
  version: 1,
  detect: ({ text }: Head) => xmlRoot(text) === 'HealthcheckData' && /<(?:EngineVersion|DomainFQDN|RiskRules)>/.test(text),

  async *parse(file: Source): AsyncGenerator<Told> {
    const about = new Map<string, string>()
    let asset: string | null = null
    function* begin(): Generator<FileRecord> {
      const domain = (about.get('DomainFQDN') ?? '').toLowerCase()
      const sid = about.get('DomainSid') ?? ''
      asset = domain || about.get('NetBIOSName') || 'domain'
      yield {
        kind: 'report',
        source: SOURCE,
        tool: 'PingCastle',
        tool_version: about.get('EngineVersion') ?? null,
        observed_at: parseInstant(about.get('GenerationDate') ?? ''),
      }
      yield {
        kind: 'asset',
        asset,
        type: 'tenant',
        name: asset,
        // Names such as corp.local are many organisations'; the SID is one domain's.
        names: SID.test(sid)
          ? [{ type: 'tenant_id', name: sid.toUpperCase() }]
          : asset === 'domain'
            ? []
            : [{ type: 'label', name: `${SOURCE}/${asset}` }],
      }
      yield { kind: 'coverage', asset, subject: 'control' }
    }
    let root = false
    const elements = [
      ...FACTS.map((name) => `HealthcheckData/${name}`),
      'DomainControllers/HealthcheckDomainController',
      'RiskRules/HealthcheckRiskRule',
    ]
    yield* readXml(file.bytes(), { elements, opens: ['HealthcheckData'] }).tell(function* (events) {
      for (const { name, node, line } of events) {
        if (name === 'HealthcheckData') root = true
        else if (FACTS.includes(name)) about.set(name, node.text.trim())
        else {
          if (asset === null) yield* begin()
          if (name === 'HealthcheckRiskRule') yield* ruleRecords(node, asset!, `line ${line}`)
          else yield* controllerRecords(node, about.get('DomainFQDN') ?? '', `line ${line}`)
        }
      }
    })

    if (!root || (asset === null && !about.has('DomainFQDN')))
      throw new UserError('unreadable_report', 'Expected a health check of PingCastle: <HealthcheckData> with a DomainFQDN and RiskRules')
    if (asset === null) yield begin()
  },
})
