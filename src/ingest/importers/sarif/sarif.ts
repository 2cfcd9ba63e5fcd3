import { kebabName } from '../../../model/kebab-name.ts'
import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { NumberedPlaces } from '../../../model/numbered-place.ts'
import { parseImageReference, repositoryName } from '../../../model/asset-name.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { remembered } from '../../../model/remembered.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { given } from '../../readers/json-fields.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { Waiting } from '../../readers/waiting.ts'
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

/** One run of a tool, in the file's own parts. */
interface Run {
  tool: Tool | null
  /** They stand before what says whose they are. */
  results: Waiting<{ at: string; result: Result }>
  /** Some of them are no findings: what a rule says of them depends on whether it fails elsewhere. */
  others: boolean
  artifacts: string[]
  folders: string[]
  category: string
  repository: string | null
  image: AssetRecord | null
  observed_at: Instant | null
  failed: boolean
  elsewhere: boolean
  skipped: Waiting
}

/** Characters of results that wait in memory, of all runs together; but of each run so many that small ones do not go to files. */
const IN_MEMORY = 48_000_000
const OF_A_SMALL_RUN = 250_000

/** `held`: what of the runs before waits in memory. */
const newRun = (held: number): Run => ({
  tool: null,
  results: new Waiting('SARIF', undefined, Math.max(IN_MEMORY - held, OF_A_SMALL_RUN)),
  others: false,
  artifacts: [],
  folders: [],
  category: '',
  repository: null,
  image: null,
  observed_at: null,
  failed: false,
  elsewhere: false,
  skipped: new Waiting('SARIF', undefined, OF_A_SMALL_RUN),
})

async function* parse(file: Source): AsyncGenerator<Told> {
  const runs = new Map<string, Run>()
  let run: Run | undefined
  let held = 0
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
      const key = `${document}/${at.slice('runs['.length, at.indexOf(']'))}`
      const before = run
      run = runs.get(key)
      if (!run) {
        held += before?.results.inMemory ?? 0
        runs.set(key, (run = newRun(held)))
      }
      if (path !== '$.runs[*].results[*]') {
        readPart(run, path.slice('$.runs[*].'.length), value)
        continue
      }
      const result = safeParse(Result, value)
      if (result.success) {
        run.results.add({ at, result: given(result.data) })
        run.others ||= !isFinding(result.data)
      } else run.skipped.add({ kind: 'skipped', at, reason: z.prettifyError(result.error) })
    }
  if (runs.size === 0) throw new UserError('unreadable_report', 'Expected a SARIF log with "runs" that name their tool; there is none')
  yield groupRuns([...runs.values()])
}

function readPart(run: Run, part: string, value: unknown): void {
  if (part === 'tool') run.tool = safeParse(Tool, value).data ?? null
  else if (part === 'artifacts[*]') run.artifacts.push(safeParse(Artifact, value).data?.location.uri ?? '')
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
    for (const { workingDirectory } of invocations) addFolder(run, workingDirectory?.uri)
    run.failed = invocations.some(({ executionSuccessful }) => executionSuccessful === false)
  } else if (part === 'originalUriBaseIds') {
    for (const base of Object.values(safeParse(BaseIds, value).data ?? {})) addFolder(run, base?.uri)
  } else if (part === 'properties') run.image = imageOf(value)
  else if (part === 'externalPropertyFileReferences') run.elsewhere = safeParse(ExternalFiles, value).success
}

/** Only whole folders of the machine: a base that is relative to another is the same on every machine. */
function addFolder(run: Run, uri: string | undefined): void {
  if (uri !== undefined && /^file:\/\/.{2,1000}$/.test(uri) && run.folders.length < 100)
    run.folders.push(uri.endsWith('/') ? uri : `${uri}/`)
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
function* groupRuns(runs: Run[]): Generator<FileRecord> {
  const groups = new Map<string, { asset: AssetRecord; source: string; runs: Run[] }>()
  for (const run of runs) {
    const source = `sarif:${kebabName(run.tool?.driver.name ?? '') || 'unnamed'}`
    const asset = assetOf(run)
    const key = JSON.stringify([source, run.category, asset.type, asset.names[0]?.name ?? null])
    const group = groups.get(key) ?? { asset, source, runs: [] }
    group.runs.push(run)
    groups.set(key, group)
  }
  for (const group of groups.values()) yield* report(group)
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

function* resultsOf({ results }: Run): Generator<Result> {
  for (const { result } of results.all()) yield result
}

const toolOf = (run: Run): Tool => run.tool ?? Tool.parse({ driver: {} })

function* report({ asset, source, runs }: { asset: AssetRecord; source: string; runs: Run[] }): Generator<FileRecord> {
  const driver = runs[0]!.tool?.driver
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
  if (runs.some(({ others }) => others)) for (const run of runs) addFailing(failing, resultsOf(run), toolOf(run), source)
  for (const run of runs) {
    yield* run.skipped.take()
    const folders = run.folders.toSorted((a, b) => b.length - a.length)
    const state: RunState = {
      asset: asset.asset,
      tool: toolOf(run),
      artifacts: run.artifacts,
      pathOf: remembered((uri) => pathIn(folders, uri)),
      controlId,
      described,
      places,
      failing,
    }
    yield* describeRules(state)
    for (const { at, result } of run.results.all()) {
      for (const record of readResult(result, at, state)) {
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
