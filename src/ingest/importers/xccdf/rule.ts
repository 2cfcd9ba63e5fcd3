import type { ControlRecord } from '../../../model/record.ts'
import { remembered } from '../../../model/remembered.ts'
import { type Severity, parseSeverity } from '../../../model/severity.ts'
import { stigControlId } from '../../../model/stig.ts'
import { childText, childrenNamed, type XmlNode } from '../../readers/xml.ts'
import { frameworkOf } from './frameworks.ts'
import { cutText } from '../../readers/json-fields.ts'

/** A rule of the benchmark, as far as a result needs it. Text that it lacks is ''. */
export interface Rule {
  title: string
  description: string
  fixtext: string
  /** The rule's own version: DISA's number of a STIG rule, RHEL-08-010000. */
  version: string
  severity: Severity | null
  /** Title of the group that the rule is in. */
  group: string
  frameworks: { framework: string; requirement: string }[]
  cves: string[]
}

const MAX_TEXT = 4000
const CVE = /^CVE-\d{4}-\d{4,12}$/

/** Lines without trailing white space, at most one empty line between them. */
const tidy = (text: string) =>
  text
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()

/** DISA packs several texts into a description as escaped elements; the discussion is the one to read. */
function plainDescription(text: string): string {
  const packed = /<VulnDiscussion>([^]*?)<\/VulnDiscussion>/.exec(text)
  return cutText(tidy(packed ? packed[1]! : text.replace(/^<(?:Group|Profile)Description>.*/s, '')), MAX_TEXT) ?? ''
}

const labels: [RegExp, string][] = [
  [/^https?:\/\/(?:cce\.mitre\.org|nvd\.nist\.gov\/cce)|^CCE$/i, 'CCE'],
  [/\/cci\b/i, 'CCI'],
]

/** CCE and CCI numbers among the idents of a rule or a result. https://nvd.nist.gov/config/cce, https://public.cyber.mil/stigs/cci/ */
export function identsOf(node: XmlNode): { frameworks: Rule['frameworks']; cves: string[] } {
  const frameworks: Rule['frameworks'] = []
  const cves: string[] = []
  for (const ident of childrenNamed(node, 'ident').slice(0, 2000)) {
    const id = ident.text.trim()
    if (CVE.test(id.toUpperCase())) {
      cves.push(id.toUpperCase())
      continue
    }
    const framework = labels.find(([pattern]) => pattern.test(ident.attributes['system'] ?? ''))?.[1]
    if (framework && /^CC[EI]-[\d-]{1,20}$/.test(id)) frameworks.push({ framework, requirement: id })
  }
  return { frameworks, cves: [...new Set(cves)] }
}

/** Reads a `Rule` element whose texts are flat. */
export function readRule(node: XmlNode, group: string): Rule {
  const { frameworks, cves } = identsOf(node)
  for (const reference of childrenNamed(node, 'reference').slice(0, 500)) {
    const requirement = reference.text.trim()
    const framework = frameworkOf(requirement, reference.attributes['href'] ?? '')
    if (framework && requirement && requirement.length <= 100) frameworks.push({ framework, requirement })
  }
  return {
    title: tidy(childText(node, 'title') ?? '').slice(0, 500),
    description: plainDescription(childText(node, 'description') ?? ''),
    fixtext: cutText(tidy(childText(node, 'fixtext') ?? ''), MAX_TEXT) ?? '',
    version: (childText(node, 'version') ?? '').slice(0, 100),
    severity: parseSeverity(node.attributes['severity']),
    group,
    frameworks,
    cves,
  }
}

/**
 * The id of a rule: DISA's rules have one for all tools; `xccdf_org.ssgproject.content_rule_aide_installed` is `xccdf:org.ssgproject.content/aide_installed`;
 * ids of XCCDF 1.1, which are unique only in their benchmark, come under its id.
 */
export function controlIdOf(rule: string, benchmark: string): string {
  return sharedId(rule) ?? `xccdf:${benchmark}/${rule}`.slice(0, 300)
}

/** The id that does not depend on the benchmark; null for a rule of XCCDF 1.1. */
const sharedId = remembered((rule) => {
  const stig = stigControlId(rule)
  if (stig) return stig
  const parts = /^xccdf_([^_]{1,200})_rule_(.{1,250})$/.exec(rule)
  return parts ? `xccdf:${parts[1]}/${parts[2]}`.slice(0, 300) : null
})

/** Benchmark and profile without `xccdf_`, the namespace and the kind: `RHEL_8_STIG`, `MAC-1_Classified`. */
export const shortId = remembered((id) => /^xccdf_[^_]{1,200}_(?:benchmark|profile)_(.{1,250})$/.exec(id)?.[1] ?? id)

/** The control that a rule is. `version`, `frameworks`: what the result itself says in addition. */
export function controlOf(
  control_id: string,
  rule: Rule | undefined,
  said: { id: string; version: string; frameworks: Rule['frameworks']; severity: Severity | null; benchmark: string },
): ControlRecord {
  const version = said.version || rule?.version || ''
  const stig = /mil\.disa\.stig/.test(said.id) && version ? [{ framework: 'DISA STIG', requirement: version }] : []
  const srg = /^SRG-[A-Z]+-\d{6}(?:-[A-Z]+-\d{5})?$/.test(rule?.group ?? '') ? [{ framework: 'DISA SRG', requirement: rule!.group }] : []
  const frameworks = new Map(
    [...stig, ...srg, ...(rule?.frameworks ?? []), ...said.frameworks].map((one) => [`${one.framework} ${one.requirement}`, one]),
  )
  const severity = rule?.severity ?? said.severity
  return {
    kind: 'control',
    control_id,
    title: rule?.title || said.id,
    ...(severity && { severity }),
    ...(rule?.group && srg.length === 0 && { category: rule.group }),
    ...(rule?.description && { description: rule.description }),
    ...(rule?.fixtext && { remediation: rule.fixtext }),
    ...(said.benchmark && { product: said.benchmark }),
    ...(frameworks.size > 0 && { frameworks: [...frameworks.values()] }),
    ...(!rule?.title && { partial: true }),
  }
}
