import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import { answerPage, readMoment, readPage } from '../asked.ts'
import { findingListColumns, listFindings } from '../../store/queries/findings/list.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { Finding, Page, list } from '../shapes.ts'

/** A page of findings. */
export const Findings = named('FindingList', list(Finding))

/** Open findings: an asset has a vulnerability, or misses a control. */
export const findings =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/findings',
      {
        schema: {
          operationId: 'listFindings',
          tags: ['findings'],
          summary: 'Open findings',
          querystring: Page.strict(),
          response: answers(Findings),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerPage(asked, await listFindings(asked.store.engine, asked.scope, asked.moment, readPage(query, findingListColumns)))
      },
    )
  }
