import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import { answerVulnerability } from '../answers/vulnerability.ts'
import { answerPage, readMoment, readPage } from '../asked.ts'
import { affectedColumns, listVulnerableAssets } from '../../store/queries/assets/affected.ts'
import { knownId } from '../../store/queries/vulnerabilities/get.ts'
import { countVulnerabilities, listVulnerabilities, vulnerabilityColumns } from '../../store/queries/vulnerabilities/list.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { Moment, Page, VulnerabilityDetail, VulnerabilitySummary, list } from '../shapes.ts'
import { VulnerabilityCounters } from '../shapes/vulnerability-counters.ts'
import { AffectedAssets } from './metrics.ts'

const Vulnerabilities = named('VulnerabilityList', list(VulnerabilitySummary))
const Counters = named('VulnerabilityCounters', VulnerabilityCounters)
const Id = z.object({ vulnerability_id: z.string().max(200) })

/** Known weaknesses that some asset has. */
export const vulnerabilities =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/vulnerabilities',
      {
        schema: {
          operationId: 'listVulnerabilities',
          tags: ['vulnerabilities'],
          summary: 'Vulnerabilities that are open on some asset',
          querystring: Page.strict(),
          response: answers(Vulnerabilities),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerPage(
          asked,
          await listVulnerabilities(asked.store.engine, asked.scope, asked.moment, readPage(query, vulnerabilityColumns)),
        )
      },
    )
    app.get(
      '/vulnerabilities/counters',
      {
        schema: {
          operationId: 'countVulnerabilities',
          tags: ['vulnerabilities'],
          summary: 'Open vulnerabilities by kind: exploitable, critical, known exploited, without a fix',
          querystring: Moment.strict(),
          response: answers(Counters),
        },
      },
      async ({ query }) => {
        const { store, scope, moment } = await readMoment(api, query)
        return countVulnerabilities(store.engine, scope, moment)
      },
    )
    app.get(
      '/vulnerabilities/:vulnerability_id',
      {
        schema: {
          operationId: 'getVulnerability',
          tags: ['vulnerabilities'],
          summary: 'A vulnerability, by its id or by another name that tools know it by: what the world knows of it, and where we have it',
          params: Id,
          querystring: Moment.strict(),
          response: answers(VulnerabilityDetail),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const { store, scope, moment } = asked
        return answerVulnerability(asked, await knownId(store.engine, scope, moment, params.vulnerability_id))
      },
    )
    app.get(
      '/vulnerabilities/:vulnerability_id/assets',
      {
        schema: {
          operationId: 'listVulnerabilityAssets',
          tags: ['vulnerabilities'],
          summary: 'The assets that have it; the reason names the components',
          params: Id,
          querystring: Page.strict(),
          response: answers(AffectedAssets),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        return answerPage(
          asked,
          await listVulnerableAssets(
            asked.store.engine,
            asked.scope,
            asked.moment,
            await knownId(asked.store.engine, asked.scope, asked.moment, params.vulnerability_id),
            readPage(query, affectedColumns),
          ),
        )
      },
    )
  }
