import { z } from 'zod'
import { parseSeverity, type Severity, severityOfCvss } from '../../model/severity.ts'
import { type Instant, parseInstant } from '../../model/time.ts'
import { bestRating, type CvssRating } from './cvss.ts'
import { Amount, listOf, maybe, Text } from './lenient.ts'

/** A record of the Open Source Vulnerability format, as far as it is used: https://ossf.github.io/osv-schema/ */
export const OsvRecord = z.object({
  id: z.string().trim().min(1),
  aliases: listOf(z.string()),
  /** Vulnerabilities that an advisory of a distribution fixes; since schema 1.7. */
  upstream: listOf(z.string()),
  summary: Text,
  details: Text,
  published: Text,
  withdrawn: Text,
  severity: listOf(z.object({ type: Text, score: Text })),
  affected: listOf(
    z.object({
      package: maybe(z.object({ name: Text, ecosystem: Text, purl: Text })),
      ranges: listOf(z.object({ type: Text, events: listOf(z.object({ introduced: Text, fixed: Text })) })),
      ecosystem_specific: maybe(z.object({ severity: Text })),
      database_specific: maybe(z.object({ informational: Text })),
    }),
  ),
  references: listOf(z.object({ type: Text, url: Text })),
  database_specific: maybe(z.object({ severity: Text, url: Text, cvss: maybe(z.union([z.string(), z.object({ score: Amount })])) })),
})
export type OsvRecord = z.infer<typeof OsvRecord>

/** What a record says in our words. */
export interface OsvFacts {
  title?: string
  description?: string
  /** The database's own word, else by the CVSS score; undefined when it gives neither. */
  severity?: Severity
  rating: CvssRating | null
  published_at: Instant | null
  url?: string
}

/** Every id that a record is known by. */
export const osvIds = (record: OsvRecord): string[] => [record.id, ...record.aliases, ...record.upstream]

export function osvFacts(record: OsvRecord): OsvFacts {
  const { database_specific: database } = record
  const rating = bestRating(record.severity.filter(({ type }) => type?.startsWith('CVSS')).map(({ score }) => ({ vector: score })))
  const word =
    parseSeverity(database?.severity) ??
    record.affected.map((one) => parseSeverity(one.ecosystem_specific?.severity)).find((severity) => severity !== null) ??
    undefined
  const link = record.references.find(({ type, url }) => type === 'ADVISORY' && url?.startsWith('https://'))
  const severity = word ?? (rating ? severityOfCvss(rating.cvss) : undefined)
  return {
    ...(record.summary && { title: record.summary }),
    ...(record.details && { description: record.details }),
    ...(severity && { severity }),
    rating,
    published_at: record.published ? parseInstant(record.published) : null,
    url: database?.url ?? link?.url ?? `https://osv.dev/vulnerability/${encodeURIComponent(record.id)}`,
  }
}

const MOST_FIXES = 10

/** The versions of a package in which a record says that it is fixed, one per line of versions, "1.9.9, 2.0.1"; undefined when it names none. Commits are left out. */
export function osvFixes(record: OsvRecord, name: string, ecosystem?: string): string | undefined {
  const own = record.affected.filter(
    (one) =>
      one.package?.name?.toLowerCase() === name.toLowerCase() &&
      (!ecosystem || !one.package.ecosystem || sameEcosystem(one.package.ecosystem, ecosystem)),
  )
  const fixes = own.flatMap(({ ranges }) =>
    ranges.filter(({ type }) => type !== 'GIT').flatMap(({ events }) => events.flatMap(({ fixed }) => (fixed ? [fixed] : []))),
  )
  return fixes.length > 0 ? [...new Set(fixes)].slice(0, MOST_FIXES).join(', ') : undefined
}

/** Only the part before the colon must agree: `Debian` and `Debian:12`. */
const sameEcosystem = (one: string, other: string): boolean => one.split(':')[0]!.toLowerCase() === other.split(':')[0]!.toLowerCase()
