import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answerExecutive, REPORT_DAYS } from '../answers/executive.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { readMoment, readRange } from '../asked.ts'
import { named } from '../named.ts'
import { dayText } from '../../store/days.ts'
import { executivePdf } from '../report/executive-pdf.ts'
import { Moment, Problem, Range } from '../shapes.ts'
import { ExecutiveReport } from '../shapes/reports.ts'

const Report = named('ExecutiveReport', ExecutiveReport)
const Query = Moment.extend(Range.shape).strict()

/** Reports to print. */
export const reports =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const numbers = async (query: z.infer<typeof Query>) => {
      const asked = await readMoment(api, query)
      const range = readRange({ from: dayText(asked.moment.day - REPORT_DAYS), ...query }, asked.moment)
      return answerExecutive(asked, range)
    }
    app.get(
      '/reports/executive',
      {
        schema: {
          operationId: 'getExecutiveReport',
          tags: ['scores'],
          summary: 'The numbers of the executive report; 90 days unless a range is given',
          querystring: Query,
          response: answers(Report),
        },
      },
      async ({ query }) => numbers(query),
    )
    app.get(
      '/reports/executive.pdf',
      {
        schema: {
          operationId: 'printExecutiveReport',
          tags: ['scores'],
          summary: 'The executive report as a PDF of one to three pages',
          querystring: Query,
          response: { 200: { content: { 'application/pdf': { schema: z.any() } } }, '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ query }, reply) => {
        const report = await numbers(query)
        const name = `plimsoll-${
          report.organisation
            .toLowerCase()
            .replace(/[^a-z0-9]+/g, '-')
            .replace(/^-|-$/g, '') || 'report'
        }-${report.to}.pdf`
        return reply
          .type('application/pdf')
          .header('content-disposition', `attachment; filename="${name}"`)
          .send(await executivePdf(report))
      },
    )
  }
