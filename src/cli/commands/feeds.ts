import { UserError } from '../../errors.ts'
import { feeds } from '../../ingest/importers.ts'
import { addressOfFeed, findFeed, updateFeed, type UpdateOptions, type UpdateResult } from '../../ingest/updating/update.ts'
import { compute } from '../../insights/compute.ts'
import { type CliCommand, type Context, jsonOption, textOption } from '../command.ts'
import { type Connection, withConnection } from '../connect.ts'
import { bar, progressLine } from '../progress.ts'
import { importFiles } from './import.ts'

export const command: CliCommand = {
  summary: 'public intelligence: fetch it (update), import its files (import), say where it comes from (list)',
  usage: '<verb> [names...]',
  options: [
    { flags: '--url <feed=address...>', summary: 'fetch a feed from another address; also PLIMSOLL_FEED_<ID>' },
    { flags: '--mirror <folder>', summary: 'update: take the files of a folder instead of fetching' },
    { flags: '--again', summary: 'update: fetch even what is said to be unchanged' },
    { flags: '--accept-shrunken', summary: 'update: take a list that became much shorter' },
    { flags: '--observed-at <time>', summary: 'import: when the feed was fetched, for feeds that do not say' },
    { flags: '--format <id>', summary: 'import: do not guess the feed' },
    jsonOption,
  ],
  examples: [
    'plimsoll feeds update',
    'plimsoll feeds update kev epss --url kev=https://mirror.example.com/kev.json',
    'plimsoll feeds update --mirror /srv/feeds',
    'plimsoll feeds import known_exploited_vulnerabilities.json epss_scores-2026-08-08.csv.gz',
  ],
  async run(context) {
    const [verb, ...words] = context.words
    if (verb === 'import') return importFiles({ ...context, words }, 'feed')
    if (verb === 'update') {
      const mirror = textOption(context, 'mirror')
      return mirror === undefined ? update(context, words) : importFiles({ ...context, words: [mirror] }, 'feed')
    }
    if (verb === 'list') return list(context)
    throw new UserError(
      'unknown_command',
      `plimsoll feeds ${verb ?? ''}: expected plimsoll feeds update, plimsoll feeds import <file...> or plimsoll feeds list`,
    )
  },
}

function list(context: Context): void {
  const told = feeds.map((feed) => ({ id: feed.id, title: feed.title, every: feed.every, url: addressOfFeed(feed, urlsOf(context)) }))
  if (context.options['json']) return context.print(JSON.stringify(told, null, 2))
  for (const { id, title, every, url } of told)
    context.print(
      `${id.padEnd(14)} ${title}, every ${every.replace(/^1 /, '')}\n${' '.repeat(15)}${url ?? 'no single address: import its files'}`,
    )
}

async function update(context: Context, ids: string[]): Promise<number> {
  const chosen = ids.length ? ids.map(findFeed) : feeds
  const urls = urlsOf(context)
  const results = await withConnection(context, async (connection) => {
    const results: UpdateResult[] = []
    const line = progressLine(context)
    for (const feed of chosen) {
      const result = await updateOne(connection, feed.id, {
        urls,
        again: context.options['again'] === true,
        accept_shrunken: context.options['acceptShrunken'] === true,
        actor: 'feeds update',
        onProgress: ({ feed: id, state, bytes, total_bytes }) =>
          line.show(`${id}: ${state} ${total_bytes ? bar(Math.min(1, bytes / total_bytes)) : `${(bytes / 1e6).toFixed(1)} MB`}`),
      })
      results.push(result)
      if (!context.options['json']) line.done(sentence(result))
    }
    if (connection.store && results.some(({ state }) => state === 'imported'))
      await compute(connection.store, connection.catalog, (step) => line.show(`computing ${step} …`))
    return results
  })
  if (context.options['json']) context.print(JSON.stringify(results, null, 2))
  return results.some(({ state }) => state === 'failed') ? 2 : 0
}

/** Here, when this process has the store; else the running server does it. */
async function updateOne(connection: Connection, feed: string, options: UpdateOptions): Promise<UpdateResult> {
  if (connection.store) return updateFeed(connection.store, findFeed(feed), options)
  if (options.urls?.[feed] !== undefined)
    throw new UserError(
      'bad_url',
      `a server runs on this data folder and fetches from its own addresses only: start it with PLIMSOLL_FEED_${feed.toUpperCase().replaceAll('-', '_')} set, or stop it first`,
    )
  return connection.send<UpdateResult>('POST', `/feeds/${feed}/update`, {
    query: { again: String(options.again ?? false), accept_shrunken: String(options.accept_shrunken ?? false) },
  })
}

function urlsOf(context: Context): Record<string, string> {
  const given = context.options['url'] as unknown
  if (!Array.isArray(given)) return {}
  return Object.fromEntries(
    given.map((pair: string) => {
      const at = pair.indexOf('=')
      if (at < 1)
        throw new UserError('bad_url', `--url ${pair}: expected feed=address, for example kev=https://mirror.example.com/kev.json`)
      return [findFeed(pair.slice(0, at)).id, pair.slice(at + 1)]
    }),
  )
}

function sentence({ feed, url, state, imports, error }: UpdateResult): string {
  if (state === 'no_address') return `- ${feed}: has no single address; import its files with plimsoll feeds import`
  if (state === 'failed') return `✗ ${feed}: ${error!.message}`
  const host = new URL(url!.replaceAll('{day}', '2026-01-01')).host
  if (state === 'unchanged') return `= ${feed}: nothing new at ${host}`
  const entries = imports.reduce((sum, { counts }) => sum + (counts.entries ?? 0), 0)
  const opened = imports.reduce((sum, { counts }) => sum + counts.opened, 0)
  const closed = imports.reduce((sum, { counts }) => sum + counts.closed, 0)
  return `✓ ${feed}: ${entries} entries from ${host}, ${opened} new or changed, ${closed} ended`
}
