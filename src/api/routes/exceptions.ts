import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { UserError } from '../../errors.ts'
import { compute } from '../../insights/compute.ts'
import { type Instant, parseInstant } from '../../model/time.ts'
import { endOfDay, parseDay } from '../../store/days.ts'
import {
  addException,
  changeException,
  endException,
  type ExceptionTerms,
  leaveException,
  scopeOfFinding,
} from '../../store/exceptions/change.ts'
import { exceptionColumns, getException, listExceptions } from '../../store/queries/exceptions/list.ts'
import { listGroups } from '../../store/queries/overview/groups.ts'
import { findingListColumns, listFindings } from '../../store/queries/findings/list.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { answerPage, asksToChange, readMoment, readPage } from '../asked.ts'
import { named } from '../named.ts'
import {
  ChangedException,
  EndedException,
  ExceptionDetail,
  ExceptionSummary,
  list,
  Moment,
  NewException,
  Page,
  Problem,
} from '../shapes.ts'
import { answerAhead } from '../answers/exceptions-ahead.ts'
import { ExceptionsAhead } from '../shapes/exceptions-ahead.ts'
import { Findings } from './findings.ts'

const Exceptions = named('ExceptionList', list(ExceptionSummary))
const Id = z.object({ exception_id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) })
const Organisation = Moment.pick({ org: true }).strict()

/** Who acts, until there is sign-in. */
const ACTOR = 'api'

/** Throws UserError('bad_exception') where there is no vulnerability that could lack a patch. */
function checkNoPatch(justification: string | undefined, kind: string | null): void {
  if (justification === 'no_patch' && kind !== 'vulnerability')
    throw new UserError('bad_exception', 'no_patch is of one vulnerability: name it as the subject, or choose another justification')
}

/** What people accept, mitigate otherwise, plan or call false. */
export const exceptions =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const { store, catalog } = api

    /** The asset groups that have assets now. Throws UserError('bad_exception') when there are none. */
    const groupsNow = async (query: { org?: string | undefined }): Promise<string[]> => {
      const { scope, moment } = await readMoment(api, query)
      const groups = await listGroups(store.engine, scope, moment)
      if (groups.length === 0) throw new UserError('bad_exception', 'no asset is in a group: leave all_groups out for all assets')
      return groups.map(({ asset_group }) => asset_group)
    }

    /** A day, from its beginning or to its end, or an instant. Throws UserError('bad_instant'), UserError('day_out_of_range'). */
    const readWhen = async (org_id: number, text: string, end: boolean): Promise<Instant> => {
      const day = parseDay(text)
      if (day !== null) return endOfDay(store.engine, org_id, end ? day : day - 1)
      const at = text.includes(':') ? parseInstant(text) : null
      if (at === null) throw new UserError('bad_instant', `"${text}" is neither a day (2026-08-01) nor an instant (2026-08-01T12:00:00Z)`)
      return at
    }

    /** Takes the change into the scores and answers how the exception is now. */
    const answerNow = async (org_id: number, exception_id: number) => {
      await compute(store, catalog)
      const at = store.now()
      return getException(store.engine, { org_id, groups: null }, { at, day: 0 }, exception_id)
    }

    app.get(
      '/exceptions',
      {
        schema: {
          operationId: 'listExceptions',
          tags: ['exceptions'],
          summary: 'Exceptions: upcoming, active and ended',
          querystring: Page.strict(),
          response: answers(Exceptions),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerPage(asked, await listExceptions(asked.store.engine, asked.scope, asked.moment, readPage(query, exceptionColumns)))
      },
    )
    app.post(
      '/exceptions',
      {
        schema: {
          operationId: 'addException',
          tags: ['exceptions'],
          summary: 'Except findings: of a vulnerability or control, of assets or an asset group, or one finding',
          querystring: Organisation,
          body: NewException,
          response: { 201: ExceptionDetail, '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ query, body }, reply) => {
        const { org_id } = (await asksToChange(api, query)).org
        const { finding_id, asset_ids, asset_groups, all_groups, kind, subject, component, everything, justification, reason, author } =
          body
        if (asset_groups && all_groups) throw new UserError('bad_exception', 'all_groups are all that there are: leave asset_groups out')
        const narrowed = [asset_ids, asset_groups, all_groups, kind, subject, component].some((each) => each !== undefined)
        if (finding_id !== undefined && (narrowed || everything))
          throw new UserError('bad_exception', 'finding_id says it all: leave assets, group and subject out')
        if (finding_id === undefined && narrowed === Boolean(everything))
          throw new UserError(
            'bad_exception',
            everything
              ? 'everything is not narrowed: leave assets, group and subject out'
              : 'say what is excepted: a subject, assets, an asset group or a finding, or "everything": true',
          )
        const scope =
          finding_id !== undefined
            ? await scopeOfFinding(store.engine, org_id, finding_id)
            : {
                asset_ids: asset_ids ?? null,
                asset_groups: all_groups ? await groupsNow(query) : (asset_groups ?? null),
                kind: kind ?? null,
                subject: subject ?? null,
                component: component ?? null,
              }
        checkNoPatch(justification, scope.kind)
        const { exception_id } = await addException(
          store,
          org_id,
          {
            ...scope,
            justification,
            reason,
            author: author ?? ACTOR,
            starts_at: body.starts_at === undefined ? store.now() : await readWhen(org_id, body.starts_at, false),
            ends_at: body.ends_at == null ? null : await readWhen(org_id, body.ends_at, true),
          },
          ACTOR,
        )
        return reply.code(201).send(await answerNow(org_id, exception_id))
      },
    )
    app.get(
      '/exceptions/ahead',
      {
        schema: {
          operationId: 'getExceptionsAhead',
          tags: ['exceptions'],
          summary: 'What ends when, exceptions and support, and what each score will then do',
          querystring: Moment.omit({ known_at: true })
            .extend({ to: z.string().max(10).optional().describe('The last day; default: half a year ahead') })
            .strict(),
          response: answers(ExceptionsAhead),
        },
      },
      async ({ query: { to, ...query } }) => answerAhead(await readMoment(api, query), to),
    )
    app.get(
      '/exceptions/:exception_id',
      {
        schema: {
          operationId: 'getException',
          tags: ['exceptions'],
          summary: 'An exception and what people did to it',
          params: Id,
          querystring: Moment.strict(),
          response: answers(ExceptionDetail),
        },
      },
      async ({ params, query }) => {
        const { scope, moment, store: known } = await readMoment(api, query)
        return getException(known.engine, scope, moment, params.exception_id)
      },
    )
    app.get(
      '/exceptions/:exception_id/findings',
      {
        schema: {
          operationId: 'listExceptionFindings',
          tags: ['exceptions'],
          summary: 'The open findings that it covers',
          params: Id,
          querystring: Page.strict(),
          response: answers(Findings),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const page = readPage(query, findingListColumns)
        await getException(asked.store.engine, asked.scope, asked.moment, params.exception_id) // throws when it is not in the scope
        return answerPage(asked, await listFindings(asked.store.engine, asked.scope, asked.moment, page, null, params.exception_id))
      },
    )
    app.patch(
      '/exceptions/:exception_id',
      {
        schema: {
          operationId: 'changeException',
          tags: ['exceptions'],
          summary: 'Correct an exception, for all the time that it holds',
          params: Id,
          querystring: Organisation,
          body: ChangedException,
          response: answers(ExceptionDetail),
        },
      },
      async ({ params, query, body }) => {
        const { org_id } = (await asksToChange(api, query)).org
        const { justification, reason, author, starts_at, ends_at } = body
        const given: Partial<ExceptionTerms> = {
          ...(justification === undefined ? {} : { justification }),
          ...(reason === undefined ? {} : { reason }),
          ...(author === undefined ? {} : { author }),
          ...(starts_at === undefined ? {} : { starts_at: await readWhen(org_id, starts_at, false) }),
          ...(ends_at === undefined ? {} : { ends_at: ends_at === null ? null : await readWhen(org_id, ends_at, true) }),
        }
        if (justification === 'no_patch') {
          const { scope, moment, store: known } = await readMoment(api, query)
          checkNoPatch(justification, (await getException(known.engine, scope, moment, params.exception_id)).kind)
        }
        if (Object.keys(given).length === 0) throw new UserError('bad_exception', 'there is nothing to correct: name at least one field')
        await changeException(store, org_id, params.exception_id, given, ACTOR)
        return answerNow(org_id, params.exception_id)
      },
    )
    app.post(
      '/exceptions/:exception_id/end',
      {
        schema: {
          operationId: 'endException',
          tags: ['exceptions'],
          summary: 'End an exception, as a whole or for some of its asset groups',
          params: Id,
          querystring: Organisation,
          body: EndedException.nullish(),
          response: answers(ExceptionDetail),
        },
      },
      async ({ params, query, body }) => {
        const { org_id } = (await asksToChange(api, query)).org
        const ends_at = body?.ends_at === undefined ? store.now() : await readWhen(org_id, body.ends_at, true)
        if (body?.asset_groups) await leaveException(store, org_id, params.exception_id, body.asset_groups, ends_at, ACTOR)
        else await endException(store, org_id, params.exception_id, ends_at, ACTOR)
        return answerNow(org_id, params.exception_id)
      },
    )
  }
