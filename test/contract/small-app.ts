import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { openJobs } from '../../src/api/jobs.ts'
import type { Catalog } from '../../src/insights/catalog.ts'
import { rebuild } from '../../src/insights/compute.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import type { Store } from '../../src/store/store.ts'
import { makeSmallWorld, type SmallWorld } from './small-world.ts'
import { append } from './world.ts'

/** What a request is answered. `body`: the JSON, null when there is none. */
export interface Answered<T> {
  status: number
  body: T
}

/** The small world with its scores behind the API, and a clock that stands until it is moved. */
export interface SmallApp {
  world: SmallWorld
  store: Store
  /** Asks /api/v1 about an organisation. `payload`: an object goes as JSON, bytes as they are. */
  ask: <T>(method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object | Buffer) => Promise<Answered<T>>
  /** The answer to a GET of the same, which has to succeed. */
  get: <T>(url: string) => Promise<T>
  /** The bytes that a GET of the same is answered. */
  download: (url: string) => Promise<Buffer>
  /** Moves the clock on, in microseconds. */
  wait: (microseconds: number) => void
  close: () => Promise<void>
}

/** Opens the small world on an empty engine. `slug`: of the organisation that is asked about. */
export async function openSmallApp(engine: Engine, catalog: Catalog, slug: 'north' | 'south'): Promise<SmallApp> {
  const world = await makeSmallWorld(engine)
  let clock = world.store.now()
  const data = mkdtempSync(join(tmpdir(), 'plimsoll-small-'))
  const store = { ...world.store, data, now: () => clock }
  await engine.run(`delete from counter where name = 'import_no'`)
  await append(engine, 'counter', [{ name: 'import_no', last: 1000 }]) // the world has imports of its own
  await rebuild(store, catalog)
  const app = buildApp({ store, catalog, version: 'test', jobs: openJobs(() => {}) })
  const ask: SmallApp['ask'] = async (method, url, payload) => {
    const answer = await app.inject({
      method,
      url: `/api/v1${url}${url.includes('?') ? '&' : '?'}org=${slug}`,
      headers: { host: 'localhost', ...(payload instanceof Buffer ? { 'content-type': 'application/octet-stream' } : {}) },
      ...(payload ? { payload } : {}),
    })
    return { status: answer.statusCode, body: answer.body ? JSON.parse(answer.body) : null }
  }
  return {
    world,
    store,
    ask,
    get: async <T>(url: string): Promise<T> => {
      const { status, body } = await ask<T>('GET', url)
      expect(status, `${url} ${JSON.stringify(body).slice(0, 300)}`).toBe(200)
      return body
    },
    download: async (url) => (await app.inject({ url: `/api/v1${url}?org=${slug}`, headers: { host: 'localhost' } })).rawPayload,
    wait: (microseconds) => (clock += microseconds),
    close: async () => {
      await app.close()
      await engine.close()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** {@link openSmallApp} for all tests of a group: opened before the first, closed after the last. */
export function useSmallApp(
  open: () => Promise<Engine>,
  catalog: Catalog,
  slug: 'north' | 'south',
): Omit<SmallApp, 'world' | 'store' | 'close'> {
  let app: SmallApp
  beforeAll(async () => {
    app = await openSmallApp(await open(), catalog, slug)
  }, 300_000)
  afterAll(() => app?.close())
  return {
    ask: (method, url, payload) => app.ask(method, url, payload),
    get: (url) => app.get(url),
    download: (url) => app.download(url),
    wait: (microseconds) => app.wait(microseconds),
  }
}
