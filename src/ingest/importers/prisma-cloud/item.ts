import type { ExploitStage } from '../../../model/exploit.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { checkResult } from '../../readers/check-result.ts'

/** "fixed in 4.1.3, 4.0.9": the versions; other states (open, affected, will not fix) have none. */
export const fixedIn = (status: string): string | undefined => /^fixed in\s+(.{1,300})$/is.exec(status)?.[1]?.trim()

/** What the risk factors say of exploits: https://docs.prismacloud.io/en/enterprise-edition/content-collections/runtime-security/vulnerability-management/vuln-explorer */
export function stageOf(factors: readonly string[]): ExploitStage | undefined {
  const exploit = factors.filter((factor) => /^exploit exists/i.test(factor.trim()))
  if (exploit.some((factor) => /in the wild/i.test(factor))) return 'known_exploited'
  return exploit.length > 0 ? 'public' : undefined
}

export interface ComplianceIssue {
  asset: string
  /** '': there is none, and the title stands in. */
  id: string
  /** Begins with the requirement where there is one: "(CIS_Docker_v1.5.0 - 4.6) Add HEALTHCHECK …". */
  title: string
  severity: string
  category?: string
  description?: string
  cause?: string
}

/** One check that failed; the lists hold no others. */
export function* readCompliance(issue: ComplianceIssue, described: Set<string>): Generator<FileRecord> {
  const [, framework, requirement, rest] = /^\(([\w .-]{2,80}?) - ([\w.]{1,20})\)\s*(.+)$/s.exec(issue.title) ?? []
  yield* checkResult(
    {
      asset: issue.asset,
      control_id: `prisma-cloud:${issue.id || issue.title.slice(0, 200)}`,
      title: rest ?? issue.title,
      status: 'fail',
      severity: parseSeverity(issue.severity),
      category: issue.category,
      description: issue.description,
      evidence: issue.cause,
      frameworks: framework !== undefined && requirement !== undefined ? [{ framework, requirement }] : [],
    },
    described,
  )
}
