const NOTYET = (): any => { throw new Error('not yet') }
import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { Import, ImportDetail, ImportResult, Page, Moment, Problem, Progress, SkippedItem, list } from '../shapes.ts'

const Imports = named('ImportList', list(Import))
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
  source: z.string().max(100).optional(),
  columns: z.string().max(10_000).optional().describe('JSON object, our field → column of the file'),
  wait: z.enum(['true', 'false']).default('true').describe('false: answer 202 at once; the progress is at /imports/jobs/{job}/progress'),
})

/** Acts of learning: reports, feeds, changes of people. */
export const imports = (api: Api): FastifyPluginAsyncZod => async (app) => {
  app.get(
    '/imports',
    { schema: { operationId: 'listImports', tags: ['imports'], summary: 'Imports of the organisation and of the world, newest first', querystring: Page.strict(), response: answers(Imports) } },
    async ({ query }) => NOTYET(),
  )
  app.post(
    '/imports',
    {
      schema: {
        operationId: 'importFile', tags: ['imports'], summary: 'Import a report or feed: the body is the file itself',
        consumes: ['application/octet-stream'], querystring: Options, response: { 200: ImportResult, 202: Progress, '4xx': Problem, '5xx': Problem },
      },
    },
    async ({ query, body }, reply) => NOTYET(),
  )
  app.get(
    '/imports/jobs',
    { schema: { operationId: 'listJobs', tags: ['imports'], summary: 'Imports that run, wait or ended lately', response: answers(Jobs) } },
    async () => NOTYET(),
  )
  app.get(
    '/imports/jobs/:job',
    { schema: { operationId: 'getJob', tags: ['imports'], summary: 'How far an import is', params: Job, response: answers(Progress) } },
    async ({ params }) => NOTYET(),
  )
  app.get(
    '/imports/jobs/:job/progress',
    {
      schema: {
        operationId: 'followJob', tags: ['imports'], summary: 'Server-sent events named progress, each with a Progress, until done or failed',
        params: Job, produces: ['text/event-stream'], response: { 200: { content: { 'text/event-stream': { schema: z.string() } } }, '4xx': Problem, '5xx': Problem },
      },
    },
    async ({ params, raw }, reply) => NOTYET(),
  )
  app.get(
    '/imports/:import_no',
    { schema: { operationId: 'getImport', tags: ['imports'], summary: 'An import', params: Id, response: answers(ImportDetail) } },
    async ({ params }) => NOTYET(),
  )
  app.get(
    '/imports/:import_no/skipped',
    { schema: { operationId: 'listSkippedItems', tags: ['imports'], summary: 'Items of the file that could not be read', params: Id, response: answers(Skipped) } },
    async ({ params }) => NOTYET(),
  )
  app.post(
    '/imports/:import_no/undo',
    { schema: { operationId: 'undoImport', tags: ['imports'], summary: 'Take an import back: what it taught is no longer believed', params: Id, response: answers(Import) } },
    async ({ params }) => NOTYET(),
  )
}
