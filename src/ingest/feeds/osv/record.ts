import { z } from 'zod'
import { WholeText as Text } from '../../readers/lenient.ts'
import type { FileRecord } from '../../../model/record.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { scoreVector } from '../../readers/cvss.ts'
import { cutText } from '../../readers/json-fields.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const MAX_AFFECTED = 200
const CVE = /^CVE-\d{4}-\d{4,19}$/

/** What is read of a record. Format: https://ossf.github.io/osv-schema/ */
const OsvRecord = z.object({
  id: z.string().trim().min(1).max(200),
  modified: Text,
  published: Text,
  withdrawn: Text,
  aliases: z.array(z.string()).catch([]),
  summary: Text,
  details: Text,
  severity: z
    .array(z.object({ type: Text, score: Text }))
    .nullish()
    .catch(null),
  affected: z
    .array(z.object({ package: z.object({ ecosystem: Text, name: Text }).nullish().catch(null) }))
    .nullish()
    .catch(null),
})

/** Dates of year 1 stand for "not known" (Go's zero time). */
const known = (text: string | undefined): Instant | null => (text && !text.startsWith('0001-') ? parseInstant(text) : null)

/**
 * All that one record says, of each CVE that it is another name of, or of its own id when it has none. A withdrawn record takes back what it said itself,
 * not the CVE. `changed` is when it was last changed, null when it does not say.
 */
export function readRecord(value: unknown, at: string): { changed: Instant | null; records: FileRecord[] } {
  const parsed = safeParse(OsvRecord, value)
  if (!parsed.success) return { changed: null, records: [{ kind: 'skipped', at, reason: z.prettifyError(parsed.error) }] }
  const { id, modified, published, withdrawn, aliases, summary, details, severity, affected } = parsed.data
  const changed = known(modified)
  const cves = [...new Set([id, ...aliases].map((one) => one.toUpperCase()).filter((one) => CVE.test(one)))]
  if (withdrawn && cves.length > 0)
    return {
      changed,
      records: [{ kind: 'skipped', at, reason: `${id} was withdrawn on ${withdrawn}: it says nothing about ${cves.join(', ')} any more` }],
    }
  const published_at = known(published)
  const products = new Map<string, { vendor: string; product: string }>()
  for (const one of affected ?? []) {
    const product = one.package?.name?.slice(0, 200)
    const vendor = one.package?.ecosystem?.slice(0, 200) ?? ''
    if (product && products.size < MAX_AFFECTED) products.set(`${vendor}\n${product}`, { vendor, product })
  }
  const scores = (severity ?? []).flatMap(({ score }) => scoreVector(score ?? '') ?? [])
  return {
    changed,
    records: (cves.length > 0 ? cves : [id]).flatMap((vulnerability_id): FileRecord[] => [
      {
        kind: 'description',
        vulnerability_id,
        ...(summary && { title: summary.slice(0, 500) }),
        ...(details && { description: cutText(details) }),
        ...(published_at !== null && { published_at }),
        ...(cves.length === 0 && { state: withdrawn ? ('rejected' as const) : ('published' as const) }),
        ...(products.size > 0 && { affected: [...products.values()] }),
      },
      ...(withdrawn
        ? []
        : scores.map(({ cvss, cvss_vector, version }) => ({
            kind: 'cvss' as const,
            vulnerability_id,
            cvss,
            vector: cvss_vector,
            version,
          }))),
    ]),
  }
}
