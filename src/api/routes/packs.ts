import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { UserError } from '../../errors.ts'
import { readPackArchive } from '../../ingest/pack-files.ts'
import { compute } from '../../insights/compute.ts'
import { problemText } from '../../insights/draft.ts'
import { activatePack, activePacks, deactivatePack, ownAsPack, type Pack, previewPack, readPack } from '../../insights/packs.ts'
import { formatInstant, NEVER } from '../../model/time.ts'
import { tarOf } from '../../store/archive.ts'
import { definitionLog } from '../../store/definitions/read.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { type Asked, answerAll, readMoment } from '../asked.ts'
import { Moment, Problem } from '../shapes.ts'
import { PackPreview, Packs, Versions, Why } from '../shapes/programme.ts'
import { allVersions } from '../answers/programme.ts'
import { keepUpload } from '../uploads.ts'
import { byOf, readPresent } from './programme.ts'

const Organisation = Moment.pick({ org: true }).strict()
const Id = z.object({ id: z.string().max(200) })

/** A pack is text: more bytes than this are something else. */
const MOST_UPLOAD = 5_000_000

const compress = promisify(gzip)

/** Content packs: folders of metrics and initiatives with a version, looked at before they are made active. */
export const packs =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const { store, catalog } = api
    // The body is the archive itself, whatever it is called.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

    const readBody = async ({ today }: Asked, body: unknown): Promise<ReturnType<typeof readPack>> => {
      const upload = await keepUpload(store.data, body instanceof Readable ? body : Readable.from([]), MOST_UPLOAD)
      try {
        return readPack(today, await readPackArchive(upload.path))
      } finally {
        await rm(upload.path, { force: true })
      }
    }
    const listActive = async (asked: Asked) => {
      const log = await definitionLog(asked.store.engine, asked.scope.org_id, 'pack')
      const active = await activePacks(asked.store.engine, asked.scope.org_id)
      return active.map((pack) => {
        const version = log.find((each) => each.id === pack.id && each.valid_to === NEVER)!
        return { ...pack, since: formatInstant(version.valid_from), actor: version.actor, reason: version.reason }
      })
    }
    const plain = (pack: Pack) => ({ ...pack, metrics: [...pack.metrics.keys()], initiatives: [...pack.initiatives.keys()] })

    app.get(
      '/packs',
      {
        schema: {
          operationId: 'listPacks',
          tags: ['packs'],
          summary: 'Content packs that are active',
          querystring: Organisation,
          response: answers(Packs),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, { org: query.org })
        return answerAll(asked, await listActive(asked))
      },
    )
    app.get(
      '/packs/log',
      {
        schema: {
          operationId: 'listPackVersions',
          tags: ['packs'],
          summary: 'Every version of a content pack that was ever active',
          querystring: Organisation,
          response: answers(Versions),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, { org: query.org })
        return answerAll(
          asked,
          (await allVersions(asked)).filter(({ kind }) => kind === 'pack'),
        )
      },
    )
    app.post(
      '/packs/preview',
      {
        schema: {
          operationId: 'previewPack',
          tags: ['packs'],
          summary: 'Which scores a content pack would move, by how much and why; nothing is saved. The body is a zip, tar or tar.gz',
          consumes: ['application/octet-stream'],
          querystring: Organisation,
          body: z.unknown().describe('The bytes of the archive'),
          response: answers(PackPreview),
        },
      },
      async ({ query, body }) => {
        const asked = await readPresent(api, query)
        const { pack, problems } = await readBody(asked, body)
        if (!pack) return { pack: null, former: null, problems, moves: [] }
        const former = (await activePacks(store.engine, asked.scope.org_id)).find(({ id }) => id === pack.id)?.version ?? null
        const moves = await previewPack(store.engine, asked.scope, asked.today, pack, asked.moment.day)
        return { pack: plain(pack), former, problems: [], moves }
      },
    )
    app.post(
      '/packs',
      {
        schema: {
          operationId: 'activatePack',
          tags: ['packs'],
          summary: 'Make a content pack active, or its new version, as one act. The body is a zip, tar or tar.gz',
          consumes: ['application/octet-stream'],
          querystring: Why,
          body: z.unknown().describe('The bytes of the archive'),
          response: { 200: Packs, '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ query, body }) => {
        const asked = await readPresent(api, query)
        const { pack, problems } = await readBody(asked, body)
        if (!pack)
          throw new UserError(
            'pack_invalid',
            `the pack cannot be read, nothing was changed: ${problems.map((each) => `${each.file}: ${problemText([each])}`).join('; ')}`,
          )
        await activatePack(store, asked.scope.org_id, asked.today, pack, byOf(query))
        await compute(store, catalog)
        return answerAll(asked, await listActive(asked))
      },
    )
    app.get(
      '/packs/:id/preview-end',
      {
        schema: {
          operationId: 'previewPackEnd',
          tags: ['packs'],
          summary: 'Which scores would move without a content pack that is active',
          params: Id,
          querystring: Organisation,
          response: answers(PackPreview),
        },
      },
      async ({ params, query }) => {
        const asked = await readPresent(api, query)
        const moves = await previewPack(store.engine, asked.scope, asked.today, { id: params.id }, asked.moment.day)
        return { pack: null, former: null, problems: [], moves }
      },
    )
    app.delete(
      '/packs/:id',
      {
        schema: {
          operationId: 'deactivatePack',
          tags: ['packs'],
          summary: 'End a content pack with all that it brought; the past keeps it',
          params: Id,
          querystring: Why,
          response: answers(Packs),
        },
      },
      async ({ params, query }) => {
        const asked = await readPresent(api, query)
        await deactivatePack(store, asked.scope.org_id, params.id, byOf(query))
        await compute(store, catalog)
        return answerAll(asked, await listActive(asked))
      },
    )
    app.get(
      '/packs/own.tar.gz',
      {
        schema: {
          operationId: 'exportOwn',
          tags: ['packs'],
          summary: "The organisation's own metrics and initiatives as a content pack",
          querystring: Organisation,
          produces: ['application/gzip'],
          response: { 200: z.unknown().describe('A tar.gz archive'), '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ query }, reply) => {
        const asked = await readPresent(api, query)
        const files = await ownAsPack(store.engine, asked.scope.org_id, asked.org!.slug)
        reply.header('content-disposition', 'attachment; filename="own-metrics.tar.gz"')
        return reply.type('application/gzip').send(await compress(tarOf(files, Math.floor(store.now() / 1_000_000))))
      },
    )
  }
