import { rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Readable } from 'node:stream'
import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { UserError } from '../../errors.ts'
import { importBundle } from '../../ingest/bundle.ts'
import type { ImportOptions } from '../../ingest/ingest.ts'
import { undoImport } from '../../ingest/undo.ts'
import { compute } from '../../insights/compute.ts'
import { findOrg } from '../../store/orgs.ts'
import { getImport, importColumns, importCoverage, listImports, listSkipped } from '../../store/queries/imports/list.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { answerPage, readMoment, readPage } from '../asked.ts'
import { closingSignal, sendEvents } from '../follow.ts'
import type { Work } from '../jobs.ts'
import { named } from '../named.ts'
import { ArchiveResult, Import, ImportDetail, ImportResult, list, Moment, Page, Problem, Progress, SkippedItem } from '../shapes.ts'
import { titleOf } from '../titles.ts'
import { keepUpload, MOST_UPLOAD } from '../uploads.ts'

const Imports = named('ImportList', list(Import))
const Imported = named('ImportAnswer', z.union([ImportResult, ArchiveResult]))
const Jobs = named('JobList', z.object({ items: z.array(Progress) }))
const Skipped = named('SkippedItemList', z.object({ items: z.array(SkippedItem) }))
const Id = z.object({ import_no: z.coerce.number().int().positive() })
const Job = z.object({ job: z.string().max(100) })
const Options = z.strictObject({
  name: z.string().min(1).max(300).default('upload').describe('File name, a hint only'),
  org: z.string().max(100).optional().describe('Slug of the organisation, where the report names no tenant'),
  format: z.string().max(100).optional().describe('Instead of finding out'),
  observed_at: z.string().max(40).optional().describe('When the tool looked, where the report does not say'),
  asset: z.string().max(500).optional().describe('The asset that the report is about, where it does not say'),
  source: z.string().max(100).optional().describe('Who says so, when two installations of one tool must not replace each other'),
  columns: z.string().max(10_000).optional().describe('JSON object, our field → column of the file'),
  scores: z
    .enum(['now', 'later'])
    .default('now')
    .describe('later: do not compute scores after this file; POST /scores/compute does when the last one is in'),
  wait: z.enum(['true', 'false']).default('true').describe('false: answer 202 at once; the progress is at /imports/jobs/{job}/progress'),
})

/** How many skipped items an import shows by itself. */
const SHOWN_SKIPPED = 200

/** Who imports, until there is sign-in. */
const ACTOR = 'api'

/** Acts of learning: reports, feeds, changes of people. */
export const imports =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const { store, jobs } = api
    const closing = closingSignal(app)
    // A file is taken as it comes, whatever it is called.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

    app.get(
      '/imports',
      {
        schema: {
          operationId: 'listImports',
          tags: ['imports'],
          summary: 'Imports of the organisation and of the world, newest first',
          querystring: Page.strict(),
          response: answers(Imports),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        const page = await listImports(store.engine, asked.scope, asked.moment.at, readPage(query, importColumns))
        return answerPage(asked, { ...page, items: page.items.map(withTitle) })
      },
    )
    app.post(
      '/imports',
      {
        schema: {
          operationId: 'importFile',
          tags: ['imports'],
          summary: 'Import a report, a feed, or a zip or tar archive of many: the body is the file itself',
          consumes: ['application/octet-stream'],
          querystring: Options,
          body: z.unknown().describe('The bytes of the file'),
          response: { 200: Imported, 202: Progress, '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ query, body, headers }, reply) => {
        if (headers['content-type']?.startsWith('multipart/')) {
          throw new UserError('unsupported_media_type', 'send the file itself as the body, not a form: curl --data-binary @report.json', {
            status: 415,
          })
        }
        if (Number(headers['content-length'] ?? 0) > MOST_UPLOAD) {
          throw new UserError('too_large', `the file is larger than ${MOST_UPLOAD} bytes: import it on the server with plimsoll import`, {
            status: 413,
          })
        }
        const options = readOptions(query)
        const upload = await keepUpload(store.data, body instanceof Readable ? body : Readable.from([]))
        const work: Work = async (tell) => {
          try {
            const result = await importBundle(store, upload.path, { ...options, scratch: dirname(upload.path), onProgress: tell })
            if (query.scores === 'now') {
              tell({ state: 'computing' })
              await compute(store, api.catalog)
            }
            return result
          } finally {
            await rm(upload.path, { force: true })
          }
        }
        const { job, done } = start(work, options.name!, upload)
        if (query.wait === 'true') return reply.code(200).send(await done)
        done.catch(() => {}) // told by the job
        return reply.code(202).send(jobs.get(job))
      },
    )

    /** Import numbers are the installation's own: without an organisation any will do. */
    const orgIdOf = async (query: { org?: string | undefined }): Promise<number | null> =>
      query.org === undefined ? null : (await findOrg(store.engine, query.org))!.org_id

    function start(work: Work, name: string, upload: { path: string; bytes: number }) {
      try {
        return jobs.add(name, upload.bytes, work)
      } catch (error) {
        void rm(upload.path, { force: true })
        throw error
      }
    }

    app.get(
      '/imports/jobs',
      {
        schema: {
          operationId: 'listJobs',
          tags: ['imports'],
          summary: 'Imports that run, wait or ended lately, newest first',
          response: answers(Jobs),
        },
      },
      async () => ({ items: jobs.list() }),
    )
    app.get(
      '/imports/jobs/:job',
      { schema: { operationId: 'getJob', tags: ['imports'], summary: 'How far an import is', params: Job, response: answers(Progress) } },
      async ({ params }) => jobs.get(params.job),
    )
    app.get(
      '/imports/jobs/:job/progress',
      {
        schema: {
          operationId: 'followJob',
          tags: ['imports'],
          summary: 'Server-sent events named progress, each with a Progress, until done or failed',
          params: Job,
          response: { 200: { content: { 'text/event-stream': { schema: z.string() } } }, '4xx': Problem, '5xx': Problem },
        },
      },
      async (request, reply) => {
        jobs.get(request.params.job) // throws when there is none
        await sendEvents(request, reply, closing, (signal) => jobs.follow(request.params.job, signal))
      },
    )
    app.get(
      '/imports/:import_no',
      {
        schema: {
          operationId: 'getImport',
          tags: ['imports'],
          summary: 'An import',
          params: Id,
          querystring: Moment.strict(),
          response: answers(ImportDetail),
        },
      },
      async ({ params, query }) => {
        const found = await getImport(store.engine, await orgIdOf(query), params.import_no)
        return {
          ...withTitle(found),
          skipped_items: await listSkipped(store.engine, params.import_no, SHOWN_SKIPPED),
          coverage: await importCoverage(store.engine, params.import_no),
        }
      },
    )
    app.get(
      '/imports/:import_no/skipped',
      {
        schema: {
          operationId: 'listSkippedItems',
          tags: ['imports'],
          summary: 'Items of the file that could not be read',
          params: Id,
          querystring: Moment.strict(),
          response: answers(Skipped),
        },
      },
      async ({ params, query }) => {
        await getImport(store.engine, await orgIdOf(query), params.import_no) // throws when it is not of the organisation
        return { items: await listSkipped(store.engine, params.import_no, 10_000) }
      },
    )
    app.post(
      '/imports/:import_no/undo',
      {
        schema: {
          operationId: 'undoImport',
          tags: ['imports'],
          summary: 'Take an import back: what it taught is no longer believed',
          params: Id,
          querystring: Moment.strict(),
          response: answers(Import),
        },
      },
      async ({ params, query }) => {
        const org_id = await orgIdOf(query)
        await getImport(store.engine, org_id, params.import_no) // throws when it is not of the organisation
        const { import_no } = await undoImport(store, params.import_no, ACTOR)
        await compute(store, api.catalog)
        return withTitle(await getImport(store.engine, org_id, import_no))
      },
    )
  }

const withTitle = <T extends { format: string | null }>(found: T) => ({ ...found, format_title: titleOf(found.format) })

/** Throws UserError('bad_columns'). */
function readOptions({ name, columns, wait: _wait, scores: _scores, ...given }: z.infer<typeof Options>): ImportOptions {
  // oxlint-disable-next-line no-control-regex -- that is what is taken out
  const shown = basename(name.replaceAll('\\', '/')).replace(/[\u0000-\u001f\u007f]/g, '') || 'upload'
  const options: ImportOptions = {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    actor: ACTOR,
    name: shown,
  }
  if (columns === undefined) return options
  const wrong = (cause?: unknown) =>
    new UserError('bad_columns', 'columns must be a JSON object of texts: {"owner": "Owned by"}', { cause })
  let read: unknown
  try {
    read = JSON.parse(columns)
  } catch (error) {
    throw wrong(error)
  }
  const mapping = z.record(z.string().max(100), z.string().max(300)).safeParse(read)
  if (!mapping.success) throw wrong(mapping.error)
  return { ...options, columns: mapping.data }
}
