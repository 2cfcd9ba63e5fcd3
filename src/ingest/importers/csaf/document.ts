import { z } from 'zod'
import { WholeText as Text } from '../../readers/lenient.ts'
import { statementJustifications } from '../../../model/statement.ts'

const Ids = z.array(z.string()).nullish().catch(null)

/** `document`. Only what we use, and no stricter than we need: https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html section 3.2.1 */
export const Head = z.object({
  csaf_version: Text,
  publisher: z.object({ name: Text, category: Text }).nullish().catch(null),
  tracking: z.object({ id: Text, version: Text, status: Text, current_release_date: Text }).nullish().catch(null),
})
export type Head = z.infer<typeof Head>

export const Product = z.object({
  product_id: z.string(),
  name: Text,
  product_identification_helper: z
    .object({ purl: Text, purls: z.array(z.string()).nullish().catch(null) })
    .nullish()
    .catch(null),
})
export type Product = z.infer<typeof Product>

/** A branch of the product tree: holds branches, or a product. Checked level by level, so that no depth is built twice. */
export const Branch = z.object({ branches: z.array(z.unknown()).nullish().catch(null), product: Product.nullish().catch(null) })

export const Group = z.object({ group_id: z.string(), product_ids: Ids })

export const Relationship = z.object({
  product_reference: z.string(),
  relates_to_product_reference: z.string(),
  full_product_name: Product,
})
export type Relationship = z.infer<typeof Relationship>

const About = { product_ids: Ids, group_ids: Ids }

export const Vulnerability = z.object({
  cve: Text,
  ids: z
    .array(z.object({ system_name: Text, text: Text }))
    .nullish()
    .catch(null),
  title: Text,
  product_status: z
    .object({
      known_affected: Ids,
      first_affected: Ids,
      last_affected: Ids,
      known_not_affected: Ids,
      fixed: Ids,
      first_fixed: Ids,
      under_investigation: Ids,
    })
    .nullish(),
  flags: z
    .array(z.object({ label: z.enum(statementJustifications).exclude(['depends']).nullish().catch(null), ...About }))
    .nullish()
    .catch(null),
  threats: z
    .array(z.object({ category: Text, details: Text, ...About }))
    .nullish()
    .catch(null),
  remediations: z
    .array(z.object({ category: Text, details: Text, ...About }))
    .nullish()
    .catch(null),
})
export type Vulnerability = z.infer<typeof Vulnerability>
