import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { compute } from '../../insights/compute.ts'
import { ActionStateBody, readBody } from '../../insights/secure/bodies.ts'
import { setActionStates } from '../../insights/secure/set.ts'
import { dayOf } from '../../store/days.ts'
import { readDefinition } from '../../store/definitions/read.ts'
import { presentInstant } from '../../store/kept.ts'
import { findOrg, listOrgs, type Org } from '../../store/orgs.ts'
import type { Api } from '../api.ts'
import { getControlProfile, listControlProfiles } from '../graph/control-profiles.ts'
import { stateOfGraph } from '../graph/control-states.ts'
import { readCollectionQuery, selected } from '../graph/odata-query.ts'
import { answerGraphError, graphNotFound } from '../graph/problems.ts'
import { getSecureScore, listSecureScores, type CollectionPage } from '../graph/secure-scores.ts'
import { controlProfileShape, secureScoreShape } from '../graph/shapes.ts'

/** Who changes states through this API, until there is sign-in. */
const ACTOR = 'graph api'

/** Body of a change of state. https://learn.microsoft.com/graph/api/securescorecontrolprofile-update */
const StateChange = z.object({
  assignedTo: z.string().max(300).nullish(),
  comment: z.string().max(20_000).nullish(),
  state: z.string().max(100).nullish(),
  vendorInformation: z.object({ vendor: z.string().min(1), provider: z.string().min(1) }),
})

interface Params {
  tenant?: string
  id?: string
}

/**
 * The secure score in the shape of Microsoft Graph, for clients that know it: docs/graph-api.md. Below `/graph`, with or without the directory of
 * the organisation before the version.
 */
export const graph =
  (api: Api): FastifyPluginAsync =>
  async (app) => {
    app.setErrorHandler(answerGraphError)
    app.setNotFoundHandler(graphNotFound)

    /** Whose score is asked for, and its day of now. Throws UserError('unknown_organisation'). */
    const asked = async (request: FastifyRequest): Promise<{ org: Org; now: { at: number; day: number } }> => {
      const { tenant } = request.params as Params
      const header = request.headers['x-plimsoll-org']
      const { org: given } = request.query as { org?: unknown }
      const said = tenant ?? (typeof given === 'string' ? given : typeof header === 'string' ? header : undefined)
      const org = await orgOf(api, said)
      const at = await presentInstant(api.store.engine, api.store.now())
      const day = await dayOf(api.store.engine, org.org_id, at)
      return { org, now: { at, day } }
    }

    const routes = (prefix: string) => {
      const scores = `${prefix}/v1.0/security/secureScores`
      const profiles = `${prefix}/v1.0/security/secureScoreControlProfiles`
      const hidden = { schema: { hide: true } } as const

      app.get(scores, hidden, async (request, reply) => {
        const query = readCollectionQuery(request.query as Record<string, unknown>, secureScoreShape)
        const { org, now } = await asked(request)
        return answerPage(request, reply, 'secureScores', query, await listSecureScores(api.store.engine, org, now.day, query))
      })
      app.get(`${scores}/$count`, hidden, async (request, reply) => {
        const query = readCollectionQuery(request.query as Record<string, unknown>, secureScoreShape)
        const { org, now } = await asked(request)
        const { total } = await listSecureScores(api.store.engine, org, now.day, { ...query, top: 1 })
        return reply.type('text/plain').send(String(total))
      })
      app.get(`${scores}/:id`, hidden, async (request, reply) => {
        const { org, now } = await asked(request)
        const id = (request.params as Params).id!
        const found = await getSecureScore(api.store.engine, org, now.day, id)
        if (!found) throw unknown('secureScore', id)
        return answerOne(request, reply, 'secureScores', found)
      })
      app.get(profiles, hidden, async (request, reply) => {
        const query = readCollectionQuery(request.query as Record<string, unknown>, controlProfileShape)
        const { org, now } = await asked(request)
        return answerPage(request, reply, 'secureScoreControlProfiles', query, await listControlProfiles(api.store.engine, org, now, query))
      })
      app.get(`${profiles}/$count`, hidden, async (request, reply) => {
        const query = readCollectionQuery(request.query as Record<string, unknown>, controlProfileShape)
        const { org, now } = await asked(request)
        return reply.type('text/plain').send(String((await listControlProfiles(api.store.engine, org, now, query)).total))
      })
      app.get(`${profiles}/:id`, hidden, async (request, reply) => {
        const { org, now } = await asked(request)
        return answerOne(request, reply, 'secureScoreControlProfiles', (await findProfile(api, org, now, request)).profile)
      })
      app.patch(`${profiles}/:id`, hidden, async (request, reply) => {
        const { org, now } = await asked(request)
        await changeState(api, org, now, request)
        const prefer = String(request.headers['prefer'] ?? '')
        if (!/(?:^|[,;\s])return=representation\b/i.test(prefer)) return reply.code(204).send()
        reply.header('preference-applied', 'return=representation')
        return answerOne(request, reply, 'secureScoreControlProfiles', (await findProfile(api, org, now, request)).profile)
      })
    }
    routes('')
    routes('/:tenant')
    app.all('/*', { schema: { hide: true } }, graphNotFound)
  }

/** An organisation by its tenant, its short name or neither. */
async function orgOf(api: Api, said: string | undefined): Promise<Org> {
  const wanted = said?.toLowerCase()
  const byTenant = wanted === undefined ? undefined : (await listOrgs(api.store.engine)).find(({ tenants }) => tenants.includes(wanted))
  const org = byTenant ?? (await findOrg(api.store.engine, wanted))
  if (!org) throw new UserError('unknown_organisation', 'there is no organisation yet: the first import opens one', { status: 404 })
  return org
}

type Now = Parameters<typeof getControlProfile>[2]

const unknown = (what: string, id: string): UserError =>
  new UserError('unknown_resource', `there is no ${what} "${id.slice(0, 200)}"`, { status: 404 })

async function findProfile(api: Api, org: Org, now: Now, request: FastifyRequest) {
  const id = (request.params as Params).id!
  const found = await getControlProfile(api.store.engine, org, now, id)
  if (!found) throw unknown('secureScoreControlProfile', id)
  return found
}

/** Sets the state of an action as a PATCH says; what it leaves out stays. Throws UserError('bad_control_state'). */
async function changeState(api: Api, org: Org, now: Now, request: FastifyRequest): Promise<void> {
  const { action_id } = await findProfile(api, org, now, request)
  const body = StateChange.safeParse(request.body)
  if (!body.success)
    throw new UserError(
      'bad_control_state',
      `expected {assignedTo, comment, state, vendorInformation: {vendor, provider}}: ${body.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`,
    )
  const { state, comment, assignedTo } = body.data
  const wanted = state === undefined || state === null ? null : stateOfGraph(state)
  if (state !== undefined && state !== null && wanted === null)
    throw new UserError('bad_control_state', `state "${state}" is none of Default, Ignored, ThirdParty, Reviewed`)
  const held = await readDefinition(api.store.engine, org.org_id, 'action_state', action_id)
  const before = (held && readBody(ActionStateBody, held.body))?.state ?? 'to_address'
  await setActionStates(api.store, org.org_id, [{ action_id, state: wanted ?? before, note: comment, assigned_to: assignedTo }], {
    actor: ACTOR,
  })
  await compute(api.store, api.catalog)
}

/** The first value of a header that proxies add to. */
const forwarded = (request: FastifyRequest, name: string): string | undefined =>
  String(request.headers[name] ?? '')
    .split(',')[0]!
    .trim() || undefined

/**
 * Where this request came in, as a client wrote it: links lead back there. What a proxy in front says of scheme and host is believed, since only the links
 * in the answer to this same request follow from it.
 */
function addressOf(request: FastifyRequest): URL {
  const scheme = forwarded(request, 'x-forwarded-proto') === 'https' ? 'https' : request.protocol
  const host = forwarded(request, 'x-forwarded-host') ?? request.host
  const address = `${scheme}://${host}`
  return new URL(request.url, URL.canParse(address) ? address : `${request.protocol}://${request.host}`)
}

const contextOf = (request: FastifyRequest, resource: string, whole: boolean): string => {
  const { origin, pathname } = addressOf(request)
  return `${origin}${pathname.slice(0, pathname.indexOf('/v1.0/') + 6)}$metadata#security/${resource}${whole ? '' : '/$entity'}`
}

const send = (reply: FastifyReply, request: FastifyRequest, body: unknown) =>
  reply
    .header('request-id', request.id)
    .header('odata-version', '4.0')
    .type('application/json; odata.metadata=minimal; charset=utf-8')
    .send(JSON.stringify(body))

const answerOne = (request: FastifyRequest, reply: FastifyReply, resource: string, item: object) =>
  send(reply, request, { '@odata.context': contextOf(request, resource, false), ...item })

function answerPage(
  request: FastifyRequest,
  reply: FastifyReply,
  resource: string,
  query: ReturnType<typeof readCollectionQuery>,
  { items, total, next }: CollectionPage<object>,
) {
  const address = addressOf(request)
  if (next !== null) address.searchParams.set('$skip', String(next))
  return send(reply, request, {
    '@odata.context': contextOf(request, resource, true),
    ...(query.count && { '@odata.count': total }),
    ...(next !== null && { '@odata.nextLink': address.href }),
    value: items.map((item) => selected(item as Record<string, unknown>, query.select)),
  })
}
