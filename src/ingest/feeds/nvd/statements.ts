import { z } from 'zod'
import type { DescriptionRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { cutText } from '../../readers/json-fields.ts'

const MAX_AFFECTED = 200

/** Trimmed text; anything else and nothing are undefined. */
export const Text = z
  .string()
  .trim()
  .transform((text) => text || undefined)
  .optional()
  .catch(undefined)

/**
 * NVD marks references that describe an exploit step by step or hold one with the tag "Exploit" (https://nvd.nist.gov/vuln/vulnerability-detail-pages).
 * One statement per vulnerability, whatever the number of such references.
 */
export const EXPLOIT = 'reference tagged Exploit'

/** Vendor and product of a CPE 2.3 name (https://csrc.nist.gov/pubs/ir/7695/final); null for anything else. */
function productOf(cpe: string | undefined): { vendor: string; product: string } | null {
  const parts = cpe?.includes('\\:') ? cpe.split(/(?<!\\):/, 5) : cpe?.split(':', 5)
  if (parts?.[0] !== 'cpe' || parts[1] !== '2.3' || !parts[3] || !parts[4]) return null
  const plain = (text: string) => text.replaceAll('\\', '').slice(0, 200)
  return { vendor: plain(parts[3]), product: plain(parts[4]) }
}

/** What both layouts tell of a vulnerability, as a record: the English text, else the first; products once each. */
export function describe(told: {
  vulnerability_id: string
  descriptions: { lang?: string | undefined; value?: string | undefined }[]
  published: string | undefined
  rejected: boolean
  /** CPE names of what is affected. */
  criteria: Iterable<string | undefined>
}): DescriptionRecord {
  const text = (told.descriptions.find(({ lang }) => lang === 'en') ?? told.descriptions[0])?.value
  const published_at = told.published ? parseInstant(told.published) : null
  const affected = new Map<string, { vendor: string; product: string }>()
  for (const cpe of told.criteria) {
    const one = productOf(cpe)
    if (one) affected.set(`${one.vendor}\n${one.product}`, one)
    if (affected.size === MAX_AFFECTED) break
  }
  return {
    kind: 'description',
    vulnerability_id: told.vulnerability_id,
    ...(text && { description: cutText(text) }),
    ...(published_at !== null && { published_at }),
    state: told.rejected ? 'rejected' : 'published',
    ...(affected.size > 0 && { affected: [...affected.values()] }),
  }
}
