import { UserError } from '../errors.ts'
import { draw } from './counter.ts'
import { checkZone, writeDays } from './days.ts'
import type { Engine } from './engines/engine.ts'
import { deleteRemovedInputs } from './inputs.ts'
import { removeAllOf } from './retention.ts'
import type { Store } from './store.ts'

export interface Org {
  org_id: number
  slug: string
  name: string
  zone: string
  demo: boolean
  tenants: string[]
}

/** The organisations, in the order in which they were added. */
export async function listOrgs(engine: Engine): Promise<Org[]> {
  const rows = await engine.query<Omit<Org, 'tenants'> & { tenant_id: string | null }>(
    'select o.org_id, o.slug, o.name, o.zone, o.demo, t.tenant_id from org o left join org_tenant t on t.org_id = o.org_id order by o.org_id, t.tenant_id',
  )
  const orgs = new Map<number, Org>()
  for (const { tenant_id, ...row } of rows) {
    const org = orgs.get(row.org_id) ?? { ...row, tenants: [] }
    orgs.set(row.org_id, org)
    if (tenant_id !== null) org.tenants.push(tenant_id)
  }
  return [...orgs.values()]
}

/** One organisation by slug; without a slug the first that is not the demo, else the demo; null when there is none at all. Throws UserError('unknown_organisation'). */
export async function findOrg(engine: Engine, slug?: string): Promise<Org | null> {
  const orgs = await listOrgs(engine)
  if (slug === undefined) return orgs.find((org) => !org.demo) ?? orgs[0] ?? null
  const org = orgs.find((candidate) => candidate.slug === slug)
  if (!org)
    throw new UserError(
      'unknown_organisation',
      orgs.length
        ? `there is no organisation "${slug}"; there are: ${orgs.map((each) => each.slug).join(', ')}. Add one with plimsoll org add <name>`
        : `there is no organisation "${slug}" yet: add one with plimsoll org add <name>, or leave it out: the first import opens one`,
      { status: 404 },
    )
  return org
}

/**
 * Adds an organisation. Its slug is made from its name. Throws UserError('organisation_exists'), UserError('bad_name'),
 * UserError('unknown_zone'), UserError('tenant_taken').
 */
export async function addOrg(
  store: Store,
  options: { name: string; zone?: string; demo?: boolean; tenants?: readonly string[] },
): Promise<Org> {
  return store.engine.transaction((transaction) => addOrgIn(transaction, { ...options, now: store.now() }))
}

/** As addOrg, inside a transaction. */
export async function addOrgIn(
  transaction: Engine,
  options: { name: string; zone?: string; demo?: boolean; tenants?: readonly string[]; now: number },
): Promise<Org> {
  const { name, demo = false, tenants = [], now } = options
  const zone = options.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC'
  const slug = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)
  if (!slug || name.length > 200)
    throw new UserError('bad_name', 'the name of an organisation needs 1 to 200 characters, at least one of them a letter or digit')
  checkZone(zone)
  const taken = await transaction.query('select 1 as taken from org where slug = $slug', { slug })
  if (taken.length) throw new UserError('organisation_exists', `there is already an organisation "${slug}"`, { status: 409 })
  const org_id = await draw(transaction, 'org_id')
  await transaction.query('insert into org values ($org_id, $slug, $name, $zone, $demo, $now)', { org_id, slug, name, zone, demo, now })
  await writeDays(transaction, org_id, zone)
  for (const tenant of tenants) await addTenant(transaction, org_id, tenant)
  return { org_id, slug, name, zone, demo, tenants: [...tenants] }
}

/** From now on reports that name this tenant go to this organisation. Throws UserError('tenant_taken') when another one has it. */
export async function addTenant(transaction: Engine, org_id: number, tenant: string): Promise<void> {
  const tenant_id = tenant.toLowerCase()
  const [held] = await transaction.query<{ org_id: number }>('select org_id from org_tenant where tenant_id = $tenant_id', { tenant_id })
  if (held && held.org_id !== org_id)
    throw new UserError('tenant_taken', `tenant ${tenant_id} belongs to another organisation`, { status: 409 })
  if (!held) await transaction.query('insert into org_tenant values ($tenant_id, $org_id)', { tenant_id, org_id })
}

/**
 * Removes a whole organisation, all that is known about it and the raw inputs that only it has. The rows of its imports stay as the log,
 * and the removal is the last of them. Throws UserError('unknown_organisation').
 */
export async function removeOrg(store: Store, slug: string, actor: string): Promise<void> {
  const org = (await findOrg(store.engine, slug))!
  await store.engine.transaction((transaction) => removeAllOf(store, transaction, org, actor))
  await deleteRemovedInputs(store.engine, store.data)
}
