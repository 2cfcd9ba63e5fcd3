const NOTYET = (): any => { throw new Error('not yet') }
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { Finding, Page, list } from '../shapes.ts'

/** A page of findings. */
export const Findings = named('FindingList', list(Finding))

/** Open findings: an asset has a vulnerability, or misses a control. */
export const findings = (api: Api): FastifyPluginAsyncZod => async (app) => {
  app.get(
    '/findings',
    { schema: { operationId: 'listFindings', tags: ['findings'], summary: 'Open findings', querystring: Page.strict(), response: answers(Findings) } },
    async ({ query }) => NOTYET(),
  )
}
