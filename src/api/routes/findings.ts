import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import { answerCohort } from '../answers/makeup.ts'
import { answerPage, readMoment, readPage, readRange } from '../asked.ts'
import { dayText } from '../../store/days.ts'
import { findingListColumns, listFindings } from '../../store/queries/findings/list.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { Finding, list, Moment, Page, Range } from '../shapes.ts'
import { Cohort } from '../shapes/risk-feed.ts'

/** How old a cohort is when no day is asked for. */
const COHORT_DAYS = 90

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
    app.get(
      '/findings/cohort',
      {
        schema: {
          operationId: 'getFindingCohort',
          tags: ['findings'],
          summary: 'What became of the findings that were open on a day',
          querystring: Moment.extend({ from: Range.shape.from.describe('The day; default 90 days before the moment') }).strict(),
          response: answers(Cohort),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        const from = readRange({ from: query.from ?? dayText(asked.moment.day - COHORT_DAYS) }, asked.moment).from
        return answerCohort(asked, from)
      },
    )
  }
