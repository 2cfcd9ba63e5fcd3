import { createWriteStream } from 'node:fs'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Dispatcher, EnvHttpProxyAgent, fetch, type Response } from 'undici'
import { UserError } from '../../errors.ts'

/** What a server said of the file that we have, to ask whether there is another. */
export interface Validators {
  etag?: string | undefined
  last_modified?: string | undefined
}

export interface DownloadOptions {
  /** Of the file that we have: the server answers "not modified" when it is still the same. */
  have?: Validators
  /** Largest file, in bytes. Default 2 GiB. */
  most_bytes?: number
  /** How often a request that failed for a passing reason is sent again. Default 4. */
  retries?: number
  /** First pause before sending again, in milliseconds; each further one is twice as long, up to a minute. Default 1000. */
  pause?: number
  /** How the requests go out. Default: by HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment. */
  dispatcher?: Dispatcher
  onProgress?: (progress: { bytes: number; total_bytes: number | null }) => void
}

export type Downloaded = { state: 'not_modified' } | { state: 'fetched'; bytes: number; resumed: boolean; validators: Validators }

const MAX_BYTES = 2 * 1024 ** 3
const MAX_REDIRECTS = 5
const LONGEST_PAUSE = 60_000

/** Statuses that pass by themselves: https://www.rfc-editor.org/rfc/rfc9110#section-15 */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504])

/** A failure that may pass: the request is sent again. */
class Passing extends Error {
  readonly after: number | null
  constructor(message: string, after: number | null, cause?: unknown) {
    super(message, { cause })
    this.after = after
  }
}

/**
 * Fetches a file to `path`, which is there only when it is whole. A transfer that breaks goes on where it broke (`path`.part), also after the process was
 * killed, as long as the server still has the same file. Redirects are followed, but never from https to http.
 *
 * Throws UserError: `bad_url` (no http or https address), `feed_unreachable` (the server cannot be reached or refuses, after all retries), `feed_missing` (404 or
 * 410), `feed_too_large`.
 */
export async function download(url: string, path: string, options: DownloadOptions = {}): Promise<Downloaded> {
  const dispatcher = options.dispatcher ?? new EnvHttpProxyAgent({ headersTimeout: 60_000, bodyTimeout: 60_000, connectTimeout: 20_000 })
  const retries = options.retries ?? 4
  let pause = options.pause ?? 1000
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        return await once(url, path, options, dispatcher)
      } catch (error) {
        if (!(error instanceof Passing)) throw error
        if (attempt >= retries)
          throw new UserError('feed_unreachable', `${hostOf(url)}: ${error.message}, ${attempt + 1} times; try again later`, {
            status: 502,
            cause: error,
          })
        await sleep(Math.min(LONGEST_PAUSE, error.after ?? pause))
        pause = Math.min(LONGEST_PAUSE, pause * 2)
      }
    }
  } finally {
    if (!options.dispatcher) await dispatcher.destroy()
  }
}

async function once(url: string, path: string, options: DownloadOptions, dispatcher: Dispatcher): Promise<Downloaded> {
  const part = `${path}.part`
  const begun = await readPart(part)
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'Plimsoll' }
  if (begun) {
    headers['range'] = `bytes=${begun.bytes}-`
    headers['if-range'] = begun.validator
  } else {
    if (options.have?.etag) headers['if-none-match'] = options.have.etag
    if (options.have?.last_modified) headers['if-modified-since'] = options.have.last_modified
  }
  const answer = await ask(url, headers, dispatcher)
  try {
    return await take(answer, url, part, begun, options)
  } finally {
    // What was not read must be let go, or its connection stays.
    if (answer.body && !answer.body.locked) await answer.body.cancel().catch(() => {})
  }
}

async function take(
  answer: Response,
  url: string,
  part: string,
  begun: { bytes: number; validator: string } | null,
  options: DownloadOptions,
): Promise<Downloaded> {
  if (answer.status === 304) return { state: 'not_modified' }
  const resumed = answer.status === 206 && begun !== null
  if (resumed && !answer.headers.get('content-range')?.startsWith(`bytes ${begun.bytes}-`)) {
    await forgetPart(part)
    throw new Passing('the server sent another part than was asked for', null)
  }
  if (answer.status === 416) {
    await forgetPart(part)
    throw new Passing('the server has no such part any more', 0)
  }
  if (answer.status !== 200 && !resumed) {
    if (PASSING.has(answer.status)) throw new Passing(`it answered ${answer.status}`, retryAfter(answer))
    const told = `${hostOf(url)} answered ${answer.status}`
    if (answer.status === 404 || answer.status === 410)
      throw new UserError('feed_missing', `${told}: there is nothing at this address; check the address of the feed`, { status: 502 })
    throw new UserError('feed_unreachable', `${told}: it does not give the file; check the address of the feed`, { status: 502 })
  }
  const validators = { etag: answer.headers.get('etag') ?? undefined, last_modified: answer.headers.get('last-modified') ?? undefined }
  // Only a strong validator says that two parts are of one file: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.5
  const validator = validators.etag && !validators.etag.startsWith('W/') ? validators.etag : null
  await (validator ? writeFile(`${part}.of`, validator) : rm(`${part}.of`, { force: true }))
  const length = answer.headers.get('content-length')
  const already = resumed ? begun.bytes : 0
  const total = length === null ? null : already + Number(length)
  const most = options.most_bytes ?? MAX_BYTES
  let bytes = already
  const count = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length
      if (bytes > most) return done(tooLarge(url, most))
      options.onProgress?.({ bytes, total_bytes: total })
      done(null, chunk)
    },
  })
  try {
    if (total !== null && total > most) throw tooLarge(url, most)
    await pipeline(
      answer.body ? Readable.fromWeb(answer.body) : Readable.from([]),
      count,
      createWriteStream(part, { flags: resumed ? 'a' : 'w' }),
    )
  } catch (error) {
    if (error instanceof UserError) {
      await forgetPart(part)
      throw error
    }
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw error
    throw new Passing('the transfer broke', null, error)
  }
  if (total !== null && bytes !== total) throw new Passing(`the transfer ended after ${bytes} of ${total} bytes`, null)
  await rename(part, part.slice(0, -'.part'.length))
  await rm(`${part}.of`, { force: true })
  return { state: 'fetched', bytes, resumed, validators }
}

/** One request with its redirects. */
async function ask(first: string, headers: Record<string, string>, dispatcher: Dispatcher): Promise<Response> {
  let url = addressOf(first)
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    let answer: Response
    try {
      answer = await fetch(url, { headers, dispatcher, redirect: 'manual' })
    } catch (error) {
      const { cause } = error as { cause?: { code?: string; message?: string } }
      throw new Passing(`it cannot be reached (${cause?.code ?? cause?.message ?? (error as Error).message})`, null, error)
    }
    const to = answer.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(answer.status) || to === null) return answer
    await answer.body?.cancel()
    const next = addressOf(new URL(to, url).href)
    if (url.protocol === 'https:' && next.protocol === 'http:')
      throw new UserError(
        'feed_unreachable',
        `${url.host} sends us from https to http, to ${next.host}: refused, since anyone on the way could change the feed`,
        {
          status: 502,
        },
      )
    url = next
  }
  throw new UserError('feed_unreachable', `${hostOf(first)} redirects more than ${MAX_REDIRECTS} times`, { status: 502 })
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new UserError('bad_url', `"${text.slice(0, 200)}" is not an address: expected https://host/path`)
  return url
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url)

const tooLarge = (url: string, most: number) =>
  new UserError('feed_too_large', `${hostOf(url)} sends more than ${most} bytes, far more than this feed has; nothing was taken`, {
    status: 502,
  })

/** Seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3. In milliseconds; null when not said. */
function retryAfter(answer: Response): number | null {
  const text = answer.headers.get('retry-after')
  if (text === null) return null
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isFinite(wait) ? Math.max(0, wait) : null
}

/** How much of a file an earlier attempt left, and of which file; null when nothing that can be continued. */
async function readPart(part: string): Promise<{ bytes: number; validator: string } | null> {
  const found = await stat(part).catch(() => null)
  const validator = await readFile(`${part}.of`, 'utf8').catch(() => null)
  return found && found.size > 0 && validator ? { bytes: found.size, validator } : null
}

const forgetPart = (part: string) => Promise.all([rm(part, { force: true }), rm(`${part}.of`, { force: true })])
