import { z } from 'zod'
import type { FileRecord } from '../../../model/record.ts'
import { describe, EXPLOIT, Text } from './statements.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const Cvss = z.object({ version: Text, baseScore: z.number().min(0).max(10), vectorString: Text })

interface Node {
  cpe_match?: { cpe23Uri?: string | undefined }[] | undefined
  children?: Node[] | undefined
}
const NodeShape: z.ZodType<Node> = z.lazy(() =>
  z.object({ cpe_match: z.array(z.object({ cpe23Uri: Text })).optional(), children: z.array(NodeShape).optional() }),
)

/** An item of a feed 1.1, as far as it is read. */
const Item11 = z.object({
  cve: z.object({
    CVE_data_meta: z.object({ ID: z.string().regex(/^CVE-\d{4}-\d{4,19}$/) }),
    description: z.object({ description_data: z.array(z.object({ lang: Text, value: Text })) }).catch({ description_data: [] }),
    references: z
      .object({ reference_data: z.array(z.object({ tags: z.array(z.string()).nullish() })) })
      .nullish()
      .catch(null),
  }),
  configurations: z
    .object({ nodes: z.array(NodeShape) })
    .nullish()
    .catch(null),
  impact: z
    .object({
      baseMetricV3: z.object({ cvssV3: Cvss }).nullish().catch(null),
      baseMetricV2: z.object({ cvssV2: Cvss }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
  publishedDate: Text,
})

function* criteriaOf(nodes: Node[], depth = 0): Generator<string | undefined> {
  for (const { cpe_match, children } of nodes) {
    for (const match of cpe_match ?? []) yield match.cpe23Uri
    if (children && depth < 20) yield* criteriaOf(children, depth + 1)
  }
}

/** All that one item of a feed 1.1 says. A rejected one is told by its text alone. */
export function* item11(value: unknown, at: string): Generator<FileRecord> {
  const parsed = safeParse(Item11, value)
  if (!parsed.success) {
    yield { kind: 'skipped', at, reason: z.prettifyError(parsed.error) }
    return
  }
  const { cve, configurations, impact, publishedDate } = parsed.data
  const vulnerability_id = cve.CVE_data_meta.ID
  const { description_data: descriptions } = cve.description
  const rejected = descriptions.some((one) => one.value?.startsWith('** REJECT **') || one.value?.startsWith('Rejected reason:'))
  yield describe({
    vulnerability_id,
    descriptions,
    published: publishedDate,
    rejected,
    criteria: criteriaOf(configurations?.nodes ?? []),
  })
  if (rejected) return
  const v3 = impact?.baseMetricV3?.cvssV3
  const v2 = impact?.baseMetricV2?.cvssV2
  if (v3)
    yield {
      kind: 'cvss',
      vulnerability_id,
      cvss: v3.baseScore,
      vector: v3.vectorString?.slice(0, 500) ?? '',
      version: v3.version === '3.0' ? '3.0' : '3.1',
    }
  if (v2) yield { kind: 'cvss', vulnerability_id, cvss: v2.baseScore, vector: v2.vectorString?.slice(0, 500) ?? '', version: '2.0' }
  if (cve.references?.reference_data.some(({ tags }) => tags?.includes('Exploit')))
    yield { kind: 'exploit', vulnerability_id, stage: 'public', reference: EXPLOIT }
}
