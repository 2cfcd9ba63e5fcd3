import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity, severityOfCvss } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { ghsaOfUrl, vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { bestRating } from '../../readers/cvss.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { Amount, listOf, maybe, Text } from '../../readers/lenient.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { Waiting } from '../../readers/waiting.ts'

const ASSET = 'project'

const Vulnerable = z.object({
  dependency: z.object({ name: z.string().trim().min(1), version: Text }),
  advices: z.array(z.unknown()).nullish(),
  safeVersions: maybe(z.object({ latestPatch: Text, latestMinor: Text, latestMajor: Text })),
})

const Advice = z.object({
  id: z.string().trim().min(1),
  description: Text,
  severity: Text,
  links: listOf(z.object({ type: Text, url: Text })),
  cvss: Amount,
  cve: Text,
  library: maybe(z.object({ language: Text })),
})

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  const reports = outline?.members.get('reports')
  return (
    outline !== null &&
    !outline.list &&
    outline.members.has('timestamp') &&
    outline.members.has('scores') &&
    typeof reports === 'object' &&
    reports !== null &&
    jsonOutline(reports.text)?.members.has('security') === true
  )
}

/** Meterian's JSON report. Format: https://docs.meterian.io */
export const meterian: Importer = reads({
  id: 'meterian',
  title: 'Meterian (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    if (!jsonOutline(text)?.members.has('reports'))
      throw new UserError('unreadable_report', 'Expected Meterian’s JSON with "timestamp", "scores" and "reports"')
    let url: string | null = null
    let timestamp: string | null = null
    const waiting = new Waiting('Meterian')
    const described = new Set<string>()
    for await (const matches of readJson(bytes, ['$.url', '$.timestamp', '$.reports.security.reports[*].reports[*]']).batches)
      for (const { path, at, value } of matches) {
        if (path === '$.url') url = typeof value === 'string' ? value : null
        else if (path === '$.timestamp') timestamp = typeof value === 'string' ? value : null
        else waiting.addAll(readDependency(value, at, described))
      }
    const project = /[?&]pid=([0-9a-f-]{36})(?:&|$)/i.exec(url ?? '')?.[1]?.toLowerCase()
    const branch = /[?&]branch=([^&\s]{1,200})/.exec(url ?? '')?.[1]
    yield {
      kind: 'report',
      source: 'meterian',
      tool: 'Meterian',
      tool_version: null,
      observed_at: timestamp ? parseInstant(timestamp) : null,
    }
    yield {
      kind: 'asset',
      asset: ASSET,
      type: 'application',
      name: project ?? '',
      names: project ? [{ type: 'agent_id', name: `meterian:${project}` }] : [],
    }
    yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability', ...(branch && { checks: `branch ${branch}` }) }
    yield waiting.take()
  },
})

function* readDependency(value: unknown, at: string, described: Set<string>): Generator<FileRecord> {
  const read = safeParse(Vulnerable, value)
  if (!read.success) {
    yield { kind: 'skipped', at, reason: z.prettifyError(read.error) }
    return
  }
  const { dependency, advices, safeVersions } = read.data
  for (const [index, one] of (advices ?? []).entries()) {
    const advice = safeParse(Advice, one)
    if (!advice.success) {
      yield { kind: 'skipped', at: `${at}.advices[${index}]`, reason: z.prettifyError(advice.error) }
      continue
    }
    const { id, description, severity, links, cvss, cve, library } = advice.data
    const rating = bestRating([{ score: cvss, version: 3 }])
    yield* packageFinding(
      {
        asset: ASSET,
        about: vulnerabilityIds([cve, ...(cve === 'N/A' || !cve ? links.map(({ url }) => ghsaOfUrl(url)) : [])], `meterian:${id}`)!,
        description,
        severity: parseSeverity(severity) ?? (rating ? severityOfCvss(rating.cvss) : undefined),
        rating,
        url: links.find(({ url }) => url?.startsWith('https://'))?.url,
        component: { name: dependency.name, version: dependency.version, type: library?.language },
        fixed_version: safeVersions?.latestPatch ?? safeVersions?.latestMinor ?? safeVersions?.latestMajor,
      },
      described,
    )
  }
}
