import { PassThrough } from 'node:stream'
import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { listRereadable, reread } from '../../ingest/reread.ts'
import { compute } from '../../insights/compute.ts'
import { recomputePublished } from '../../insights/verify-published.ts'
import { writeBackup } from '../../store/backup.ts'
import { newestStep } from '../../store/schema.ts'
import { verify } from '../../store/verify.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { Installation, Problem, Reread, Verification } from '../shapes.ts'

const Which = z.strictObject({ inputs: z.enum(['sample', 'all']).default('sample').describe('Kept raw inputs to unpack and compare') })

/** Published numbers that a verification computes again. */
const SAMPLE = 20

/** Who reads again, until there is sign-in. */
const ACTOR = 'api'

/** For whoever looks after the installation. */
export const operations =
  ({ store, catalog, version }: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/installation',
      {
        schema: {
          operationId: 'getInstallation',
          tags: ['operations'],
          summary: 'Which database, and how much of the machine it may take',
          response: answers(Installation),
        },
      },
      async () => ({ version, database: store.engine.name, schema_step: newestStep(), ...store.engine.sizes }),
    )
    app.get(
      '/verify',
      {
        schema: {
          operationId: 'verify',
          tags: ['operations'],
          summary:
            'Check that the past is as it was learned: imports, facts and kept inputs against their digests, published numbers by computing them again',
          querystring: Which,
          response: answers(Verification),
        },
      },
      async ({ query }) => {
        const found = await verify(store, { allInputs: query.inputs === 'all' })
        const { checked, skipped, broken } = await recomputePublished(store, catalog, SAMPLE)
        return {
          ...found,
          published: {
            checked,
            skipped,
            broken: broken.map(({ published: { org_id: _org, ...published }, ...again }) => ({ ...published, again })),
          },
        }
      },
    )
    app.post(
      '/reread',
      {
        schema: {
          operationId: 'reread',
          tags: ['operations'],
          summary: 'Read kept inputs again where the importer has a newer version: the old import is undone, the new one is new knowledge',
          querystring: z.strictObject({ dry_run: z.enum(['true', 'false']).default('false').describe('true: only list them') }),
          response: answers(Reread),
        },
      },
      async ({ query }) => {
        const items: z.infer<typeof Reread>['items'] = []
        for (const item of await listRereadable(store.engine)) {
          const again = query.dry_run === 'true' ? null : await reread(store, item.import_no, ACTOR)
          items.push({ ...item, reread_as: again?.import_no ?? null })
        }
        await compute(store, catalog)
        return { items }
      },
    )
    app.get(
      '/backup',
      {
        compress: false,
        schema: {
          operationId: 'backup',
          tags: ['operations'],
          summary: 'Everything that cannot be made again, of one moment, as a tar archive; it is whole when it ends with manifest.json',
          response: { 200: { content: { 'application/x-tar': { schema: z.string() } } }, '4xx': Problem, '5xx': Problem },
        },
      },
      async (_request, reply) => {
        const body = new PassThrough({ highWaterMark: 1_048_576 })
        writeBackup(store, body).catch((error: unknown) => {
          // Whoever asked for it may go away: that is no fault of ours.
          if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') app.log.error(error)
          body.destroy(error as Error) // the reader then sees a download that broke off
        })
        return reply
          .type('application/x-tar')
          .header('content-disposition', 'attachment; filename="plimsoll-backup.tar"')
          .send(body as unknown as string)
      },
    )
  }
