import { z } from 'zod'
import type { NumberedPlaces } from '../../../model/numbered-place.ts'
import { oneLine } from '../../readers/json-fields.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity, type Severity } from '../../../model/severity.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { Amount, listOf, maybe, Text } from '../../readers/lenient.ts'

/** CWE and OWASP stand as one text or as a list. */
const Texts = z
  .union([z.string().transform((text) => [text]), z.array(z.string())])
  .nullish()
  .transform((all) => all ?? [])
  .catch([])

const Metadata = z.object({
  cwe: Texts,
  owasp: Texts,
  category: Text,
  source: Text,
  shortlink: Text,
  references: listOf(z.string()),
  'sca-vuln-database-identifier': Text,
  'sca-severity': Text,
  'sca-fix-versions': listOf(z.record(z.string(), z.string())),
  ghsa: Text,
})

export const Result = z.object({
  check_id: z.string().trim().min(1),
  path: z.string(),
  start: maybe(z.object({ line: Amount })),
  extra: z.object({
    message: Text,
    severity: Text,
    is_ignored: z.boolean().nullish().catch(null),
    fix: Text,
    metadata: maybe(Metadata),
    sca_info: maybe(
      z.object({
        reachable: z.boolean().nullish().catch(null),
        dependency_match: maybe(
          z.object({
            lockfile: Text,
            found_dependency: maybe(z.object({ package: z.string().trim().min(1), version: Text, ecosystem: Text })),
          }),
        ),
      }),
    ),
  }),
})
export type Result = z.infer<typeof Result>

export interface Context {
  asset: string
  described: Set<string>
  places: NumberedPlaces
}

/** ERROR, WARNING and INFO were Semgrep's names for high, medium and low: https://semgrep.dev/docs/kb/rules/understand-severities */
const severityOf = (word: string | undefined): Severity | undefined =>
  word?.toUpperCase() === 'INFO' ? 'low' : (parseSeverity(word) ?? undefined)

/** A vulnerable dependency where the result names one (supply chain), else a place of a rule. */
export function* readResult(result: Result, at: string, context: Context): Generator<FileRecord> {
  const { check_id, path, start, extra } = result
  const { metadata, sca_info } = extra
  const place = `${path}${start?.line ? `:${start.line}` : ''}`
  if (extra.is_ignored) {
    yield { kind: 'skipped', at, reason: `${check_id} at ${place}: ignored by a comment (nosemgrep)` }
    return
  }
  const dependency = sca_info?.dependency_match?.found_dependency
  if (dependency) {
    yield* packageFinding(
      {
        asset: context.asset,
        about: vulnerabilityIds([metadata?.['sca-vuln-database-identifier'], metadata?.ghsa], `semgrep:${check_id}`)!,
        description: extra.message,
        severity: severityOf(metadata?.['sca-severity']) ?? severityOf(extra.severity),
        url: metadata?.references.find((url) => url.startsWith('https://')),
        component: { name: dependency.package, version: dependency.version, type: dependency.ecosystem },
        fixed_version:
          metadata?.['sca-fix-versions']
            .flatMap((fix) => (Object.hasOwn(fix, dependency.package) ? fix[dependency.package]! : []))
            .join(', ') || undefined,
        place: `${sca_info?.dependency_match?.lockfile ?? place}${sca_info?.reachable === true ? `, reached at ${place}` : ''}`,
      },
      context.described,
    )
    return
  }
  const control_id = `semgrep:${check_id}`
  const severity = severityOf(extra.severity)
  if (!context.described.has(control_id)) {
    context.described.add(control_id)
    yield {
      kind: 'control',
      control_id,
      title: titleOf(check_id),
      ...(severity && { severity }),
      ...(metadata?.category && { category: metadata.category }),
      ...(extra.message && { description: extra.message }),
      ...(extra.fix && { remediation: extra.fix }),
      ...((metadata?.source ?? metadata?.shortlink) && { url: metadata?.source ?? metadata?.shortlink }),
      product: 'Semgrep',
      frameworks: [...named('CWE', metadata?.cwe, /^CWE-\d{1,5}/), ...named('OWASP Top 10', metadata?.owasp, /^A\d{1,2}:20\d\d/)],
    }
  }
  yield {
    kind: 'finding',
    asset: context.asset,
    control_id,
    ...(severity && { severity }),
    title: oneLine(extra.message ?? titleOf(check_id)).slice(0, 500),
    component: { name: context.places.next(control_id, path), type: 'file' },
    place,
  }
}

/** `python.lang.security.dangerous-exec` → "dangerous exec" */
const titleOf = (check_id: string): string => check_id.slice(check_id.lastIndexOf('.') + 1).replace(/[-_]+/g, ' ') || check_id

const named = (framework: string, texts: string[] | undefined, pattern: RegExp) =>
  [...new Set((texts ?? []).flatMap((text) => pattern.exec(text.trim())?.[0] ?? []))].map((requirement) => ({ framework, requirement }))
