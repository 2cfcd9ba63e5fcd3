import { setTimeout as sleep } from 'node:timers/promises'
import { type Dispatcher, EnvHttpProxyAgent, fetch, type Response } from 'undici'
import { UserError } from '../../errors.ts'

/** How to ask; what tests set otherwise. */
export interface ReaderOptions {
  tenant: string
  client_id: string
  secret: string
  /** Addresses without a slash at their ends. */
  login: string
  graph: string
  /** Default: by HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment. */
  dispatcher?: Dispatcher
  /** How often a request that failed for a passing reason is sent again. Default 6. */
  retries?: number
  /** First pause before sending again, milliseconds; each further one is twice as long. Default 1000. */
  pause?: number
  /** Longest pause that a server may ask for, milliseconds; a longer one ends the run, and the next goes on there. Default ten minutes. */
  longest_pause?: number
  /** Asked while waiting: whether to give up, with {@link Stopped}. */
  stopped?: () => boolean
  /** Milliseconds since 1970, for tests. */
  clock?: () => number
}

/** A page of a list. */
export interface GraphPage {
  /** The items as Graph gave them. */
  value: unknown[]
  /** Address of the next page; null: this was the last. */
  next: string | null
}

/** Statuses that pass by themselves. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504])
const MOST_BYTES = 64 * 1024 * 1024
/** A token is renewed this long before it ends, milliseconds. */
const EARLY = 300_000
/** A clock that differs by more than this from the server's is told, milliseconds. */
const SKEW = 300_000

/** Whoever runs the reader no longer wants it to wait. */
export class Stopped extends Error {}

/** A failure that may pass: the request is sent again. */
class Passing extends Error {
  readonly after: number | null
  constructor(message: string, after: number | null) {
    super(message)
    this.after = after
  }
}

/**
 * Asks Microsoft Graph with client credentials. Tokens are fetched when needed, renewed before they end and once more when one is refused. It never
 * leaves the two hosts that it was given: redirects and links elsewhere are refused, and the secret goes to the token endpoint alone.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export class GraphReader {
  /** What the person should know although it worked: partial answers, a clock that is off. Each once. */
  readonly warnings = new Set<string>()
  private token: { text: string; until: number } | null = null
  private readonly options: ReaderOptions
  private readonly dispatcher: Dispatcher
  private readonly clock: () => number

  constructor(options: ReaderOptions) {
    this.options = options
    this.dispatcher = options.dispatcher ?? new EnvHttpProxyAgent()
    this.clock = options.clock ?? Date.now
  }

  async close(): Promise<void> {
    if (!this.options.dispatcher) await this.dispatcher.destroy()
  }

  /**
   * One page. Throws UserError: `connector_refused` (the directory or Graph refuses us), `connector_unreachable` (nobody answers, after all retries, or
   * for longer than we wait), `connector_answer` (it answers something else, or leads elsewhere).
   */
  async page(url: string): Promise<GraphPage> {
    const address = this.sameHost(url)
    let renewed = false
    const body = await this.patiently(address.host, async () => {
      const token = await this.currentToken()
      const answer = await this.ask(address, {
        headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': 'Plimsoll' },
      })
      const text = await read(answer, address.host)
      if (answer.status === 401 && !renewed) {
        renewed = true
        this.token = null
        throw new Passing('it refused a token that should still hold', 0)
      }
      if (PASSING.has(answer.status)) throw new Passing(`it answered ${answer.status}`, this.retryAfter(answer))
      if (answer.status !== 200 && answer.status !== 206) throw refusal(answer.status, text, address.host)
      if (answer.status === 206) this.warnings.add(partialWords(answer.headers.get('warning')))
      return parsed(text)
    })
    const { value, '@odata.nextLink': next } = body as { value?: unknown; '@odata.nextLink'?: unknown }
    if (!Array.isArray(value))
      throw new UserError('connector_answer', `${address.host} answers, but not with a list: expected {"value": […]}`, { status: 502 })
    return { value, next: typeof next === 'string' && next !== '' ? this.sameHost(next).href : null }
  }

  /** The token that holds, or a new one. */
  private async currentToken(): Promise<string> {
    if (this.token && this.clock() < this.token.until - EARLY) return this.token.text
    const { login, graph, tenant, client_id, secret } = this.options
    const address = new URL(`${login}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`)
    const form = new URLSearchParams({
      client_id,
      client_secret: secret,
      grant_type: 'client_credentials',
      scope: `${new URL(graph).origin}/.default`,
    })
    const answer = await this.ask(address, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', 'user-agent': 'Plimsoll' },
      body: form.toString(),
    })
    const text = await read(answer, address.host)
    if (PASSING.has(answer.status)) throw new Passing(`${address.host} answered ${answer.status}`, this.retryAfter(answer))
    const said = parsedOr(text)
    if (answer.status !== 200) {
      const code = typeof said?.['error'] === 'string' ? said['error'].slice(0, 60) : String(answer.status)
      throw new UserError('connector_refused', `${address.host} gives no token (${code}): ${helpFor(said, this.options)}`, { status: 502 })
    }
    const token = said?.['access_token']
    const lasts = Number(said?.['expires_in'])
    if (typeof token !== 'string' || !(lasts > 0))
      throw new UserError('connector_answer', `${address.host} answers, but with no token: check the address of the cloud`, { status: 502 })
    // By how long it lasts, not by when: our clock may differ.
    this.token = { text: token, until: this.clock() + Math.max(lasts * 1000, EARLY + 1000) }
    return token
  }

  /** One request. What leads elsewhere is refused. */
  private async ask(url: URL, init: { method?: string; headers: Record<string, string>; body?: string }): Promise<Response> {
    let answer: Response
    try {
      answer = await fetch(url, { ...init, dispatcher: this.dispatcher, redirect: 'manual' })
    } catch (error) {
      const { cause } = error as { cause?: { code?: string } }
      throw new Passing(`it cannot be reached (${cause?.code ?? 'no connection'})`, null)
    }
    const date = Date.parse(answer.headers.get('date') ?? '')
    const off = Number.isNaN(date) ? 0 : date - this.clock()
    if (Math.abs(off) > SKEW)
      this.warnings.add(
        `The clock of this machine is ${Math.round(Math.abs(off) / 60_000)} minutes ${off > 0 ? 'behind' : 'ahead of'} that of ${url.host}: times of this run may be wrong by that.`,
      )
    if (answer.status >= 300 && answer.status < 400) {
      await answer.body?.cancel()
      throw new UserError('connector_answer', `${url.host} sends us elsewhere, which is not followed: check the address of the cloud`, {
        status: 502,
      })
    }
    return answer
  }

  /** Sends again what failed for a passing reason, when the server says so or after a growing pause. */
  private async patiently<T>(host: string, work: () => Promise<T>): Promise<T> {
    const { retries = 6, longest_pause = 600_000 } = this.options
    let { pause = 1000 } = this.options
    for (let attempt = 0; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof Passing)) throw error
        const wait = error.after ?? pause
        if (attempt >= retries || wait > longest_pause)
          throw new UserError(
            'connector_unreachable',
            `${host}: ${error.message}, ${attempt + 1} times${wait > longest_pause ? `, and asks us to wait ${Math.round(wait / 60_000)} minutes` : ''}; the next run goes on where this one stopped`,
            { status: 502, cause: error },
          )
        for (const until = Date.now() + wait; Date.now() < until;) {
          if (this.options.stopped?.()) throw new Stopped()
          await sleep(Math.min(500, Math.max(1, until - Date.now())))
        }
        pause = Math.min(60_000, pause * 2)
      }
    }
  }

  /** Seconds, or a date by the server's own clock; milliseconds. Null: not said. */
  private retryAfter(answer: Response): number | null {
    const text = answer.headers.get('retry-after')
    if (text === null) return null
    if (/^\d{1,6}$/.test(text)) return Number(text) * 1000
    const until = Date.parse(text)
    const now = Date.parse(answer.headers.get('date') ?? '')
    return Number.isNaN(until) ? null : Math.max(0, until - (Number.isNaN(now) ? this.clock() : now))
  }

  /** An address of Graph's own. Throws UserError('connector_answer') for another host, so that no token goes there. */
  private sameHost(link: string): URL {
    const own = new URL(this.options.graph)
    const url = URL.canParse(link) ? new URL(link) : null
    if (!url || url.origin !== own.origin || url.username || !url.pathname.startsWith(own.pathname === '/' ? '/' : `${own.pathname}/`))
      throw new UserError('connector_answer', `a page of ${own.host} goes on at ${url ? url.host : 'no address'}, which is not followed`, {
        status: 502,
      })
    return url
  }
}

/** The whole answer as text. What ends too early is asked for again. */
async function read(answer: Response, host: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of answer.body ?? []) {
      bytes += (chunk as Uint8Array).length
      if (bytes > MOST_BYTES)
        throw new UserError('connector_answer', `${host} sends a page of more than ${MOST_BYTES} bytes`, { status: 502 })
      chunks.push(chunk as Uint8Array)
    }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new Passing('the page broke off', null)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** JSON of a page; one that was cut is asked for again. */
function parsed(text: string): unknown {
  const said = parsedOr(text)
  if (said === null) throw new Passing('the page is cut off or no JSON', null)
  return said
}

function parsedOr(text: string): Record<string, unknown> | null {
  try {
    const said: unknown = JSON.parse(text)
    return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** What to do about a refused token, by the directory's own number. https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
function helpFor(said: Record<string, unknown> | null, { client_id, tenant }: ReaderOptions): string {
  const description = typeof said?.['error_description'] === 'string' ? said['error_description'] : ''
  const number = /AADSTS(\d{4,8})/.exec(description)?.[1]
  const help: Record<string, string> = {
    '7000215': 'the client secret is wrong: take its value, not its id, from the application under Certificates & secrets',
    '7000222': 'the client secret has expired: make a new one for the application and put it in place',
    '700016': `there is no application ${client_id} in the directory ${tenant}: check both ids`,
    '90002': `there is no directory ${tenant} in this cloud: check the tenant id and the cloud`,
    '1002012': 'the scope is not one of this cloud: check the cloud',
  }
  const known = number === undefined ? undefined : help[number]
  return known ? `${known} (AADSTS${number})` : `check tenant, client id, secret and cloud${number ? ` (AADSTS${number})` : ''}`
}

function refusal(status: number, text: string, host: string): UserError {
  const error = parsedOr(text)?.['error'] as { code?: unknown; message?: unknown } | undefined
  const said = typeof error?.message === 'string' ? `: ${error.message.slice(0, 300)}` : ''
  const help =
    status === 401 || status === 403
      ? 'grant the application the permission SecurityEvents.Read.All (application) with admin consent'
      : status === 404
        ? 'this tenant has no such list: check the cloud'
        : 'try again later'
  return new UserError('connector_refused', `${host} answers ${status}${said}; ${help}`, { status: 502 })
}

/** `199 - "{Vendor}/{Provider}/{StatusCode}/{LatencyInMs}"` in words. */
function partialWords(warning: string | null): string {
  const [, vendor, provider, status] = /"([^/"]{1,80})\/([^/"]{1,80})\/(\d{1,6})\/[^"]{0,40}"/.exec(warning ?? '') ?? []
  const left = 'What it left out is unknown until the next run asks again.'
  return vendor ? `The answer was partial: ${vendor} ${provider} failed with ${status}. ${left}` : `The answer was partial. ${left}`
}
