import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { enterBenchmarks, removeBenchmark, setSharing } from '../../insights/benchmarks.ts'
import { readBenchmarkFile } from '../../insights/benchmark-file.ts'
import { findOrg } from '../../store/orgs.ts'
import { answerBenchmarks } from '../answers/benchmarks.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { readMoment, readRange } from '../asked.ts'
import { named } from '../named.ts'
import { Moment, Problem, Range } from '../shapes.ts'
import { Benchmarks, NewBenchmark } from '../shapes/benchmarks.ts'

const All = named('Benchmarks', Benchmarks)
const New = named('NewBenchmark', NewBenchmark)
const Entered = named(
  'BenchmarksEntered',
  z.object({ values: z.number(), import_no: z.number().nullable().describe('Null: they were all there') }),
)
const Whose = z.strictObject({ org: z.string().max(100).optional().describe('Slug of the organisation') })

/** Who enters values, until there is sign-in. */
const ACTOR = 'api'

/** What the secure score is compared with: facts with source, date and sample size. */
export const benchmarks =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const whose = async (slug: string | undefined): Promise<number> => {
      const org = await findOrg(api.store.engine, slug)
      if (!org) throw new UserError('unknown_organisation', 'there is no organisation yet: the first import opens one', { status: 404 })
      return org.org_id
    }
    app.get(
      '/benchmarks',
      {
        schema: {
          operationId: 'listBenchmarks',
          tags: ['scores'],
          summary: 'Comparison values of the secure score over time; what is missing is missing',
          querystring: Moment.extend(Range.shape).strict(),
          response: answers(All),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerBenchmarks(asked, readRange(query, asked.moment))
      },
    )
    app.post(
      '/benchmarks',
      {
        schema: {
          operationId: 'enterBenchmarks',
          tags: ['scores'],
          summary: 'Enter comparison values; each takes the place of the one of its source, basis, category and day',
          querystring: Whose,
          body: z.strictObject({ values: z.array(New).min(1).max(1000), reason: z.string().max(2000).optional() }),
          response: answers(Entered),
        },
      },
      async ({ query, body }) => {
        const { import_no } = await enterBenchmarks(api.store, await whose(query.org), body.values, { actor: ACTOR, reason: body.reason })
        return { values: body.values.length, import_no }
      },
    )
    app.post(
      '/benchmarks/file',
      {
        schema: {
          operationId: 'importBenchmarks',
          tags: ['scores'],
          summary: 'Enter the comparison values of a CSV or JSON file, all or none',
          querystring: Whose,
          body: z.strictObject({ content: z.string().max(900_000).describe('The text of the file'), name: z.string().max(300).optional() }),
          response: answers(Entered),
        },
      },
      async ({ query, body }) => {
        const values = readBenchmarkFile(body.content)
        const reason = body.name === undefined ? undefined : `file ${body.name}`
        const { import_no } = await enterBenchmarks(api.store, await whose(query.org), values, { actor: ACTOR, reason })
        return { values: values.length, import_no }
      },
    )
    app.delete(
      '/benchmarks/:id',
      {
        schema: {
          operationId: 'removeBenchmark',
          tags: ['scores'],
          summary: 'Take an entered comparison value away; its history stays',
          params: z.object({ id: z.string().max(900) }),
          querystring: Whose,
          response: { 204: z.undefined().describe('Taken away'), '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ params, query }, reply) => {
        await removeBenchmark(api.store, await whose(query.org), params.id, { actor: ACTOR })
        return reply.code(204).send()
      },
    )
    app.put(
      '/benchmarks/sharing',
      {
        schema: {
          operationId: 'shareBenchmark',
          tags: ['scores'],
          summary: 'Take part in the comparison between the organisations of this installation, or no longer',
          querystring: Whose,
          body: z.strictObject({ shares: z.boolean() }),
          response: { 204: z.undefined().describe('Set'), '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ query, body }, reply) => {
        const org_id = await whose(query.org)
        await setSharing(api.store, org_id, body.shares, { actor: ACTOR })
        return reply.code(204).send()
      },
    )
  }
