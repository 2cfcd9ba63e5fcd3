import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { engines } from './engines.ts'
import { followedCatalog, metricYaml } from './followed-catalog.ts'
import { openSmallApp, type SmallApp } from './small-app.ts'

/** Ten thousand million rows to count: no machine has them in a twentieth of a second. */
const endless = 'select count(*) as n from generate_series(1, 100000) a, generate_series(1, 100000) b'

/** The engine, with another bound for questions that people make up, and one that takes longer than that before each of them. */
const slow = (engine: Engine): Engine => ({
  ...engine,
  hurried: (_, work) =>
    engine.hurried(50, async (inside) => {
      await inside.query(endless)
      return work(inside)
    }),
})

describe.each(engines)('a question that is too slow on $name', ({ open }) => {
  const catalog = followedCatalog()
  let app: SmallApp
  let server: FastifyInstance
  beforeAll(async () => {
    app = await openSmallApp(await open(), catalog, 'north')
    server = buildApp({ store: { ...app.store, engine: slow(app.store.engine) }, catalog, version: 'test' })
  }, 300_000)
  afterAll(async () => {
    await server?.close()
    await app?.close()
  })

  const yaml = metricYaml('Everything', '{}', '{vulnerability.severity: ">= low"}')
  it.each([
    ['POST', '/metrics/try', { id: 'everything', yaml }],
    ['PUT', '/metrics/everything', { yaml }],
    ['POST', '/product-initiatives', { name: 'openssl' }],
  ] as const)('is broken off by %s %s, with its bound and what to do, and nothing is kept', async (method, url, payload) => {
    const kept = async () => (await app.ask<{ items: unknown[] }>('GET', '/definitions/log')).body.items
    const before = await kept()
    const answer = await server.inject({ method, url: `/api/v1${url}?org=north`, headers: { host: 'localhost' }, payload })
    const { error } = answer.json<{ error: { code: string; message: string } }>()
    expect({ status: answer.statusCode, code: error.code }).toEqual({ status: 400, code: 'too_slow' })
    expect(error.message).toMatch(/longer than 0\.05 s:/)
    expect(error.message).toMatch(/narrow|ask/i)
    expect(await kept()).toEqual(before)
    // The connection is of use to the next one.
    expect((await app.ask('POST', '/metrics/try', { id: 'everything', yaml })).status).toBe(200)
  })
})
