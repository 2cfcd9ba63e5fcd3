import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import { firstOf } from '../../../model/first-of.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { Amount, listOf, Text, Word } from '../../readers/lenient.ts'
import { idsOfAdvisory, readNpmAdvisory } from '../../readers/npm-advisory.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const ASSET = 'target'
const DEPRECATED = 'yarn-audit:deprecated-package'

/** A line of Yarn 1. */
const Line = z.object({ type: z.string(), data: z.unknown() })
const AuditAdvisory = z.object({ resolution: z.object({ path: Text }).nullish().catch(null), advisory: z.unknown() })
const AuditSummary = z.object({ vulnerabilities: z.record(z.string(), Amount), totalDependencies: Amount })

/** A line of Yarn 4. */
const Tree = z.object({
  value: z.string().trim().min(1),
  children: z.object({
    ID: Word,
    Issue: Text,
    URL: Text,
    Severity: Text,
    'Tree Versions': listOf(z.string()),
    Dependents: listOf(z.string()),
  }),
})

type Layout = 'lines' | 'trees'

function layoutOf(text: string): Layout | null {
  const outline = jsonOutline(text)
  if (!outline || outline.list) return null
  const { members } = outline
  if (typeof members.get('type') === 'string' && members.has('data') && /^\s*\{\s*"type"\s*:\s*"audit(?:Advisory|Summary)"/m.test(text))
    return 'lines'
  const children = members.get('children')
  if (typeof members.get('value') !== 'string' || typeof children !== 'object' || children === null) return null
  const inner = jsonOutline(children.text)?.members
  return inner?.has('ID') && inner.has('Issue') && inner.has('Severity') ? 'trees' : null
}

/** Yarn's audit as JSON lines. Format: https://classic.yarnpkg.com/en/docs/cli/audit, https://yarnpkg.com/cli/npm/audit */
export const yarnAudit: Importer = reads({
  id: 'yarn-audit',
  title: 'Yarn audit (JSON lines of Yarn 1 and 4)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null && text.trim() !== '')
      throw new UserError('unreadable_report', 'Expected JSON lines of Yarn: auditAdvisory and auditSummary, or value with children')
    yield { kind: 'report', source: 'yarn-audit', tool: 'Yarn', tool_version: null, observed_at: null }
    yield codeAsset(ASSET)
    if (layout === 'lines') yield* readLines(bytes)
    else yield* readTrees(bytes)
  },
})

async function* readLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const described = new Set<string>()
  let listed = 0
  let stated: number | null = null
  let failed = false
  yield* readJson(bytes, ['$']).tell(function* (matches) {
    for (const { value, document } of matches) {
      const at = `line ${document + 1}`
      const line = safeParse(Line, value).data
      if (!line) yield { kind: 'skipped', at, reason: 'Expected an object with type and data' }
      else if (line.type === 'auditAdvisory') {
        listed++
        const { resolution, advisory } = safeParse(AuditAdvisory, line.data).data ?? {}
        yield* readNpmAdvisory(advisory, at, ASSET, described, resolution?.path)
      } else if (line.type === 'auditSummary') {
        const summary = safeParse(AuditSummary, line.data).data
        if (summary?.totalDependencies)
          stated = Object.values(summary.vulnerabilities).reduce<number>((sum, count) => sum + (count ?? 0), 0)
      } else if (line.type === 'error') {
        failed = true
        yield { kind: 'skipped', at, reason: `Yarn says: ${typeof line.data === 'string' ? line.data.slice(0, 500) : 'an error'}` }
      }
    }
  })

  // Without a lock file Yarn looks at nothing and says that nothing is wrong; with --level it lists less than it counts.
  if (!failed && stated === listed) yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability' }
}

async function* readTrees(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const described = new Set<string>()
  let deprecated = false
  yield* readJson(bytes, ['$']).tell(function* (matches) {
    for (const { value, document } of matches) {
      const at = `line ${document + 1}`
      const read = safeParse(Tree, value)
      if (!read.success) {
        yield { kind: 'skipped', at, reason: z.prettifyError(read.error) }
        continue
      }
      const { value: name, children } = read.data
      const severity = parseSeverity(children.Severity) ?? undefined
      const component = { name, version: children['Tree Versions'].slice(0, 5).join(', ') || undefined, type: 'npm' }
      const place = firstOf(children.Dependents)
      if (children.ID?.endsWith('(deprecation)')) {
        if (!deprecated)
          yield { kind: 'control', control_id: DEPRECATED, title: 'Deprecated package', category: 'dependencies', product: 'Yarn' }
        deprecated = true
        yield { kind: 'finding', asset: ASSET, control_id: DEPRECATED, severity, title: children.Issue, component, place }
        continue
      }
      const about = idsOfAdvisory([], children.URL, children.ID)
      if (about)
        yield* packageFinding({ asset: ASSET, about, title: children.Issue, severity, url: children.URL, component, place }, described)
      else yield { kind: 'skipped', at, reason: `${name}: neither an id nor a link to an advisory` }
    }
  })

  yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability' }
  // With --no-deprecations there are none, and nothing says so.
  if (deprecated) yield { kind: 'coverage', asset: ASSET, subject: 'control', checks: 'deprecations' }
}
