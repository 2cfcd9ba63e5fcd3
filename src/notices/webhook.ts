import { createHmac } from 'node:crypto'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { UserError } from '../errors.ts'
import { Forbidden, pin } from './address.ts'

/** How a try went. `again`: it may go better later; `after`: not before so many milliseconds, when the receiver said so. */
export type Outcome =
  | { sent: true; answer: string }
  | { sent: false; answer: string | null; error: string; again: boolean; after: number | null }

/** Statuses that pass by themselves: https://www.rfc-editor.org/rfc/rfc9110#section-15 */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504])

/** How long a receiver may take, in milliseconds. */
const PATIENCE = 15_000

/** Reads the address of a webhook. Throws UserError('bad_webhook') unless it is https, or http where private addresses are allowed. */
export function webhookUrl(text: string, allowPrivate: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  const fine = url?.protocol === 'https:' || (allowPrivate && url?.protocol === 'http:')
  if (!url || !fine || url.username || url.password || text.length > 2000)
    throw new UserError('bad_webhook', 'the address of a webhook begins with https:// and holds no user name')
  return url
}

/**
 * The headers that let a receiver check who sent a message and when, after https://www.standardwebhooks.com: HMAC-SHA256 over id, time and body. A key
 * that begins with whsec_ is base64, any other is taken as it stands.
 */
export function signatureOf(key: string, id: string, seconds: number, body: string): string {
  const bytes = key.startsWith('whsec_') ? Buffer.from(key.slice(6), 'base64') : Buffer.from(key, 'utf8')
  return `v1,${createHmac('sha256', bytes).update(`${id}.${seconds}.${body}`).digest('base64')}`
}

export interface WebhookMessage {
  url: string
  /** Null: not signed. */
  key: string | null
  /** Of the delivery: the same when it is sent again. */
  id: string
  /** Seconds since 1970. */
  seconds: number
  body: string
}

/** Posts a message. Redirects are not followed, proxies not used: it goes to the address that was checked, or nowhere. Never throws. */
export async function postWebhook(
  { url: text, key, id, seconds, body }: WebhookMessage,
  { allowPrivate = false, patience = PATIENCE }: { allowPrivate?: boolean; patience?: number } = {},
): Promise<Outcome> {
  const failed = (error: string, again: boolean, answer: string | null = null, after: number | null = null): Outcome => ({
    sent: false,
    answer,
    error,
    again,
    after,
  })
  let url: URL
  try {
    url = webhookUrl(text, allowPrivate)
  } catch (error) {
    return failed((error as Error).message, false)
  }
  let lookup: LookupFunction
  try {
    const { address, family } = await pin(url.hostname, allowPrivate)
    lookup = (_host, { all }, done) => (all ? done(null, [{ address, family }]) : done(null, address, family))
  } catch (error) {
    return failed(error instanceof Forbidden ? error.message : `${url.hostname} was not found`, !(error instanceof Forbidden))
  }
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'Plimsoll',
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      ...(key === null ? {} : { 'webhook-signature': signatureOf(key, id, seconds, body) }),
    }
    const asked = request(url, { method: 'POST', headers, lookup, agent: false, signal: AbortSignal.timeout(patience) }, (answer) => {
      answer.resume() // what it says is not ours to keep
      const status = answer.statusCode ?? 0
      const said = `HTTP ${status}`
      if (status >= 200 && status < 300) return resolve({ sent: true, answer: said })
      if (status >= 300 && status < 400)
        return resolve(failed('the receiver redirects, which is not followed: enter the address itself', false, said))
      resolve(failed(`the receiver answered ${status}`, PASSING.has(status), said, retryAfter(answer.headers['retry-after'])))
    })
    asked.on('error', (error: NodeJS.ErrnoException) =>
      resolve(
        failed(
          error.name === 'TimeoutError' || error.name === 'AbortError' ? `no answer within ${patience / 1000} s` : reasonOf(error),
          true,
        ),
      ),
    )
    asked.end(body)
  })
}

/** Seconds or a date; null: neither. https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
function retryAfter(text: string | undefined): number | null {
  if (text === undefined) return null
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now())
}

/** What went wrong in the connection, without the address, which may be a secret. */
function reasonOf(error: NodeJS.ErrnoException): string {
  const { code = '' } = error
  if (code === 'ECONNREFUSED') return 'the receiver refuses connections'
  if (code === 'ECONNRESET') return 'the receiver broke off the connection'
  if (/CERT|SSL|TLS|EPROTO|SIGNATURE/.test(code)) return `the connection is not safe (${code})`
  return code ? `the connection failed (${code})` : 'the connection failed'
}
