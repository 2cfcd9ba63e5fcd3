import { join } from 'node:path'
import { existsSync } from 'node:fs'
import { openJobs } from '../../api/jobs.ts'
import { noticePlace, type NoticePlace } from '../../api/notices.ts'
import { serve } from '../../api/serve.ts'
import { dropOldUploads } from '../../api/uploads.ts'
import { loadDemo } from '../../demo/load.ts'
import { UserError } from '../../errors.ts'
import { runDue } from '../../ingest/connecting/schedule.ts'
import { updateDue } from '../../ingest/updating/schedule.ts'
import { compute } from '../../insights/compute.ts'
import { recordDefinitions } from '../../insights/definitions.ts'
import { type Catalog, loadCatalog } from '../../insights/catalog.ts'
import { mailSettings } from '../../notices/mail.ts'
import { runNotices } from '../../notices/notifier.ts'
import { packageRoot, packageVersion } from '../../root.ts'
import { listOrgs } from '../../store/orgs.ts'
import { openStore, type Store } from '../../store/store.ts'
import { type CliCommand, textOption } from '../command.ts'
import { announceServer, placeOf, withdrawServer } from '../place.ts'
import { progressLine } from '../progress.ts'
import { watchFolder } from '../watch.ts'

/** Depth of a ship in tenths of a metre, and free in every list of ports that we looked at. */
const DEFAULT_PORT = 7420

/** How often the server looks whether a feed is due, in milliseconds. */
const LOOK = 5 * 60_000

/** Fetches feeds as they become due until it is stopped; stopping waits for the one at work. */
function keepFeedsFresh(store: Store, catalog: Catalog, tell: (text: string) => void): { stop(): Promise<void> } {
  let stopped = false
  let work: Promise<unknown> = Promise.resolve()
  const look = () => {
    work = work.then(async () => {
      if (stopped) return
      await updateDue(store, {
        actor: 'feeds update',
        stopped: () => stopped,
        done: () => compute(store, catalog),
        tell: ({ feed, state, error }) => tell(`feed ${feed}: ${error ? error.message : state}`),
      })
    })
    work = work.catch((error: unknown) => tell(`feeds: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`))
  }
  look()
  const timer = setInterval(look, LOOK)
  return {
    async stop() {
      stopped = true
      clearInterval(timer)
      await work
    },
  }
}

/** Runs the connectors that people set to daily, until it is stopped; stopping waits for the page at work: the next start goes on there. */
function keepConnected(store: Store, catalog: Catalog, tell: (text: string) => void): { stop(): Promise<void> } {
  let stopped = false
  let work: Promise<unknown> = Promise.resolve()
  const look = () => {
    work = work
      .then(() =>
        runDue(store, {
          actor: 'connector',
          stopped: () => stopped,
          done: () => compute(store, catalog),
          tell: (org, { state, error }) => tell(`connector of ${org.name}: ${error ? error.message : state}`),
        }),
      )
      .catch((error: unknown) => tell(`connectors: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`))
  }
  look()
  const timer = setInterval(look, LOOK)
  return {
    async stop() {
      stopped = true
      clearInterval(timer)
      await work
    },
  }
}

/** How often the server looks whether there is something to tell, in milliseconds. */
const LOOK_FOR_NEWS = 30_000

/** Tells what rules want told, until it is stopped; stopping waits for the messages on their way. */
function keepTelling(store: Store, catalog: Catalog, place: NoticePlace, tell: (text: string) => void): { stop(): Promise<void> } {
  let stopped = false
  let work: Promise<unknown> = Promise.resolve()
  let waiting = false
  const look = () => {
    if (waiting) return // the look before has not ended
    waiting = true
    work = work
      .then(async () => {
        if (!stopped) await runNotices(store, catalog, { ...place, mail: mailSettings(), stopped: () => stopped })
      })
      .catch((error: unknown) => tell(`notifications: ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => (waiting = false))
  }
  look()
  const timer = setInterval(look, LOOK_FOR_NEWS)
  return {
    async stop() {
      stopped = true
      clearInterval(timer)
      await work
    },
  }
}

export const command: CliCommand = {
  summary: 'serve the console and the API on http://127.0.0.1:7420',
  options: [
    { flags: '--port <number>', summary: `port (PLIMSOLL_PORT); default ${DEFAULT_PORT}` },
    { flags: '--listen <address>', summary: 'answer on this address instead of 127.0.0.1; needs PLIMSOLL_TOKEN' },
    { flags: '--update-feeds', summary: 'keep public intelligence fresh: fetch each feed as often as it changes' },
    { flags: '--watch <folder>', summary: 'import what appears in this folder; it is moved to done/ or refused/ in it' },
    { flags: '--private-webhooks', summary: 'let notifications go to webhooks at private, loopback and link-local addresses' },
    { flags: '--no-demo', summary: 'do not load the demo organisation into an empty store' },
  ],
  examples: ['plimsoll serve', 'plimsoll serve --watch /srv/plimsoll/inbox', 'PLIMSOLL_TOKEN=… plimsoll serve --listen 0.0.0.0'],
  async run(context) {
    const place = placeOf(context)
    const port = Number(textOption(context, 'port') ?? process.env['PLIMSOLL_PORT'] ?? DEFAULT_PORT)
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UserError('bad_port', 'a port is a whole number from 0 to 65535')
    const host = textOption(context, 'listen') ?? '127.0.0.1'
    const token = process.env['PLIMSOLL_TOKEN']
    if (host !== '127.0.0.1' && host !== 'localhost' && host !== '::1' && !token) {
      throw new UserError(
        'token_needed',
        `whoever reaches ${host} could read everything: set PLIMSOLL_TOKEN to a long secret, which every request must then bring`,
      )
    }
    if (token !== undefined && token.length < 16) throw new UserError('token_too_short', 'PLIMSOLL_TOKEN must have at least 16 characters')
    const store = await openStore(place)
    const catalog = loadCatalog()
    try {
      await dropOldUploads(place.data)
      await recordDefinitions(store, catalog)
      const line = progressLine(context)
      if (context.options['demo'] !== false && (await listOrgs(store.engine)).length === 0) {
        const started = performance.now()
        line.done('The store is empty: loading the demo organisation …')
        await loadDemo(store, catalog, (progress) => line.show(progress))
        line.done(`Demo organisation loaded in ${((performance.now() - started) / 1000).toFixed(0)} s.`)
      }
      await compute(store, catalog) // what a killed process left to do
      const webFolder = join(packageRoot(), 'dist', 'web')
      const watched = textOption(context, 'watch')
      const jobs = openJobs((error) => context.tell(error instanceof Error ? (error.stack ?? error.message) : String(error)))
      const notices = { ...noticePlace(), worker: true }
      if (context.options['privateWebhooks']) notices.allowPrivate = true
      const running = await serve({
        store,
        notices,
        jobs,
        catalog,
        host,
        port,
        version: packageVersion(),
        ...(token ? { token } : {}),
        ...(existsSync(webFolder) ? { webFolder } : {}),
      })
      const watch = { store, catalog, jobs, tell: context.tell }
      const watching =
        watched === undefined
          ? null
          : await watchFolder({ ...watch, folder: watched }).catch(async (error: unknown) => {
              await running.close()
              throw error
            })
      announceServer(place.data, { url: running.url, pid: process.pid })
      context.print(`Plimsoll is at ${running.url}`)
      if (!process.env['PLIMSOLL_URL']) notices.base = running.url
      const telling = keepTelling(store, catalog, notices, (text) => context.tell(text))
      const feeds = context.options['updateFeeds'] ? keepFeedsFresh(store, catalog, (text) => context.tell(text)) : null
      const connected = keepConnected(store, catalog, (text) => context.tell(text))
      if (watched !== undefined) context.print(`What appears in ${watched} is imported`)
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
      })
      withdrawServer(place.data)
      await telling.stop()
      await feeds?.stop()
      await connected.stop()
      await watching?.close()
      const closed = running.close()
      await jobs.close()
      await closed
    } finally {
      await store.engine.close()
    }
  },
}
