import { kebabName } from '../../../model/kebab-name.ts'
import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { NumberedPlaces } from '../../../model/numbered-place.ts'
import { parseImageReference, repositoryName } from '../../../model/asset-name.ts'
import type { AssetRecord, FileRecord, SkippedRecord } from '../../../model/record.ts'
import { remembered } from '../../../model/remembered.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { given } from '../../readers/json-fields.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { type Mark, Waiting } from '../../readers/waiting.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { describeRules, addFailing, isFinding, pathIn, readResult, type RunState } from './findings.ts'
import { Artifact, Automation, BaseIds, ExternalFiles, ImageProperties, Invocations, Provenance, Result, Tool } from './log.ts'

/** Tools whose SARIF lists vulnerable packages: a run without results still looked for them. */
const PACKAGE_SCANNERS = new Set([
  'trivy',
  'grype',
  'osv-scanner',
  'dependency-check',
  'govulncheck',
  'docker-scout',
  'snyk-open-source',
  'snyk-container',
])

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  const runs = outline?.members.get('runs')
  if (!outline || outline.list || typeof runs !== 'object' || runs === null) return false
  const version = outline.members.get('version')
  if (typeof version === 'string') return version.startsWith('2.1.')
  const schema = outline.members.get('$schema')
  if (typeof schema === 'string') return /sarif.*2\.1/i.test(schema)
  // The version may stand behind the runs.
  const tool = jsonOutline(runs.text)?.members.get('tool')
  return typeof tool === 'object' && tool !== null && jsonOutline(tool.text)?.members.has('driver') === true
}

/** SARIF 2.1.0 of any tool. Format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export const sarif: Importer = reads({
  id: 'sarif',
  title: 'SARIF 2.1.0 (static analysis results)',
  version: 2,
  detect,
  parse,
})

/** What a run says of all its results, wherever in the run it stands. */
interface RunHead {
  tool: Tool | null
  artifacts: string[]
  folders: string[]
}

/** One run of a tool. Its head and its results wait with those of the other runs, which may belong to one report with it. */
interface Run {
  /** The tool, as it names itself. */
  name: string
  head: { from: Mark; to: Mark }
  items: { from: Mark; to: Mark }
  /** Some of its results are no findings: what a rule says of them depends on whether it fails elsewhere. */
  others: boolean
  category: string
  repository: string | null
  image: AssetRecord | null
  observed_at: Instant | null
  failed: boolean
  elsewhere: boolean
}

interface Item {
  at: string
  result: Partial<Result>
}

/** Characters of heads that wait in memory. */
const HEADS_IN_MEMORY = 8_000_000

/** What waits of a file until all of it is read. */
class Runs {
  readonly runs: Run[] = []
  readonly heads = new Waiting<RunHead>('SARIF', undefined, HEADS_IN_MEMORY)
  readonly items = new Waiting<Item | SkippedRecord>('SARIF')
  private key = ''
  private open: { run: Run; head: RunHead } | null = null

  /** The run with that number in the file: another than the one before ends that. */
  at(key: string): { run: Run; head: RunHead } {
    if (this.open === null || key !== this.key) {
      this.end()
      const head = { tool: null, artifacts: [], folders: [] }
      this.open = { run: newRun(this.heads.mark(), this.items.mark()), head }
      this.key = key
    }
    return this.open
  }

  /** Puts away what is open. */
  end(): void {
    if (this.open === null) return
    const { run, head } = this.open
    run.name = head.tool?.driver.name ?? ''
    run.items.to = this.items.mark()
    this.heads.add(head)
    run.head.to = this.heads.mark()
    this.runs.push(run)
    this.open = null
  }

  headOf({ head: { from, to } }: Run): RunHead {
    for (const head of this.heads.between(from, to)) return head
    throw new Error('a run without a head')
  }

  itemsOf({ items: { from, to } }: Run): Generator<Item | SkippedRecord> {
    return this.items.between(from, to)
  }

  /** Without those that could not be read. */
  *resultsOf(run: Run): Generator<Result> {
    for (const item of this.itemsOf(run)) if ('result' in item) yield item.result
  }
}

const newRun = (head: Mark, items: Mark): Run => ({
  name: '',
  head: { from: head, to: head },
  items: { from: items, to: items },
  others: false,
  category: '',
  repository: null,
  image: null,
  observed_at: null,
  failed: false,
  elsewhere: false,
})

async function* parse(file: Source): AsyncGenerator<Told> {
  const all = new Runs()
  const parts = [
    'tool',
    'artifacts[*]',
    'invocations',
    'versionControlProvenance',
    'automationDetails',
    'originalUriBaseIds',
    'properties',
    'externalPropertyFileReferences',
    'results[*]',
  ]
  for await (const matches of readJson(
    file.bytes(),
    parts.map((part) => `$.runs[*].${part}`),
  ).batches)
    for (const { path, at, value, document } of matches) {
      const { run, head } = all.at(`${document}/${at.slice('runs['.length, at.indexOf(']'))}`)
      if (path !== '$.runs[*].results[*]') {
        readPart(run, head, path.slice('$.runs[*].'.length), value)
        continue
      }
      const result = safeParse(Result, value)
      if (result.success) {
        all.items.add({ at, result: given(result.data) })
        run.others ||= !isFinding(result.data)
      } else all.items.add({ kind: 'skipped', at, reason: z.prettifyError(result.error) })
    }
  all.end()
  if (all.runs.length === 0)
    throw new UserError('unreadable_report', 'Expected a SARIF log with "runs" that name their tool; there is none')
  yield groupRuns(all)
}

function readPart(run: Run, head: RunHead, part: string, value: unknown): void {
  if (part === 'tool') head.tool = safeParse(Tool, value).data ?? null
  else if (part === 'artifacts[*]') head.artifacts.push(safeParse(Artifact, value).data?.location.uri ?? '')
  else if (part === 'versionControlProvenance') {
    const uris = safeParse(Provenance, value).data?.map(({ repositoryUri }) => repositoryName(repositoryUri ?? '')) ?? []
    run.repository = uris.find((uri) => uri !== null) ?? null
  } else if (part === 'automationDetails') run.category = categoryOf(safeParse(Automation, value).data?.id)
  else if (part === 'invocations') {
    const invocations = safeParse(Invocations, value).data ?? []
    const times = invocations
      .map(({ startTimeUtc, endTimeUtc }) => parseInstant(endTimeUtc ?? startTimeUtc ?? ''))
      .filter((time) => time !== null)
    run.observed_at = times.length > 0 ? Math.max(...times) : null
    for (const { workingDirectory } of invocations) addFolder(head, workingDirectory?.uri)
    run.failed = invocations.some(({ executionSuccessful }) => executionSuccessful === false)
  } else if (part === 'originalUriBaseIds') {
    for (const base of Object.values(safeParse(BaseIds, value).data ?? {})) addFolder(head, base?.uri)
  } else if (part === 'properties') run.image = imageOf(value)
  else if (part === 'externalPropertyFileReferences') run.elsewhere = safeParse(ExternalFiles, value).success
}

/** Only whole folders of the machine: a base that is relative to another is the same on every machine. */
function addFolder({ folders }: RunHead, uri: string | undefined): void {
  if (uri !== undefined && /^file:\/\/.{2,1000}$/.test(uri) && folders.length < 100) folders.push(uri.endsWith('/') ? uri : `${uri}/`)
}

/** What was analysed, without the last part, which tells one run from the next (section 3.17.3): `codeql/language:go/2026-08-01` → `codeql/language:go`. */
const categoryOf = (id: string | undefined): string => (id === undefined ? '' : id.slice(0, Math.max(0, id.lastIndexOf('/'))))

function imageOf(value: unknown): AssetRecord | null {
  const { imageName, repoTags, repoDigests } = safeParse(ImageProperties, value).data ?? {}
  if (imageName === undefined) return null
  const digest = repoDigests?.[0]?.split('@')[1] ?? null
  const shown = [...(repoTags ?? []), imageName, ...(repoDigests ?? [])].find((text) => parseImageReference(text, digest) !== null)
  if (shown === undefined) return null
  return {
    kind: 'asset',
    asset: 'target',
    type: 'image',
    name: shown,
    names: [{ type: 'image', name: parseImageReference(shown, digest)!.name }],
    attributes: digest ? { image_digest: digest } : {},
  }
}

/** Runs of one tool about the same thing are one report: each alone would close what only the others list. */
function* groupRuns(all: Runs): Generator<FileRecord> {
  const groups = new Map<string, { asset: AssetRecord; source: string; runs: Run[] }>()
  for (const run of all.runs) {
    const source = `sarif:${kebabName(run.name) || 'unnamed'}`
    const asset = assetOf(run)
    const key = JSON.stringify([source, run.category, asset.type, asset.names[0]?.name ?? null])
    const group = groups.get(key) ?? { asset, source, runs: [] }
    group.runs.push(run)
    groups.set(key, group)
  }
  for (const group of groups.values()) yield* report(group, all)
}

function assetOf(run: Run): AssetRecord {
  if (run.image) return run.image
  const { repository } = run
  return {
    kind: 'asset',
    asset: 'target',
    type: 'repository',
    name: repository?.replace('https://', '') ?? '',
    names: repository ? [{ type: 'repository', name: repository }] : [],
  }
}

const toolOf = ({ tool }: RunHead): Tool => tool ?? Tool.parse({ driver: {} })

function* report({ asset, source, runs }: { asset: AssetRecord; source: string; runs: Run[] }, all: Runs): Generator<FileRecord> {
  const driver = all.headOf(runs[0]!).tool?.driver
  const times = runs.map((run) => run.observed_at).filter((time) => time !== null)
  yield {
    kind: 'report',
    source,
    tool: driver?.name ?? null,
    tool_version: driver?.semanticVersion ?? driver?.version ?? null,
    observed_at: times.length > 0 ? Math.max(...times) : null,
  }
  yield asset
  let vulnerabilities = PACKAGE_SCANNERS.has(source.slice('sarif:'.length))
  const described = new Set<string>()
  const places = new NumberedPlaces()
  const failing = new Set<string>()
  const controlId = remembered((id) => `${source}:${id}`)
  // Another reading of all results, which those without passes do without.
  if (runs.some(({ others }) => others)) for (const run of runs) addFailing(failing, all.resultsOf(run), toolOf(all.headOf(run)), source)
  for (const run of runs) {
    const head = all.headOf(run)
    const folders = head.folders.toSorted((a, b) => b.length - a.length)
    const state: RunState = {
      asset: asset.asset,
      tool: toolOf(head),
      artifacts: head.artifacts,
      pathOf: remembered((uri) => pathIn(folders, uri)),
      controlId,
      described,
      places,
      failing,
    }
    yield* describeRules(state)
    for (const item of all.itemsOf(run)) {
      if (!('result' in item)) {
        yield item
        continue
      }
      for (const record of readResult(item.result, item.at, state)) {
        vulnerabilities ||= record.kind === 'vulnerability'
        yield record
      }
    }
    if (run.elsewhere)
      yield {
        kind: 'skipped',
        at: 'externalPropertyFileReferences',
        reason: 'results in other files (externalPropertyFileReferences) are not read: give one file with inline results',
      }
  }
  // A run that failed, or whose results are elsewhere, has not shown that anything is gone.
  if (runs.some((run) => run.failed || run.elsewhere)) return
  const checks = runs[0]!.category
  yield { kind: 'coverage', asset: asset.asset, subject: 'control', ...(checks && { checks }) }
  if (vulnerabilities) yield { kind: 'coverage', asset: asset.asset, subject: 'vulnerability', ...(checks && { checks }) }
}
