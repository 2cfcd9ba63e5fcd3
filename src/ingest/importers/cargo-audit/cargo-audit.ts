import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity, type Severity, severityOfCvss } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { bestRating } from '../../readers/cvss.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { listOf, maybe, Text } from '../../readers/lenient.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { Waiting } from '../../readers/waiting.ts'

const ASSET = 'target'
const YANKED = 'cargo-audit:yanked'

const Settings = z.object({
  target_arch: z.unknown().optional(),
  target_os: z.unknown().optional(),
  severity: Text,
  ignore: listOf(z.string()),
  informational_warnings: listOf(z.string()),
})

const Item = z.object({
  kind: Text,
  package: z.object({ name: z.string().trim().min(1), version: Text }),
  advisory: z
    .object({
      id: z.string().trim().min(1),
      title: Text,
      description: Text,
      date: Text,
      aliases: listOf(z.string()),
      url: Text,
      cvss: z.unknown().optional(),
      informational: Text,
      withdrawn: Text,
    })
    .nullish(),
  versions: maybe(z.object({ patched: listOf(z.string()) })),
})
type Item = z.infer<typeof Item>

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  if (!outline || outline.list) return false
  const inner = (name: string) => {
    const member = outline.members.get(name)
    return typeof member === 'object' && member !== null ? jsonOutline(member.text)?.members : undefined
  }
  return (
    inner('lockfile')?.has('dependency-count') === true &&
    (inner('database')?.has('advisory-count') === true || outline.members.has('vulnerabilities'))
  )
}

/** cargo-audit's JSON. Format: https://docs.rs/rustsec/latest/rustsec/report/struct.Report.html */
export const cargoAudit: Importer = reads({
  id: 'cargo-audit',
  title: 'cargo-audit (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    if (!detect({ name: file.name, text }))
      throw new UserError('unreadable_report', 'Expected cargo-audit’s JSON with "database", "lockfile" and "vulnerabilities"')
    let settings: z.infer<typeof Settings> | null = null
    let yanked = false
    const waiting = new Waiting('cargo-audit')
    const described = new Set<string>()
    const places = ['$.settings', '$.vulnerabilities.list[*]', '$.warnings[*]', '$.warnings.*[*]']
    for await (const matches of readJson(bytes, places).batches)
      for (const { path, at, value } of matches) {
        if (path === '$.settings') settings = safeParse(Settings, value).data ?? null
        else {
          const item = safeParse(Item, value)
          if (!item.success) waiting.add({ kind: 'skipped', at, reason: z.prettifyError(item.error) })
          else if (item.data.advisory) waiting.addAll(readAdvisory(item.data, at, described))
          else {
            if (!yanked)
              waiting.add({ kind: 'control', control_id: YANKED, title: 'Yanked crate', category: 'dependencies', product: 'cargo-audit' })
            yanked = true
            waiting.add(readYanked(item.data))
          }
        }
      }
    yield { kind: 'report', source: 'cargo-audit', tool: 'cargo-audit', tool_version: null, observed_at: null }
    yield codeAsset(ASSET)
    const checks = narrowing(settings)
    const min_severity = parseSeverity(settings?.severity) ?? undefined
    yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability', ...(checks && { checks }), ...(min_severity && { min_severity }) }
    // Without network it asks for no yanked crates, and nothing says so.
    if (yanked) yield { kind: 'coverage', asset: ASSET, subject: 'control', checks: 'yanked' }
    yield waiting.take()
  },
})

/** What narrowed the report, as a name of its own; '' when nothing did. */
function narrowing(settings: z.infer<typeof Settings> | null): string {
  if (!settings) return ''
  const list = (value: unknown) => JSON.stringify(value ?? []).replace(/^\[\]$|^""$/, '')
  const warnings = settings.informational_warnings.toSorted()
  const all = ['notice', 'unmaintained', 'unsound'].every((kind) => warnings.includes(kind))
  return [
    settings.ignore.length > 0 && `without ${settings.ignore.toSorted().join(', ')}`,
    list(settings.target_arch) && `for ${list(settings.target_arch)}`,
    list(settings.target_os) && `on ${list(settings.target_os)}`,
    !all && `warnings: ${warnings.join(', ') || 'none'}`,
  ]
    .filter((part) => typeof part === 'string' && part !== '')
    .join('; ')
    .slice(0, 300)
}

function* readAdvisory({ package: crate, advisory, versions }: Item, at: string, described: Set<string>): Generator<FileRecord> {
  if (!advisory) return
  if (advisory.withdrawn) {
    yield { kind: 'skipped', at, reason: `${advisory.id} in ${crate.name}: withdrawn on ${advisory.withdrawn}` }
    return
  }
  const rating = typeof advisory.cvss === 'string' ? bestRating([{ vector: advisory.cvss }]) : null
  yield* packageFinding(
    {
      asset: ASSET,
      about: vulnerabilityIds([advisory.id, ...advisory.aliases], `cargo-audit:${advisory.id}`)!,
      title: advisory.title,
      description: advisory.description,
      severity: rating ? severityOfCvss(rating.cvss) : severityOfKind(advisory.informational),
      rating,
      published_at: advisory.date ? parseInstant(advisory.date) : null,
      url: advisory.url ?? (advisory.id.startsWith('RUSTSEC-') ? `https://rustsec.org/advisories/${advisory.id}.html` : undefined),
      component: { name: crate.name, version: crate.version, type: 'cargo' },
      fixed_version: versions?.patched.map((range) => /^(?:>=|\^)\s*([\w.+-]+)$/.exec(range)?.[1] ?? range).join(', ') || undefined,
    },
    described,
  )
}

/** Advisories that are no vulnerabilities; `unsound` is left open, as it may be one. */
const severityOfKind = (kind: string | undefined): Severity | undefined =>
  kind === 'unmaintained' || kind === 'notice' ? 'informational' : undefined

/** A crate that was withdrawn from the registry, for reasons that the report does not know. */
const readYanked = ({ package: crate, kind }: Item): FileRecord => ({
  kind: 'finding',
  asset: ASSET,
  control_id: YANKED,
  severity: 'informational',
  title: `${crate.name} ${crate.version ?? ''} is ${kind ?? 'yanked'}`.replace(/\s+/g, ' '),
  component: { name: crate.name, ...(crate.version && { version: crate.version }), type: 'cargo' },
})
