import { NumberedPlaces } from '../../../model/numbered-place.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import type { CoverageRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity, severityOfCvss } from '../../../model/severity.ts'
import { isPublicId, vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { bestRating } from '../../readers/cvss.ts'
import { isAboutPackages, type Vulnerability } from './report.ts'

/** What is known while a report is read. */
export interface Context {
  described: Set<string>
  places: NumberedPlaces
  /** What findings there were. */
  subjects: Set<CoverageRecord['subject']>
}

export const newContext = (): Context => ({ described: new Set(), places: new NumberedPlaces(), subjects: new Set() })

/** A known vulnerability where an identifier is a public id or the item is about a package; else a place of the analyzer's rule. */
export function* readVulnerability(item: Vulnerability, type: string, asset: string, at: string, context: Context): Generator<FileRecord> {
  const { identifiers, location } = item
  const named = location.image !== undefined || isAboutPackages(type) || location.dependency?.package?.name !== undefined
  if (named || identifiers.some(({ value }) => isPublicId(value ?? ''))) {
    yield* readPackage(item, asset, at, context)
    return
  }
  const rule = identifiers.find(({ type }) => !/^(?:cwe|owasp|wasc)$/i.test(type ?? '')) ?? identifiers[0]
  // Some analyzers put the text into the value and the id into the name.
  const id = rule?.value && /\s/.test(rule.value) && rule.name && !/\s/.test(rule.name) ? rule.name : (rule?.value ?? item.name)
  if (!id) {
    yield { kind: 'skipped', at, reason: 'Expected an identifier or a name' }
    return
  }
  // Not the scanner of the item: reports since 15 leave it out, and the id of a rule is one over versions.
  const scanner = rule?.type?.toLowerCase().replace(/_(?:rule_id|rule_type|test_id|pluginid|id|type)$/, '') ?? 'rule'
  const control_id = `gitlab:${scanner}:${id.slice(0, 200)}`
  const title = item.name ?? item.message ?? rule?.name ?? id
  const severity = parseSeverity(item.severity) ?? undefined
  context.subjects.add('control')
  if (!context.described.has(control_id)) {
    context.described.add(control_id)
    yield {
      kind: 'control',
      control_id,
      title,
      ...(severity && { severity }),
      ...(item.description && { description: item.description }),
      ...(item.solution && { remediation: item.solution }),
      ...(rule?.url && { url: rule.url }),
      product: scanner,
      frameworks: identifiers.flatMap(({ type, value, name }) => {
        const number = type && /^cwe$/i.test(type) ? (/\d{1,5}/.exec(name ?? '') ?? /\d{1,5}/.exec(value ?? '')) : null
        return number ? [{ framework: 'CWE', requirement: `CWE-${number[0]}` }] : []
      }),
    }
  }
  const request = [location.method, location.path, location.param && `(${location.param})`].filter(Boolean).join(' ')
  const where = location.file ?? (request || undefined)
  yield {
    kind: 'finding',
    asset,
    control_id,
    ...(severity && { severity }),
    title: (item.message ?? title).slice(0, 500),
    ...(where && {
      component: {
        name: context.places.next(control_id, `${asset} ${where}`).slice(asset.length + 1),
        type: location.file ? 'file' : 'request',
      },
    }),
    ...(where && { place: `${where}${location.file && location.start_line ? `:${location.start_line}` : ''}` }),
  }
}

function* readPackage(item: Vulnerability, asset: string, at: string, context: Context): Generator<FileRecord> {
  const { identifiers, location } = item
  const [first] = identifiers
  const own = first?.value ? `gitlab:${first.type ?? 'id'}:${first.value}` : item.name ? `gitlab:${item.name.slice(0, 200)}` : null
  const about = vulnerabilityIds(
    identifiers.map(({ value }) => value),
    own,
  )
  if (!about) {
    yield { kind: 'skipped', at, reason: 'Expected an identifier or a name' }
    return
  }
  context.subjects.add('vulnerability')
  const rating = bestRating(item.cvss_vectors.map(({ vector }) => ({ vector })))
  const { dependency } = location
  yield* packageFinding(
    {
      asset,
      about,
      title: item.name,
      description: item.description,
      severity: parseSeverity(item.severity) ?? (rating ? severityOfCvss(rating.cvss) : undefined),
      rating,
      url: identifiers.find(({ value, url }) => value?.toUpperCase() === about.ids[0] && url)?.url ?? item.links[0]?.url,
      // An item may lack its package; then it is told apart by its file.
      component: { name: dependency?.package?.name ?? location.file ?? 'unnamed', version: dependency?.version },
      fixed_version: fixOf(item.solution),
      place: location.file ?? location.operating_system,
    },
    context.described,
  )
}

/** "Upgrade to version 2.2.3 or above.", "Upgrade apt from 1.8 to 1.9": the sentences that GitLab's analyzers write. */
function fixOf(solution: string | undefined): string | undefined {
  const text = solution?.slice(0, 300) ?? ''
  return (
    /^Upgrade to versions? (.{1,200}?)(?: or (?:above|later|newer|higher))?\.?$/i.exec(text)?.[1] ??
    /^Upgrade \S+ (?:from \S+ )?to (\S+?)\.?$/i.exec(text)?.[1]
  )
}
