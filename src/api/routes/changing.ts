import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { compute } from '../../insights/compute.ts'
import type { Author } from '../../store/definitions/change.ts'
import { findOrg } from '../../store/orgs.ts'
import type { Api } from '../api.ts'

/** Which organisation a change is about. */
export const OrgQuery = z.object({ org: z.string().max(100).optional().describe('Slug of the organisation') })

/** Why something is changed. */
export const Reason = z.string().max(1000).optional().describe('Why, for whoever looks at it next year')

/** Who says so, until there is sign-in. */
const ACTOR = 'api'

/** Changes something of an organisation and works out what follows. Throws UserError('no_organisation') and what `change` throws. */
export async function changing<T extends { import_no: number | null }>(
  api: Api,
  slug: string | undefined,
  reason: string | undefined,
  change: (org_id: number, by: Author) => Promise<T>,
): Promise<T> {
  const org = await findOrg(api.store.engine, slug)
  if (!org) throw new UserError('unknown_organisation', 'there is no organisation yet: import a report', { status: 404 })
  const changed = await change(org.org_id, { actor: ACTOR, ...(reason ? { reason } : {}) })
  if (changed.import_no !== null) await compute(api.store, api.catalog)
  return changed
}
