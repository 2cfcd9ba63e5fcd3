import { kebabName } from '../../../model/kebab-name.ts'
import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import { closedItem } from '../../../model/closed-item.ts'
import type { FileRecord, FindingRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { oneLine } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { Amount, listOf, maybe, Text, Word } from '../../readers/lenient.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const Alert = z.object({
  number: Word,
  html_url: Text,
  state: Text,
  dismissed_reason: Text,
  fixed_at: Text,
  rule: z.object({
    id: z.string().trim().min(1),
    name: Text,
    description: Text,
    full_description: Text,
    help: Text,
    help_uri: Text,
    severity: Text,
    security_severity_level: Text,
    tags: listOf(z.string()),
  }),
  tool: z.object({ name: z.string().trim().min(1) }),
  most_recent_instance: maybe(
    z.object({ state: Text, message: maybe(z.object({ text: Text })), location: maybe(z.object({ path: Text, start_line: Amount })) }),
  ),
})

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  return outline !== null && outline.list && ['rule', 'tool', 'most_recent_instance'].every((name) => outline.members.has(name))
}

/** GitHub's code scanning alerts of the REST API. Format: https://docs.github.com/en/rest/code-scanning/code-scanning */
export const githubCodeScanning: Importer = reads({
  id: 'github-code-scanning',
  title: 'GitHub code scanning alerts (REST)',
  version: 2,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    if (!/^\s*\[/.test(text))
      throw new UserError('unreadable_report', 'Expected a REST list of code scanning alerts with rule, tool and most_recent_instance')
    yield { kind: 'report', source: 'github-code-scanning', tool: 'GitHub code scanning', tool_version: null, observed_at: null }
    const known = new Set<string>()
    yield* readJson(bytes, ['$[*]']).tell(function* (matches) {
      for (const { at, value } of matches) {
        const read = safeParse(Alert, value)
        if (!read.success) yield { kind: 'skipped', at, reason: z.prettifyError(read.error) }
        else yield* readAlert(read.data, at, known)
      }
    })
  },
})

/** The repository that an alert's link leads to, also on a server of one's own. */
const repositoryOf = (link: string | undefined): string | undefined =>
  /^(https:\/\/[^/\s]+\/[^/\s]+\/[^/\s]+)\/security\/code-scanning\/\d+/.exec(link ?? '')?.[1]

function* readAlert(
  { rule, tool, most_recent_instance: instance, ...alert }: z.infer<typeof Alert>,
  at: string,
  known: Set<string>,
): Generator<FileRecord> {
  const address = repositoryOf(alert.html_url)
  const asset = codeAsset(address ?? 'repository', address)
  const control_id = `github-code-scanning:${kebabName(tool.name)}:${rule.id}`
  const severity = parseSeverity(rule.security_severity_level) ?? parseSeverity(rule.severity) ?? undefined
  const title = rule.description ?? rule.name ?? rule.id
  if (!known.has(asset.asset)) yield asset
  known.add(asset.asset)
  const state = alert.state ?? instance?.state ?? 'open'
  const fixed = state === 'fixed'
  if (state !== 'open' && !fixed) {
    yield { kind: 'skipped', at, reason: `${rule.id}: ${state}${alert.dismissed_reason ? ` (${alert.dismissed_reason})` : ''}` }
    return
  }
  if (!fixed && !known.has(control_id)) {
    known.add(control_id)
    yield {
      kind: 'control',
      control_id,
      title,
      ...(severity && { severity }),
      ...(rule.full_description && { description: rule.full_description }),
      ...(rule.help && { remediation: rule.help }),
      ...(rule.help_uri && { url: rule.help_uri }),
      product: tool.name,
      frameworks: rule.tags.flatMap((tag) => {
        const number = /^external\/cwe\/cwe-0*(\d{1,5})$/i.exec(tag)?.[1]
        return number ? [{ framework: 'CWE', requirement: `CWE-${number}` }] : []
      }),
    }
  }
  const { path, start_line } = instance?.location ?? {}
  const found: FindingRecord = {
    kind: 'finding',
    asset: asset.asset,
    control_id,
    ...(severity && { severity }),
    title: oneLine(instance?.message?.text ?? title).slice(0, 500),
    // The number of an alert is one for ever, wherever its line moves.
    component: { name: `${path ?? rule.id}${alert.number ? ` (alert ${alert.number})` : ''}`, type: 'file' },
    ...(path && { place: `${path}${start_line ? `:${start_line}` : ''}` }),
  }
  yield fixed ? closedItem(found, { reason: state, at, closed_at: parseInstant(alert.fixed_at ?? '') }) : found
}
