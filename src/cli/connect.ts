import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { UserError } from '../errors.ts'
import { type Catalog, loadCatalog } from '../insights/catalog.ts'
import { packageVersion } from '../root.ts'
import { openStore, type Store } from '../store/store.ts'
import { type Context, textOption } from './command.ts'
import { placeOf, runningServer } from './place.ts'

/** Somebody who answers API questions: the running server, or this process on the store itself. Same routes, same answers. */
export interface Connection {
  /** The store, when no server runs: then this process has it for itself. */
  store: Store | null
  catalog: Catalog
  /** GET /api/v1<path>; undefined values are left out. */
  get<T>(path: string, query?: Record<string, string | number | undefined>): Promise<T>
  send<T>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options?: { query?: Record<string, string | undefined>; json?: unknown; body?: Readable },
  ): Promise<T>
  /** The bytes of GET /api/v1<path> as they come. */
  download(path: string, query?: Record<string, string | undefined>): Promise<AsyncIterable<Uint8Array>>
  close(): Promise<void>
}

/** Opens the store of the context, or finds the server that has it open. */
async function connect(context: Context): Promise<Connection> {
  const place = placeOf(context)
  const catalog = loadCatalog()
  const url = await runningServer(place.data)
  if (url) return overHttp(url, catalog)
  const store = await openStore(place)
  return inProcess(store, catalog)
}

const pathOf = (path: string, query: Record<string, string | number | undefined> = {}): string => {
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]])),
  )
  return `/api/v1${path}${search.size ? `?${search}` : ''}`
}

function answerOf<T>(status: number, text: string): T {
  if (status < 300) return (text ? JSON.parse(text) : undefined) as T
  let problem: { error: { code: string; message: string } }
  try {
    problem = JSON.parse(text) as typeof problem
  } catch (cause) {
    throw new Error(`the server answered ${status}: ${text.slice(0, 200)}`, { cause })
  }
  if (status >= 500 && status !== 503) throw new Error(`the server failed: ${problem.error.message}`)
  throw new UserError(problem.error.code, problem.error.message, { status })
}

function overHttp(url: string, catalog: Catalog): Connection {
  const token = process.env['PLIMSOLL_TOKEN']
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  return {
    store: null,
    catalog,
    async get(path, query) {
      const answer = await fetch(url + pathOf(path, query), { headers })
      return answerOf(answer.status, await answer.text())
    },
    async send(method, path, { query, json, body } = {}) {
      const type =
        json === undefined ? (body ? { 'content-type': 'application/octet-stream' } : {}) : { 'content-type': 'application/json' }
      const answer = await fetch(url + pathOf(path, query), {
        method,
        headers: { ...headers, ...type },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        ...(body ? { body: Readable.toWeb(body), duplex: 'half' as const } : {}),
      } as RequestInit)
      return answerOf(answer.status, await answer.text())
    },
    async download(path, query) {
      const answer = await fetch(url + pathOf(path, query), { headers })
      if (!answer.ok || !answer.body) return answerOf(answer.status, await answer.text())
      return answer.body as unknown as AsyncIterable<Uint8Array>
    },
    close: async () => {},
  }
}

function inProcess(store: Store, catalog: Catalog): Connection {
  let built: FastifyInstance | null = null
  // Importing needs no routes: they are made when something is asked.
  const application = async () => (built ??= (await import('../api/app.ts')).buildApp({ store, catalog, version: packageVersion() }))
  const headers = { host: 'localhost' }
  return {
    store,
    catalog,
    async get(path, query) {
      const answer = await (await application()).inject({ method: 'GET', url: pathOf(path, query), headers })
      return answerOf(answer.statusCode, answer.body)
    },
    async send(method, path, { query, json, body } = {}) {
      const answer = await (
        await application()
      ).inject({
        method,
        url: pathOf(path, query),
        headers: { ...headers, ...(body ? { 'content-type': 'application/octet-stream' } : {}) },
        ...(json === undefined ? {} : { payload: json as object }),
        ...(body ? { payload: body } : {}),
      })
      return answerOf(answer.statusCode, answer.body)
    },
    async download(path, query) {
      const answer = await (await application()).inject({ method: 'GET', url: pathOf(path, query), headers, payloadAsStream: true })
      if (answer.statusCode >= 300) return answerOf(answer.statusCode, answer.body)
      const stream = answer.stream()
      // As over HTTP: whoever stops reading is gone, and what is written for them ends. Otherwise closing would wait for it for ever.
      stream.once('close', () => answer.raw.res.destroy())
      return stream
    },
    async close() {
      await built?.close()
      await store.engine.close()
    },
  }
}

/** Opens a connection, works with it, and closes it whatever happens. */
export async function withConnection<T>(context: Context, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connect(context)
  try {
    return await work(connection)
  } finally {
    await connection.close()
  }
}

/** The common question: organisation, moment and knowledge, as given on the command line. */
export const moment = (context: Context): Record<'org' | 'as_of' | 'known_at' | 'rules', string | undefined> => ({
  org: textOption(context, 'org'),
  as_of: textOption(context, 'asOf'),
  known_at: textOption(context, 'knownAt'),
  rules: textOption(context, 'rules'),
})
