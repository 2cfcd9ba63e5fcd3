import { z } from 'zod'
import type { CvssRecord, FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { describe, EXPLOIT, Text } from './statements.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const Metric = z.object({ type: Text, cvssData: z.object({ baseScore: z.number().min(0).max(10), vectorString: Text }) })
const Metrics = z.array(Metric.nullable().catch(null)).nullish().catch(null)

/** A record of version 2.0, as far as it is read: https://csrc.nist.gov/schema/nvd/api/2.0/cve_api_json_2.0.schema */
const Record20 = z.object({
  id: z.string().regex(/^CVE-\d{4}-\d{4,19}$/),
  published: Text,
  vulnStatus: Text,
  descriptions: z.array(z.object({ lang: Text, value: Text })).catch([]),
  metrics: z
    .object({ cvssMetricV40: Metrics, cvssMetricV31: Metrics, cvssMetricV30: Metrics, cvssMetricV2: Metrics })
    .nullish()
    .catch(null),
  references: z
    .array(z.object({ url: Text, tags: z.array(z.string()).nullish() }))
    .nullish()
    .catch(null),
  cisaExploitAdd: Text,
  configurations: z
    .array(z.object({ nodes: z.array(z.object({ cpeMatch: z.array(z.object({ criteria: Text })).catch([]) })).catch([]) }))
    .nullish()
    .catch(null),
})

const versions = [
  ['cvssMetricV40', '4.0'],
  ['cvssMetricV31', '3.1'],
  ['cvssMetricV30', '3.0'],
  ['cvssMetricV2', '2.0'],
] as const satisfies [keyof NonNullable<z.infer<typeof Record20>['metrics']>, CvssRecord['version']][]

/** All that one record 2.0 says. NVD's own score ("Primary") comes before that of the CNA. */
export function* record20(value: unknown, at: string): Generator<FileRecord> {
  const parsed = safeParse(Record20, value)
  if (!parsed.success) {
    yield { kind: 'skipped', at, reason: z.prettifyError(parsed.error) }
    return
  }
  const { id, published, vulnStatus, descriptions, metrics, references, cisaExploitAdd, configurations } = parsed.data
  const rejected = vulnStatus?.toLowerCase() === 'rejected'
  const criteria = (configurations ?? []).flatMap(({ nodes }) => nodes.flatMap(({ cpeMatch }) => cpeMatch.map((match) => match.criteria)))
  yield describe({
    vulnerability_id: id,
    descriptions,
    published: published && `${published.replace(/Z$/, '')}Z`,
    rejected,
    criteria,
  })
  if (rejected) return
  for (const [name, version] of versions) {
    const given = (metrics?.[name] ?? []).filter((metric) => metric !== null)
    const chosen = given.find(({ type }) => type === 'Primary') ?? given[0]
    if (chosen)
      yield {
        kind: 'cvss',
        vulnerability_id: id,
        cvss: chosen.cvssData.baseScore,
        vector: chosen.cvssData.vectorString?.slice(0, 500) ?? '',
        version,
      }
  }
  if (references?.some(({ tags }) => tags?.includes('Exploit')))
    yield { kind: 'exploit', vulnerability_id: id, stage: 'public', reference: EXPLOIT }
  const listed = cisaExploitAdd ? parseInstant(cisaExploitAdd) : null
  if (cisaExploitAdd)
    yield {
      kind: 'exploit',
      vulnerability_id: id,
      stage: 'known_exploited',
      ...(listed !== null && { since: listed }),
      reference: 'CISA KEV',
    }
}
