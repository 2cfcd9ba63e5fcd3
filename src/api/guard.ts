import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { UserError } from '../errors.ts'

/** Routes without data that a watcher may ask without the token. */
const open = new Set(['/health', '/ready'])

/**
 * Keeps strangers out, before anything else happens to a request.
 * - With a token: every route but /health and /ready wants `Authorization: Bearer <token>`; Basic with the token as password is the same,
 *   so that a browser can ask for it by itself (https://www.rfc-editor.org/rfc/rfc7617).
 * - Without one: only names of this machine are answered, so that a page elsewhere cannot reach us through a name of its own that
 *   points here (DNS rebinding).
 * - Always: what changes something must not come from a page of another origin.
 * Throws UserError('unauthorized'), UserError('foreign_host'), UserError('foreign_origin').
 */
export function guard(app: FastifyInstance, token: string | undefined): void {
  const expected = token === undefined ? null : digest(token)
  app.addHook('onRequest', async (request, reply) => {
    if (expected === null) {
      if (!isLoopback(request.headers.host)) {
        throw new UserError(
          'foreign_host',
          'this server answers on localhost only. To reach it from elsewhere start it with --listen and a token.',
          { status: 421 },
        )
      }
    } else if (!open.has(request.url.split('?')[0]!) && !timingSafeEqual(digest(given(request)), expected)) {
      reply.header('www-authenticate', ['Bearer realm="Plimsoll"', 'Basic realm="Plimsoll", charset="UTF-8"'])
      throw new UserError(
        'unauthorized',
        'this server wants its token: Authorization: Bearer <PLIMSOLL_TOKEN>, or as the password of any user',
        { status: 401 },
      )
    }
    if (request.method !== 'GET' && request.method !== 'HEAD' && isForeign(request)) {
      throw new UserError('foreign_origin', 'a page of another origin may not change anything here', { status: 403 })
    }
  })
}

/** Equal lengths, so that comparing takes the same time whatever was given. */
const digest = (text: string) => createHash('sha256').update(text).digest()

/** The token that a request brings; '' when none. */
function given({ headers: { authorization = '' } }: FastifyRequest): string {
  const [scheme = '', rest = ''] = authorization.split(/ +(.*)/s)
  if (scheme.toLowerCase() === 'bearer') return rest
  if (scheme.toLowerCase() !== 'basic') return ''
  const pair = Buffer.from(rest, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1)
}

/** Whether a Host header names this machine itself, on whatever port. */
function isLoopback(host: string | undefined): boolean {
  const name = (host ?? '')
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true
  return isIP(name) === 4 && name.startsWith('127.')
}

/** Whether a browser says that a page of another origin sent this. Programs say nothing and are believed. */
function isForeign({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  if (headers.origin === undefined) return false
  return !URL.canParse(headers.origin) || new URL(headers.origin).host !== headers.host
}
