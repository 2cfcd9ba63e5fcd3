import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import type { FileRecord } from '../../../model/record.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, type JsonOutline, readJson } from '../../readers/json.ts'
import { listOf, Text } from '../../readers/lenient.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const ASSET = 'target'

const Dependency = z.object({ name: z.string().trim().min(1), version: Text, skip_reason: Text, vulns: z.array(z.unknown()).nullish() })

const Vulnerability = z.object({
  id: z.string().trim().min(1),
  aliases: listOf(z.string()),
  fix_versions: listOf(z.string()),
  description: Text,
})

/** A dependency that was audited, or that says why not. */
function isDependency({ list, members }: JsonOutline): boolean {
  const vulns = members.get('vulns')
  if (!list || typeof members.get('name') !== 'string') return false
  return typeof members.get('skip_reason') === 'string' || (typeof vulns === 'object' && vulns !== null && vulns.text.startsWith('['))
}

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  if (!outline) return false
  if (outline.list) return isDependency(outline)
  const dependencies = outline.members.get('dependencies')
  if (typeof dependencies !== 'object' || dependencies === null || !dependencies.text.startsWith('[')) return false
  const first = jsonOutline(dependencies.text)
  return first ? isDependency(first) : outline.members.has('fixes')
}

/** pip-audit's JSON. Format: https://pypi.org/project/pip-audit/ */
export const pipAudit: Importer = reads({
  id: 'pip-audit',
  title: 'pip-audit (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const outline = jsonOutline(text)
    if (!/^\s*\[/.test(text) && !outline?.members.has('dependencies'))
      throw new UserError('unreadable_report', 'Expected pip-audit’s JSON: an object with "dependencies", or (before 2.5) a list of them')
    yield { kind: 'report', source: 'pip-audit', tool: 'pip-audit', tool_version: null, observed_at: null }
    yield codeAsset(ASSET)
    yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability' }
    yield { kind: 'coverage', asset: ASSET, subject: 'software' }
    const described = new Set<string>()
    yield* readJson(bytes, ['$[*]', '$.dependencies[*]']).tell(function* (matches) {
      for (const { at, value } of matches) yield* readDependency(value, at, described)
    })
  },
})

function* readDependency(value: unknown, at: string, described: Set<string>): Generator<FileRecord> {
  const read = safeParse(Dependency, value)
  if (!read.success) {
    yield { kind: 'skipped', at, reason: z.prettifyError(read.error) }
    return
  }
  const { name, version, skip_reason, vulns } = read.data
  yield { kind: 'software', asset: ASSET, name, ...(version && { version }) }
  if (skip_reason) yield { kind: 'skipped', at, reason: `${name}: ${skip_reason}` }
  for (const [index, one] of (vulns ?? []).entries()) {
    const vulnerability = safeParse(Vulnerability, one)
    if (!vulnerability.success) {
      yield { kind: 'skipped', at: `${at}.vulns[${index}]`, reason: z.prettifyError(vulnerability.error) }
      continue
    }
    const { id, aliases, fix_versions, description } = vulnerability.data
    yield* packageFinding(
      {
        asset: ASSET,
        about: vulnerabilityIds([id, ...aliases], `pip-audit:${id}`)!,
        description,
        component: { name, version, type: 'pypi' },
        fixed_version: fix_versions.slice(0, 10).join(', ') || undefined,
      },
      described,
    )
  }
}
