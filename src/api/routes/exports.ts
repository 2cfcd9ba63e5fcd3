import { Readable } from 'node:stream'
import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { exportTables, tableCsv } from '../../store/queries/export/tables.ts'
import type { Api } from '../api.ts'
import { readMoment } from '../asked.ts'
import { Moment, Problem } from '../shapes.ts'

const Table = z.object({ table: z.enum(exportTables.map(({ table }) => table)) })

/** Every fact with its history, so that anyone can recompute every number. */
export const exports =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/export/history/:table',
      {
        schema: {
          operationId: 'exportHistory',
          tags: ['export'],
          summary: 'A table of the history as CSV (docs/history.md)',
          params: Table,
          querystring: Moment.pick({ org: true, as_of: true, known_at: true }).strict(),
          response: { 200: { content: { 'text/csv': { schema: z.string() } } }, '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ params, query }, reply) => {
        const { store, scope } = await readMoment(api, query)
        const body = Readable.from(tableCsv(store.engine, params.table, scope.org_id))
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="${params.table}.csv"`)
          .send(body as unknown as string)
      },
    )
  }
