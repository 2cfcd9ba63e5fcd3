import { randomUUID } from 'node:crypto'
import fastifyCompress from '@fastify/compress'
import fastifyHelmet from '@fastify/helmet'
import fastifySwagger from '@fastify/swagger'
import Fastify from 'fastify'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Catalog } from '../insights/catalog.ts'
import type { Store } from '../store/store.ts'
import type { Api } from './api.ts'
import { guard } from './guard.ts'
import { openJobs } from './jobs.ts'
import type { Jobs } from './jobs.ts'
import { noticePlace, type NoticePlace } from './notices.ts'
import { nameShapes } from './named.ts'
import { answerError, badAddress, notFound } from './problems.ts'
import { arrangements } from './routes/arrangements.ts'
import { assetGroups } from './routes/asset-groups.ts'
import { assetValues } from './routes/asset-values.ts'
import { assets } from './routes/assets.ts'
import { classifications } from './routes/classifications.ts'
import { benchmarks } from './routes/benchmarks.ts'
import { connectors } from './routes/connectors.ts'
import { controls } from './routes/controls.ts'
import { definitions } from './routes/definitions.ts'
import { events } from './routes/events.ts'
import { exceptions } from './routes/exceptions.ts'
import { explanations } from './routes/explain.ts'
import { exports } from './routes/exports.ts'
import { findings } from './routes/findings.ts'
import { graph } from './routes/graph.ts'
import { health } from './routes/health.ts'
import { inaccuracies } from './routes/inaccuracies.ts'
import { imports } from './routes/imports.ts'
import { initiatives } from './routes/initiatives.ts'
import { kpis } from './routes/kpis.ts'
import { knowledge } from './routes/knowledge.ts'
import { metrics } from './routes/metrics.ts'
import { notifications } from './routes/notifications.ts'
import { organisations } from './routes/organisations.ts'
import { operations } from './routes/operations.ts'
import { overview } from './routes/overview.ts'
import { packs } from './routes/packs.ts'
import { productInitiatives } from './routes/product-initiatives.ts'
import { programme } from './routes/programme.ts'
import { recommendations } from './routes/recommendations.ts'
import { reports } from './routes/reports.ts'
import { remediation } from './routes/remediation.ts'
import { retention } from './routes/retention.ts'
import { scores } from './routes/scores.ts'
import { secureScore } from './routes/secure-score.ts'
import { software } from './routes/software.ts'
import { feeds } from './routes/feeds.ts'
import { sources } from './routes/sources.ts'
import { vulnerabilities } from './routes/vulnerabilities.ts'
import { thresholds } from './routes/thresholds.ts'
import { webPages } from './web-pages.ts'

/** Bodies of ordinary requests, in bytes; an upload has its own cap. */
const MOST_BODY = 1_000_000

export interface AppOptions {
  store: Store
  catalog: Catalog
  version: string
  /** Asked for on every route but /health and /ready. Without it only requests to a loopback name are answered. */
  token?: string
  /** Folder of the built web pages; without it there is only the API. */
  webFolder?: string
  /** Default: a queue of its own, closed with the application. */
  jobs?: Jobs
  /** Where bugs are told; default: standard error, one JSON line each. */
  log?: FastifyBaseLogger
  /** Default: by the environment, without a worker. */
  notices?: NoticePlace
}

/** The whole HTTP application, not listening yet. */
export function buildApp({ store, catalog, version, token, webFolder, jobs, log, notices }: AppOptions): FastifyInstance {
  nameShapes()
  const app = Fastify({
    ...(log ? { loggerInstance: log } : { logger: { level: 'warn', stream: process.stderr } }),
    bodyLimit: MOST_BODY,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    routerOptions: { maxParamLength: 1000 },
    return503OnClosing: true,
    frameworkErrors: badAddress,
  })
  const api: Api = { store, catalog, version, notices: notices ?? noticePlace(), jobs: jobs ?? openJobs((error) => app.log.error(error)) }
  if (!jobs) app.addHook('preClose', () => api.jobs.close())

  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(notFound)
  guard(app, token)
  app.register(fastifyHelmet, {
    contentSecurityPolicy: { useDefaults: false, directives: policy },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: false,
  })
  app.register(fastifyCompress, { threshold: 1024 })
  app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Plimsoll',
        version,
        description: 'Exposure insights: where we stand, which way it moves, exactly why, what next.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) =>
      withoutUnused(jsonSchemaTransformObject(document) as Description) as ReturnType<typeof jsonSchemaTransformObject>,
  })
  app.register(health(api))
  app.register(
    async (v1) => {
      const nouns = [
        overview,
        packs,
        programme,
        scores,
        benchmarks,
        explanations,
        initiatives,
        metrics,
        recommendations,
        remediation,
        events,
        assets,
        assetGroups,
        assetValues,
        classifications,
        secureScore,
        software,
        vulnerabilities,
        findings,
        inaccuracies,
        controls,
        exceptions,
        imports,
        feeds,
        sources,
        connectors,
        organisations,
        definitions,
        arrangements,
        knowledge,
        kpis,
        thresholds,
        productInitiatives,
        notifications,
        exports,
        operations,
        reports,
        retention,
      ]
      for (const noun of nouns) await v1.register(noun(api))
      v1.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
    },
    { prefix: '/api/v1' },
  )
  app.register(graph(api), { prefix: '/graph' })
  if (webFolder) app.register(webPages(webFolder))
  return app
}

/** Content that a page may load: our own files only, nothing inline. Small pictures may be part of a style sheet. */
const policy = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  fontSrc: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
}

interface Description {
  paths?: object
  components?: { schemas?: Record<string, unknown> }
}

/** Leaves out the named schemas that nothing refers to: each shape comes twice, as what goes in and as what comes out. */
function withoutUnused(description: Description): Description {
  const schemas = description.components?.schemas ?? {}
  const used = new Set<string>()
  const visit = (part: unknown): void => {
    for (const [, id] of JSON.stringify(part ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(id!)) continue
      used.add(id!)
      visit(schemas[id!])
    }
  }
  visit(description.paths)
  const kept = Object.entries(schemas)
    .filter(([id]) => used.has(id))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { ...description, components: { ...description.components, schemas: Object.fromEntries(kept) } }
}
