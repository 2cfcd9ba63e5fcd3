import type { ExploitStage } from '../../../model/exploit.ts'
import type { ControlRecord, FindingRecord, VulnerabilityRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { bestRating } from '../../readers/cvss.ts'
import {
  cutText,
  type Fields,
  fieldsOf,
  firstInstant,
  given,
  httpsOf,
  listOf,
  numberOf,
  textOf,
  textsIn,
} from '../../readers/json-fields.ts'

export const SOURCE = 'snyk'

/** One item of Snyk: what it describes, and the finding without its asset. */
export interface Issue {
  described: (VulnerabilityRecord | ControlRecord)[]
  finding: Omit<FindingRecord, 'asset'>
}

/** Snyk's maturity of an exploit. https://docs.snyk.io/manage-risk/prioritize-issues-for-fixing/view-exploits */
const exploits: Record<string, ExploitStage> = {
  'proof of concept': 'public',
  functional: 'public',
  mature: 'public',
  high: 'public',
  attacked: 'known_exploited',
}

const isCve = (id: string): boolean => /^CVE-\d{4}-\d{4,}$/i.test(id)

/** A vulnerable package or a licence, as `snyk test` lists it once per way to it; its file is told by the project. Null when it has no id or package. */
export function packageIssue(item: Fields): Issue | null {
  const id = textOf(item.id)
  const language = textOf(item.language)
  const whole = textOf(item.name) || textOf(item.packageName) || textOf(item.moduleName)
  // Distributions' packages are written source/package.
  const name = language === 'linux' ? whole.slice(whole.lastIndexOf('/') + 1) : whole
  if (id === '' || name === '') return null
  const severity = parseSeverity(textOf(item.severityWithCritical) || textOf(item.severity)) ?? undefined
  const component = {
    name: name.slice(0, 500),
    ...given({ version: textOf(item.version), type: textOf(item.packageManager).split(':')[0] }),
  }
  const title = cutText(textOf(item.title))
  if (textOf(item.type) === 'license') {
    const control_id = `${SOURCE}:${id.replace(/^snyk:/, '')}`
    return {
      described: [{ kind: 'control', control_id, title: title ?? id, category: 'Licences', ...given({ severity }) }],
      finding: { kind: 'finding', control_id, component, ...given({ severity, title }) },
    }
  }
  const identifiers = fieldsOf(item.identifiers)
  const cves = [
    ...new Set(
      textsIn(identifiers.CVE)
        .filter(isCve)
        .map((cve) => cve.toUpperCase()),
    ),
  ]
  const advisories = textsIn(identifiers.GHSA)
  const own = /^SNYK-/i.test(id) ? id : `${SOURCE}:${id}`
  const ids = cves.length > 0 ? cves : [advisories[0] ?? own]
  const rating = ratingOf(item)
  const fixed = textOf(item.nearestFixedInVersion) || textsIn(item.fixedIn).slice(0, 20).join(', ')
  const exploit = exploits[textOf(item.exploit).toLowerCase()]
  const described = ids.map((vulnerability_id): VulnerabilityRecord => {
    const aliases = ids.length === 1 ? [...advisories, own].filter((other) => other !== vulnerability_id) : []
    return {
      kind: 'vulnerability',
      vulnerability_id,
      ...given({
        title,
        description: cutText(textOf(item.description)),
        severity,
        published_at: firstInstant(item.publicationTime, item.disclosureTime),
        url: httpsOf(...listOf(item.references).map((reference) => textOf(fieldsOf(reference).url))),
      }),
      ...(ids.length === 1 && rating),
      ...(aliases.length > 0 && { aliases }),
    }
  })
  return {
    described,
    finding: {
      kind: 'finding',
      vulnerability_ids: ids,
      component,
      ...given({ severity, cvss: rating?.cvss, title, fixed_version: fixed.slice(0, 500) }),
      ...(exploit && { exploit_stage: exploit }),
    },
  }
}

function ratingOf(item: Fields): ReturnType<typeof bestRating> {
  const sources = listOf(item.cvssSources).map(fieldsOf)
  const main = sources.filter(({ type }) => textOf(type) === 'primary')
  return bestRating([
    ...(main.length > 0 ? main : sources).map(({ baseScore, vector }) => ({ score: numberOf(baseScore), vector: textOf(vector) })),
    { score: numberOf(item.cvssScore), vector: textOf(item.CVSSv3) },
  ])
}

/** A rule that infrastructure code breaks (`snyk iac test`); its place is the line, `:7`, in the project's file. Null when it has no id. */
export function codeIssue(item: Fields): Issue | null {
  const id = textOf(item.publicId) || textOf(item.id)
  if (id === '') return null
  const about = fieldsOf(item.iacDescription)
  const severity = parseSeverity(textOf(item.severity)) ?? undefined
  const title = cutText(textOf(item.title)) ?? id
  const line = textOf(item.lineNumber)
  const where = textOf(item.msg) || textsIn(item.path).join('.')
  const control_id = `${SOURCE}:${id}`
  return {
    described: [
      {
        kind: 'control',
        control_id,
        title,
        ...given({
          severity,
          description: cutText(textOf(about.issue) || textOf(item.issue)),
          remediation: cutText(textOf(about.resolve) || textOf(item.resolve)),
          url: httpsOf(textOf(item.documentation), ...textsIn(item.references)),
        }),
      },
    ],
    finding: {
      kind: 'finding',
      control_id,
      title,
      component: { name: where.slice(0, 500) || 'configuration', type: 'file' },
      ...given({ severity, place: /^\d+$/.test(line) ? `:${line}` : '' }),
    },
  }
}
