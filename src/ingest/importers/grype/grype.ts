import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { parseImageReference, repositoryName } from '../../../model/asset-name.ts'
import type { AssetAttributes } from '../../../model/asset.ts'
import type { ExploitStage } from '../../../model/exploit.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { bestRating } from '../../readers/cvss.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { Waiting } from '../../readers/waiting.ts'

const Text = z
  .string()
  .nullish()
  .transform((text) => text?.trim() || undefined)

const Cvss = z.object({ version: Text, vector: Text, metrics: z.object({ baseScore: z.number().nullish() }).nullish() })

const OldCvss = z.object({ baseScore: z.number().nullish(), vector: Text }).nullish()

const Vulnerability = z.object({
  id: z.string().trim().min(1),
  dataSource: Text,
  severity: Text,
  description: Text,
  cvss: z.array(Cvss).nullish().catch(null),
  // The next four are of Grype before 0.8.
  cvssV2: OldCvss,
  cvssV3: OldCvss,
  links: z.array(z.string()).nullish(),
  fixedInVersion: Text,
  fix: z.object({ versions: z.array(z.string()).nullish() }).nullish(),
  knownExploited: z.array(z.object({ knownRansomwareCampaignUse: Text })).nullish(),
})

const Match = z.object({
  vulnerability: Vulnerability,
  relatedVulnerabilities: z.array(Vulnerability).nullish(),
  artifact: z.object({
    name: z.string(),
    version: Text,
    type: Text,
    purl: Text,
    locations: z.array(z.object({ path: Text })).nullish(),
  }),
})
type Match = z.infer<typeof Match>

const Ignored = Match.extend({ appliedIgnoreRules: z.array(z.object({ reason: Text, vulnerability: Text })).nullish() })

const Target = z.object({
  userInput: Text,
  imageID: Text,
  manifestDigest: Text,
  tags: z.array(z.string()).nullish(),
  repoDigests: z.array(z.string()).nullish(),
})

const Descriptor = z.object({
  name: Text,
  version: Text,
  timestamp: Text,
  configuration: z.object({ 'only-fixed': z.boolean().nullish(), 'only-notfixed': z.boolean().nullish() }).nullish().catch(null),
})

const Distro = z.object({ name: Text, version: Text })

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  const matches = outline?.members.get('matches')
  if (!outline || outline.list || typeof matches !== 'object' || matches === null) return false
  const descriptor = outline.members.get('descriptor')
  if (typeof descriptor === 'object' && descriptor !== null) {
    const name = jsonOutline(descriptor.text)?.members.get('name')
    if (name !== undefined) return name === 'grype'
  }
  const first = jsonOutline(matches.text)
  return first !== null && first.list && first.members.has('vulnerability') && !first.members.has('Cycle')
}

/** Grype's own JSON. Format: https://oss.anchore.com/docs/reference/grype/json/ */
export const grype: Importer = reads({
  id: 'grype',
  title: 'Anchore Grype (JSON)',
  version: 1,
  detect,
  parse,
})

interface Document {
  number: number
  asset: AssetRecord | null
  os: AssetAttributes
  descriptor: z.infer<typeof Descriptor> | null
  /** The matches stand before what they are about. */
  held: Waiting
  described: Set<string>
}

async function* parse(file: Source): AsyncGenerator<Told> {
  let document = null as Document | null
  yield* readJson(file.bytes(), ['$.matches[*]', '$.ignoredMatches[*]', '$.source', '$.distro', '$.descriptor']).tell(function* (batch) {
    for (const { path, at, value, document: number } of batch) {
      if (document?.number !== number) {
        if (document) yield* end(document)
        document = { number, asset: null, os: {}, descriptor: null, held: new Waiting('Grype'), described: new Set() }
      }
      if (path === '$.source') document.asset = describeSource(value)
      else if (path === '$.distro') document.os = describeDistro(value)
      else if (path === '$.descriptor') document.descriptor = safeParse(Descriptor, value).data ?? null
      else if (path === '$.matches[*]') document.held.addAll(readMatch(value, at, document.described))
      else document.held.add(readIgnored(value, at))
    }
  })

  if (!document)
    throw new UserError('unreadable_report', 'Expected a Grype report with "matches", "source" and "descriptor"; none of them is there')
  yield end(document)
}

function* end({ asset, os, descriptor, held }: Document): Generator<FileRecord> {
  yield {
    kind: 'report',
    source: 'grype',
    tool: 'Grype',
    tool_version: descriptor?.version ?? null,
    observed_at: descriptor?.timestamp ? parseInstant(descriptor.timestamp) : null,
  }
  const described = asset ?? { kind: 'asset', asset: 'target', type: 'other', name: '', names: [] }
  yield { ...described, attributes: { ...os, ...described.attributes } }
  const configuration = descriptor?.configuration
  const checks = configuration?.['only-fixed'] ? 'only fixed' : configuration?.['only-notfixed'] ? 'only not fixed' : undefined
  yield { kind: 'coverage', asset: 'target', subject: 'vulnerability', ...(checks && { checks }) }
  yield* held.take()
}

/** Images by name; a folder, a file or an SBOM is only a path on the scanning machine, so the person is asked which asset it is. */
function describeSource(value: unknown): AssetRecord {
  const { type, target } = z.object({ type: Text, target: z.unknown() }).safeParse(value).data ?? {}
  if (type !== 'image') {
    const repository = typeof target === 'string' ? repositoryName(target) : null
    return {
      kind: 'asset',
      asset: 'target',
      type: repository || type === 'directory' ? 'repository' : 'application',
      name: repository?.replace('https://', '') ?? '',
      names: repository ? [{ type: 'repository', name: repository }] : [],
    }
  }
  const image = safeParse(Target, target).data
  const digest = image?.repoDigests?.[0]?.split('@')[1] ?? image?.manifestDigest ?? null
  const texts = [
    image?.userInput?.replace(/^(?:docker|podman|registry|containerd):(?!\d+(?:\/|$))/, '') ?? '',
    ...(image?.tags ?? []),
    ...(image?.repoDigests ?? []),
  ]
  const found = texts.find((text) => parseImageReference(text, digest) !== null)
  const reference = found === undefined ? null : parseImageReference(found, digest)
  const isDigest = (text: string | undefined): text is string => text !== undefined && /^sha256:[0-9a-f]{64}$/.test(text)
  const fallback = [image?.manifestDigest, image?.imageID].find(isDigest)
  const name = reference?.name ?? fallback
  // Of tag and digest, people read the tag.
  const shown = reference?.name.includes('@') ? found : found?.split('@')[0]
  return {
    kind: 'asset',
    asset: 'target',
    type: 'image',
    name: shown ?? fallback ?? '',
    names: name === undefined ? [] : [{ type: 'image', name }],
    attributes: isDigest(digest ?? undefined) ? { image_digest: digest! } : {},
  }
}

function describeDistro(value: unknown): AssetAttributes {
  const { name, version } = safeParse(Distro, value).data ?? {}
  if (!name) return {}
  // Beside Windows, all distributions that Grype knows are Linux: https://oss.anchore.com/docs/capabilities/all-os/
  return { os: version ? `${name} ${version}` : name, os_family: parseOsFamily(name) ?? 'linux' }
}

function* readMatch(value: unknown, at: string, described: Set<string>): Generator<FileRecord> {
  const match = safeParse(Match, value)
  if (!match.success) {
    yield { kind: 'skipped', at, reason: z.prettifyError(match.error) }
    return
  }
  const { vulnerability, artifact } = match.data
  const related = match.data.relatedVulnerabilities ?? []
  const ids = idsOf(match.data)
  const severity = parseSeverity(vulnerability.severity) ?? undefined
  const rating = bestRating(
    [vulnerability, ...related].flatMap(({ cvss, cvssV2, cvssV3 }) => [
      ...(cvss ?? []).map(({ version, vector, metrics }) => ({ score: metrics?.baseScore, vector, version: majorOf(version) })),
      { score: cvssV3?.baseScore, vector: cvssV3?.vector, version: 3 as const },
      { score: cvssV2?.baseScore, vector: cvssV2?.vector, version: 2 as const },
    ]),
  )
  const key = ids.join(' ')
  if (!described.has(key)) {
    described.add(key)
    const description = vulnerability.description ?? related.find((one) => one.description)?.description
    const aliases = [...new Set([vulnerability.id, ...related.map((one) => one.id)])]
    for (const id of ids) {
      yield {
        kind: 'vulnerability',
        vulnerability_id: id,
        description,
        severity,
        ...rating,
        url: vulnerability.dataSource ?? vulnerability.links?.[0],
        // An advisory about several CVEs is no other name of one of them.
        aliases: ids.length === 1 ? aliases.filter((alias) => alias !== id) : [],
      }
    }
  }
  const versions = vulnerability.fix?.versions?.filter((version) => version !== '') ?? []
  yield {
    kind: 'finding',
    asset: 'target',
    vulnerability_ids: ids,
    severity,
    cvss: rating?.cvss,
    exploit_stage: stageOf(vulnerability.knownExploited ?? []),
    component: { name: artifact.name, version: artifact.version, purl: artifact.purl, type: artifact.type },
    fixed_version: versions.length > 0 ? versions.join(', ') : vulnerability.fixedInVersion,
    place: artifact.locations?.[0]?.path,
  }
}

function majorOf(version: string | undefined): 2 | 3 | 4 | null {
  const major = Number(version?.[0])
  return major === 2 || major === 3 || major === 4 ? major : null
}

/** The CVE itself, or those that an advisory of another kind is about; the advisory's own id where there are none. */
function idsOf({ vulnerability, relatedVulnerabilities }: Match): string[] {
  const isCve = (id: string) => /^CVE-\d{4}-\d{4,}$/i.test(id)
  if (isCve(vulnerability.id)) return [vulnerability.id]
  const cves = [...new Set((relatedVulnerabilities ?? []).map(({ id }) => id).filter(isCve))]
  return cves.length > 0 ? cves : [vulnerability.id]
}

function stageOf(known: { knownRansomwareCampaignUse?: string | undefined }[]): ExploitStage | undefined {
  if (known.length === 0) return undefined
  return known.some((one) => one.knownRansomwareCampaignUse?.toLowerCase() === 'known') ? 'ransomware' : 'known_exploited'
}

function readIgnored(value: unknown, at: string): FileRecord {
  const ignored = safeParse(Ignored, value)
  if (!ignored.success) return { kind: 'skipped', at, reason: z.prettifyError(ignored.error) }
  const { vulnerability, artifact, appliedIgnoreRules } = ignored.data
  const reason = appliedIgnoreRules?.find((rule) => rule.reason)?.reason
  return {
    kind: 'skipped',
    at,
    reason: `${vulnerability.id} in ${artifact.name}: ignored by a rule of the scan${reason ? ` (${reason})` : ''}`,
  }
}
