import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { Client } from 'pg'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { sizesFrom } from '../../src/store/engines/sizes.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { isWhole, verify } from '../../src/store/verify.ts'
import { engines } from './engines.ts'
import { imageScan } from './image-scan.ts'
import { sampleCatalog } from './sample-catalog.ts'

const catalog = sampleCatalog()
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-busy-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ask = (app: FastifyInstance, url: string) => app.inject({ url, headers: { host: 'localhost' } })

describe.each(engines)('more questions than $name can take', ({ name, database }) => {
  it('are sent away with the time after which to ask again; none hangs, and afterwards all is well', async () => {
    const before = { readers: process.env['PLIMSOLL_READERS'], queue: process.env['PLIMSOLL_QUEUE'] }
    process.env['PLIMSOLL_READERS'] = '2'
    process.env['PLIMSOLL_QUEUE'] = '5'
    let store: Store
    try {
      store = await openStore({ database: await database(), data: mkdtempSync(join(folder, 'data-')) })
    } finally {
      for (const [key, value] of Object.entries(before))
        if (value === undefined) delete process.env[`PLIMSOLL_${key.toUpperCase()}`]
        else process.env[`PLIMSOLL_${key.toUpperCase()}`] = value
    }
    expect(store.engine.sizes).toMatchObject({ readers: 2, queue: 5 })
    const app = buildApp({ store, catalog, version: '1' })
    app.get('/slow', async () =>
      store.engine.query(
        name === 'duckdb'
          ? 'select count(*) as n from range(3000) as a(x), range(3000) as b(y) where a.x * b.y % 7 = 1'
          : 'select count(*) as n from generate_series(1, 1000) as a(x), generate_series(1, 1000) as b(y) where a.x * b.y % 7 = 1',
      ),
    )
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask(app, '/slow')))
    const busy = answers.filter(({ statusCode }) => statusCode === 503)
    expect(answers.filter(({ statusCode }) => statusCode === 200).length).toBe(7)
    expect(busy.length).toBe(53)
    for (const answer of busy) {
      expect(answer.json()).toMatchObject({ error: { code: 'busy' } })
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    }
    expect((await ask(app, '/slow')).statusCode).toBe(200)
    expect((await ask(app, '/api/v1/installation')).json()).toMatchObject({ database: name, readers: 2, queue: 5 })
    await app.close()
    await store.engine.close()
  })
})

describe('sizes', () => {
  it('come from the environment, and what is no size is refused', () => {
    expect(sizesFrom({}, 'duckdb', '/data')).toEqual({ readers: 4, queue: 200, memory: '4GB', threads: null, temporary: '/data/temporary' })
    expect(sizesFrom({ PLIMSOLL_MEMORY: '512MB', PLIMSOLL_THREADS: '1', PLIMSOLL_TEMPORARY: '/fast' }, 'duckdb', null)).toMatchObject({
      memory: '512MB',
      threads: 1,
      temporary: '/fast',
    })
    expect(sizesFrom({ PLIMSOLL_MEMORY: '1GB', PLIMSOLL_QUEUE: '0' }, 'postgres', null)).toMatchObject({
      queue: 0,
      memory: null,
      temporary: null,
    })
    for (const environment of [
      { PLIMSOLL_READERS: '0' },
      { PLIMSOLL_QUEUE: '-1' },
      { PLIMSOLL_MEMORY: 'plenty' },
      { PLIMSOLL_THREADS: '1.5' },
    ])
      expect(() => sizesFrom(environment, 'duckdb', null)).toThrow(expect.objectContaining({ code: 'bad_size' }))
  })
})

/** A way to PostgreSQL that can be cut: then nothing answers on its port, as when the server is gone. */
class Wire {
  port = 0
  private server: Server | null = null
  private readonly sockets = new Set<Socket>()
  private readonly target: URL

  constructor(target: string) {
    this.target = new URL(target)
  }

  async join(): Promise<void> {
    this.server = createServer((socket) => {
      const other = createConnection(Number(this.target.port), this.target.hostname)
      for (const [one, two] of [
        [socket, other],
        [other, socket],
      ] as const) {
        this.sockets.add(one)
        one.pipe(two)
        one.on('error', () => two.destroy())
        one.on('close', () => two.destroy())
      }
    }).listen(this.port, '127.0.0.1')
    await once(this.server, 'listening')
    this.port = (this.server.address() as { port: number }).port
  }

  async cut(): Promise<void> {
    const closed = once(this.server!, 'close')
    this.server!.close()
    for (const socket of this.sockets) socket.destroy()
    this.sockets.clear()
    await closed
  }
}

describe('a PostgreSQL that goes away', () => {
  it('is told clearly, and the server recovers by itself when it is back', async () => {
    const { database } = engines.find(({ name }) => name === 'postgres')!
    const address = new URL(await database())
    const wire = new Wire(inject('postgres'))
    await wire.join()
    const through = new URL(address)
    through.port = String(wire.port)
    const data = mkdtempSync(join(folder, 'data-'))
    mkdirSync(join(data, 'inputs'), { recursive: true })
    const store = await openStore({ database: through.href, data })
    const app = buildApp({ store, catalog, version: '1' })
    const many = Array.from({ length: 3000 }, (_, number) => `CVE-2024-${1000 + number}`)
    const bring = (day: number, onProgress: () => void = () => {}) =>
      importFile(store, { name: 'r.json', bytes: Buffer.from(imageScan(`2026-01-0${day}T10:00:00Z`, many)) }, { actor: 'test', onProgress })
    await bring(1)
    expect((await ask(app, '/api/v1/assets')).statusCode).toBe(200)

    // In the middle of an import.
    const cuts: Promise<void>[] = []
    await expect(bring(2, () => void (cuts.length || cuts.push(wire.cut())))).rejects.toMatchObject({ code: 'database_unreachable' })
    await Promise.all(cuts)
    for (const url of ['/api/v1/assets', '/api/v1/scores', '/api/v1/verify']) {
      const answer = await ask(app, url)
      expect(answer.statusCode, url).toBe(503)
      expect(answer.json(), url).toMatchObject({ error: { code: 'database_unreachable' } })
      expect(answer.headers['retry-after'], url).toBeDefined()
    }
    expect((await ask(app, '/ready')).statusCode).toBe(503)
    expect((await ask(app, '/health')).statusCode).toBe(200)

    await wire.join()
    expect((await ask(app, '/api/v1/assets')).statusCode).toBe(200)
    expect(await bring(2)).toMatchObject({ unchanged: false, import_no: 2 })

    // The server ends every connection, as when it is shut down.
    const admin = new Client({ connectionString: address.href })
    await admin.connect()
    const end = () =>
      admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
    const ends: Promise<unknown>[] = []
    await expect(bring(3, () => void (ends.length || ends.push(end())))).rejects.toMatchObject({ code: 'database_unreachable' })
    await Promise.all(ends)
    await admin.end()
    expect(await bring(3)).toMatchObject({ unchanged: false, import_no: 3 })
    expect(isWhole(await verify(store))).toBe(true)
    await app.close()
    await store.engine.close()
    await wire.cut()
  })
})
