import { z } from 'zod'
import { firstOf } from '../../model/first-of.ts'
import { packageFinding, type PackageItem } from './package-finding.ts'
import type { FileRecord } from '../../model/record.ts'
import { parseSeverity } from '../../model/severity.ts'
import { parseInstant } from '../../model/time.ts'
import { ghsaOfUrl, vulnerabilityIds, type VulnerabilityIds } from '../../model/vulnerability-id.ts'
import { bestRating } from './cvss.ts'
import { Amount, listOf, maybe, Text, Word } from './lenient.ts'
import { safeParse } from './safe-parse.ts'

const Score = maybe(z.object({ score: Amount, vectorString: Text }))

/** An advisory of the npm registry, as `npm audit` before 7 and Yarn 1 to 3 give it: https://docs.npmjs.com/cli/v6/commands/npm-audit */
const NpmAdvisory = z.object({
  id: Word,
  module_name: z.string().trim().min(1),
  title: Text,
  overview: Text,
  severity: Text,
  cves: listOf(z.string()),
  github_advisory_id: Text,
  url: Text,
  cvss: Score,
  created: Text,
  patched_versions: Text,
  findings: listOf(z.object({ version: Text, paths: listOf(z.string()) })),
})

/** An advisory as `npm audit` since 7 puts it below what it affects (`via`). */
export const NpmVia = z.object({ source: Word, title: Text, url: Text, severity: Text, cvss: Score })
export type NpmVia = z.infer<typeof NpmVia>

/** The CVE, else the GHSA id (also of the link), else `npm:<number>` of the registry's own list, which npm and Yarn share. Null without any. */
export const idsOfAdvisory = (
  ids: Iterable<string | undefined>,
  url: string | undefined,
  number: string | undefined,
): VulnerabilityIds | null => vulnerabilityIds([...ids, ghsaOfUrl(url)], number ? `npm:${number}` : null)

/** Scores of 0 without a vector are how the registry says that it has none. */
export const ratingOfScore = (score: NpmVia['cvss']) => bestRating([{ score: score?.score, vector: score?.vectorString, version: 3 }])

/** Records of one advisory. `place`: one path of dependencies; default: the first of its own. Skipped when it cannot be read. */
export function* readNpmAdvisory(value: unknown, at: string, asset: string, described: Set<string>, place?: string): Generator<FileRecord> {
  const read = safeParse(NpmAdvisory, value)
  if (!read.success) {
    yield { kind: 'skipped', at, reason: z.prettifyError(read.error) }
    return
  }
  const own = read.data
  const about = idsOfAdvisory([...own.cves, own.github_advisory_id], own.url, own.id)
  if (!about) {
    yield { kind: 'skipped', at, reason: `an advisory about ${own.module_name} without an id` }
    return
  }
  const on = place === undefined ? own.findings : own.findings.filter(({ paths }) => paths.includes(place))
  const versions = [...new Set((on.length > 0 ? on : own.findings).flatMap(({ version }) => version ?? []))]
  const item: PackageItem = {
    asset,
    about,
    title: own.title,
    description: own.overview,
    severity: parseSeverity(own.severity) ?? undefined,
    rating: ratingOfScore(own.cvss),
    published_at: own.created ? parseInstant(own.created) : null,
    url: own.url,
    component: { name: own.module_name, version: versions.slice(0, 5).join(', ') || undefined, type: 'npm' },
    fixed_version: fixOf(own.patched_versions),
    place: place ?? firstOf(own.findings.flatMap(({ paths }) => paths)),
  }
  yield* packageFinding(item, described)
}

/** `>=4.17.21` is the version 4.17.21; other ranges are left as they are; `<0.0.0` means that there is none. */
function fixOf(range: string | undefined): string | undefined {
  const text = range?.trim() ?? ''
  if (text === '' || text === '*' || /^<\s*0(?:\.0)*$/.test(text) || /^no fix/i.test(text)) return undefined
  return /^>=\s*([\w.+-]+)$/.exec(text)?.[1] ?? text
}
