import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import { packageName, packageOfUrl } from '../../../model/package-url.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity, severityOfCvss } from '../../../model/severity.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { bestRating } from '../../readers/cvss.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { Amount, listOf, maybe, Text, Word } from '../../readers/lenient.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { Waiting } from '../../readers/waiting.ts'

const Meta = z.object({ application: Text, version: Text, timestamp: Text })

const Project = z.object({ uuid: Text, name: Text, version: Text })

const Finding = z.object({
  component: z.object({
    name: z.string(),
    group: Text,
    version: Text,
    purl: Text,
    project: Text,
    projectName: Text,
    projectVersion: Text,
  }),
  vulnerability: z.object({
    source: Text,
    vulnId: z.string().trim().min(1),
    title: Text,
    subtitle: Text,
    severity: Text,
    description: Text,
    cvssV2BaseScore: Amount,
    cvssV2Vector: Text,
    cvssV3BaseScore: Amount,
    cvssV3Vector: Text,
    cvssV4Score: Amount,
    cvssV4Vector: Text,
    published: Word,
    aliases: listOf(z.record(z.string(), z.unknown())),
  }),
  analysis: maybe(z.object({ state: Text, isSuppressed: z.boolean().nullish().catch(null) })),
  attribution: maybe(z.object({ referenceUrl: Text })),
  matrix: Text,
})
type Finding = z.infer<typeof Finding>

/** What the lists call themselves in our ids; the first two number vulnerabilities for whoever asks them. */
const LISTS = new Map([
  ['NPM', 'npm'],
  ['OSSINDEX', 'ossindex'],
])

type Layout = 'packaged' | 'list'

function layoutOf(text: string): Layout | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  const { list, members } = outline
  if (list) return members.has('component') && members.has('vulnerability') && members.has('matrix') ? 'list' : null
  const meta = members.get('meta')
  return typeof meta === 'object' && meta !== null && jsonOutline(meta.text)?.members.get('application') === 'Dependency-Track'
    ? 'packaged'
    : null
}

/** OWASP Dependency-Track's findings. Format: https://docs.dependencytrack.org/integrations/file-formats/ */
export const dependencyTrack: Importer = reads({
  id: 'dependency-track',
  title: 'OWASP Dependency-Track (finding packaging format, findings of the API)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text) ?? (/^\s*\[\s*\]/.test(text) ? 'list' : null)
    if (layout === 'packaged') yield* readPackaged(bytes)
    else if (layout === 'list') yield* readList(bytes)
    else
      throw new UserError(
        'unreadable_report',
        'Expected "meta" with the application Dependency-Track, or a list of findings with component and matrix',
      )
  },
})

async function* readPackaged(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  let meta: z.infer<typeof Meta> | null = null
  let project: z.infer<typeof Project> | null = null
  const waiting = new Waiting('Dependency-Track')
  const described = new Set<string>()
  for await (const matches of readJson(bytes, ['$.meta', '$.project', '$.findings[*]']).batches)
    for (const { path, at, value } of matches) {
      if (path === '$.meta') meta = safeParse(Meta, value).data ?? null
      else if (path === '$.project') project = safeParse(Project, value).data ?? null
      else waiting.addAll(readFinding(value, at, () => 'project', described))
    }
  yield report(meta?.version ?? null, meta?.timestamp ? parseInstant(meta.timestamp) : null)
  yield describeProject('project', project ?? {})
  yield { kind: 'coverage', asset: 'project', subject: 'vulnerability' }
  yield waiting.take()
}

/** Rows of the API, of one project or of all; they name their projects, if at all, by number and the portfolio's by name. */
async function* readList(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const projects = new Map<string, boolean>()
  const described = new Set<string>()
  yield report(null, null)
  yield* readJson(bytes, ['$[*]']).tell(function* (matches) {
    for (const { at, value } of matches) {
      const fresh: FileRecord[] = []
      const records = [
        ...readFinding(
          value,
          at,
          ({ component, matrix }) => {
            const uuid = component.project ?? /^([0-9a-f-]{36}):/.exec(matrix ?? '')?.[1] ?? ''
            if (!projects.has(uuid))
              fresh.push(...describeProject(uuid, { uuid, name: component.projectName, version: component.projectVersion }))
            projects.set(uuid, (projects.get(uuid) ?? false) || component.projectName !== undefined)
            return uuid
          },
          described,
        ),
      ]
      yield* fresh
      yield* records
    }
  })

  // The list of one project is whole; that of the portfolio comes in pages, and its rows carry the names of their projects.
  const [only] = projects
  if (projects.size === 1 && !only![1]) yield { kind: 'coverage', asset: only![0], subject: 'vulnerability' }
}

const report = (tool_version: string | null, observed_at: Instant | null): FileRecord => ({
  kind: 'report',
  source: 'dependency-track',
  tool: 'Dependency-Track',
  tool_version,
  observed_at,
})

function* describeProject(
  asset: string,
  { uuid, name, version }: { uuid?: string; name?: string; version?: string },
): Generator<FileRecord> {
  yield {
    kind: 'asset',
    asset,
    type: 'application',
    name: [name, version].filter((part) => part !== undefined).join(' ') || uuid || '',
    names: uuid ? [{ type: 'agent_id', name: `dependency-track:${uuid.toLowerCase()}` }] : [],
  }
}

function* readFinding(value: unknown, at: string, assetOf: (finding: Finding) => string, described: Set<string>): Generator<FileRecord> {
  const read = safeParse(Finding, value)
  if (!read.success) {
    yield { kind: 'skipped', at, reason: z.prettifyError(read.error) }
    return
  }
  const { component, vulnerability: own, analysis, attribution } = read.data
  const asset = assetOf(read.data)
  if (analysis?.isSuppressed) {
    yield { kind: 'skipped', at, reason: `${own.vulnId} in ${component.name}: suppressed in the tool (${analysis.state ?? 'no state'})` }
    return
  }
  const list = LISTS.get(own.source ?? '') ?? 'dependency-track'
  const others = own.aliases.flatMap((alias) => Object.values(alias).filter((id): id is string => typeof id === 'string'))
  const rating = bestRating([
    { score: own.cvssV4Score, vector: own.cvssV4Vector, version: 4 },
    { score: own.cvssV3BaseScore, vector: own.cvssV3Vector, version: 3 },
    { score: own.cvssV2BaseScore, vector: own.cvssV2Vector, version: 2 },
  ])
  const purl = packageOfUrl(component.purl)
  yield* packageFinding(
    {
      asset,
      about: vulnerabilityIds([own.vulnId, ...others], `${list}:${own.vulnId}`)!,
      title: own.title,
      description: own.description,
      severity: parseSeverity(own.severity) ?? (rating ? severityOfCvss(rating.cvss) : undefined),
      rating,
      published_at: own.published ? publishedAt(own.published) : null,
      url: attribution?.referenceUrl,
      component: {
        name: packageName(component.group, component.name, component.purl),
        version: component.version ?? purl?.version,
        purl: component.purl,
        type: purl?.type,
      },
    },
    described,
  )
}

/** ISO 8601, or milliseconds since 1970 in the API. */
const publishedAt = (text: string): Instant | null => (/^\d{11,14}$/.test(text) ? Number(text) * 1000 : parseInstant(text))
