import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { runConnector } from '../../ingest/connecting/microsoft-graph.ts'
import { readConnectorState } from '../../ingest/connecting/schedule.ts'
import { addressesOf, MICROSOFT_GRAPH, readConnector, secretWords } from '../../ingest/connecting/settings.ts'
import { compute } from '../../insights/compute.ts'
import { changeDefinitions } from '../../store/definitions/change.ts'
import { findOrg, type Org } from '../../store/orgs.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { Problem } from '../shapes.ts'
import { Connector, ConnectorRun, ConnectorSettings } from '../shapes/connectors.ts'

const One = named('Connector', Connector)
const Run = named('ConnectorRun', ConnectorRun)
const Settings = named('ConnectorSettings', ConnectorSettings)
const List = named('ConnectorList', z.object({ items: z.array(One) }))
const Whose = z.strictObject({ org: z.string().max(100).optional().describe('Slug of the organisation') })
const Which = z.object({ connector: z.enum([MICROSOFT_GRAPH]) })

/** Who connects, until there is sign-in. */
const ACTOR = 'api'

/** Places from which facts are fetched with credentials of the organisation's own. */
export const connectors =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const whose = async (slug: string | undefined): Promise<Org> => {
      const org = await findOrg(api.store.engine, slug)
      if (!org)
        throw new UserError('unknown_organisation', 'there is no organisation yet: add one first, plimsoll org add <name>', { status: 404 })
      return org
    }
    app.get(
      '/connectors',
      {
        schema: {
          operationId: 'listConnectors',
          tags: ['sources'],
          summary: 'Connectors, how they stand and when they run next',
          querystring: Whose,
          response: answers(List),
        },
      },
      async ({ query }) => {
        const org = await findOrg(api.store.engine, query.org)
        return { items: [await answerConnector(api, org)] }
      },
    )
    app.put(
      '/connectors/:connector',
      {
        schema: {
          operationId: 'connect',
          tags: ['sources'],
          summary: 'Connect an organisation, or change how; nothing is fetched by it',
          params: Which,
          querystring: Whose,
          body: Settings,
          response: answers(One),
        },
      },
      async ({ query, body }) => {
        const org = await whose(query.org)
        if (org.demo)
          throw new UserError('bad_connector', 'the demo is connected to nothing: add an organisation of your own first', { status: 409 })
        addressesOf(body.cloud)
        await changeDefinitions(api.store, org.org_id, [{ kind: 'connector', id: MICROSOFT_GRAPH, body: JSON.stringify(body) }], {
          actor: ACTOR,
        })
        return answerConnector(api, org)
      },
    )
    app.delete(
      '/connectors/:connector',
      {
        schema: {
          operationId: 'disconnect',
          tags: ['sources'],
          summary: 'Disconnect an organisation; what was fetched stays',
          params: Which,
          querystring: Whose,
          response: { 204: z.undefined().describe('Disconnected'), '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ query }, reply) => {
        const org = await whose(query.org)
        await changeDefinitions(api.store, org.org_id, [{ kind: 'connector', id: MICROSOFT_GRAPH, body: null }], { actor: ACTOR })
        return reply.code(204).send()
      },
    )
    app.post(
      '/connectors/:connector/run',
      {
        schema: {
          operationId: 'runConnector',
          tags: ['sources'],
          summary: 'Fetch now what is new, and import it',
          params: Which,
          querystring: Whose,
          response: answers(Run),
        },
      },
      async ({ query }) => {
        const org = await whose(query.org)
        const settings = await readConnector(api.store.engine, org.org_id)
        if (!settings) throw new UserError('not_connected', `${org.name} is not connected: connect it first`, { status: 409 })
        // Somebody waits for the answer.
        const result = await runConnector(api.store, org, settings, { actor: 'connector', reader: { longest_pause: 60_000, retries: 3 } })
        if (result.state === 'imported') await compute(api.store, api.catalog)
        return { ...result, imports: result.imports.map(({ import_no, unchanged, title }) => ({ import_no, unchanged, title })) }
      },
    )
  }

/** How the connector stands; `org` null: there is no organisation yet. */
async function answerConnector(api: Api, org: Org | null): Promise<z.infer<typeof Connector>> {
  const nothing = {
    settings: null,
    running: false,
    last_run_at: null,
    last_success_at: null,
    error: null,
    warnings: [],
    brought: null,
    next_run_at: null,
  }
  const { running, settings, ...rest } = org ? await readConnectorState(api.store, org) : nothing
  return {
    id: MICROSOFT_GRAPH,
    title: 'Microsoft Graph: Secure Score',
    what: 'Daily snapshots of the secure score with every control, 90 days back, and the descriptions of all recommended actions.',
    needs: [
      'In Microsoft Entra, register an application (single tenant, no redirect address).',
      'Give it the application permission SecurityEvents.Read.All of Microsoft Graph, with admin consent.',
      'Make a client secret, and put its value into an environment variable PLIMSOLL_SECRET_… of the server, or into a file of the folder "secrets" in its data folder.',
    ],
    state: settings === null ? 'not_connected' : running ? 'running' : rest.error ? 'failed' : rest.last_success_at ? 'ok' : 'waiting',
    settings,
    secret: settings && secretWords(settings.secret),
    hosts: settings ? hostsOf(settings.cloud) : [],
    ...rest,
  }
}

function hostsOf(cloud: z.infer<typeof ConnectorSettings>['cloud']): string[] {
  try {
    const { login, graph } = addressesOf(cloud)
    return [new URL(login).host, new URL(graph).host]
  } catch (error) {
    if (error instanceof UserError) return []
    throw error
  }
}
