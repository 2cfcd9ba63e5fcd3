import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a fault does to a request: it answers itself (true), or lets the server answer. */
type Fault = (request: IncomingMessage, response: ServerResponse, nth: number) => boolean | void

/** A server on loopback that speaks what Microsoft documents of the token endpoint and of the two lists, with the faults that a test asks for. */
export interface GraphServer {
  url: string
  /** Every request but those for tokens: path and query. */
  asked: string[]
  /** How many tokens were given. */
  tokens: number
  /** Everything that came in bodies and headers of requests to the lists: no secret may be there. */
  seen: string
  scores: object[]
  profiles: object[]
  /** Items in a page. */
  size: number
  /** Called before a list is answered. */
  fault: Fault
  /** Called before a token is given. */
  tokenFault: Fault
  close(): Promise<void>
}

export const SECRET = 'the-client-secret-of-a-test'
export const CLIENT = '0c000000-0000-4000-8000-00000000000c'

/** `tenant`: the directory that has the application. */
export async function startGraphServer(tenant: string): Promise<GraphServer> {
  const given = new Set<string>()
  let lists = 0
  let tokenRequests = 0
  const json = (response: ServerResponse, status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const giveToken = async (request: IncomingMessage, response: ServerResponse) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    if (self.tokenFault(request, response, ++tokenRequests)) return
    const form = new URLSearchParams(text)
    const right =
      request.method === 'POST' &&
      request.headers['content-type'] === 'application/x-www-form-urlencoded' &&
      request.url === `/login/${tenant}/oauth2/v2.0/token`
    if (!right || form.get('grant_type') !== 'client_credentials' || form.get('scope') !== `${self.url}/.default`)
      return void json(response, 400, {
        error: 'invalid_request',
        error_description: 'AADSTS1002012: The provided value for scope is not valid.',
      })
    if (form.get('client_id') !== CLIENT || form.get('client_secret') !== SECRET)
      return void json(response, 401, { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided.' })
    const token = `token-${++self.tokens}`
    given.clear()
    given.add(token)
    json(response, 200, { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token })
  }
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url!, self.url)
    if (url.pathname.startsWith('/login/')) return giveToken(request, response)
    self.asked.push(request.url!)
    self.seen += JSON.stringify(request.headers) + request.url
    if (self.fault(request, response, ++lists)) return
    if (!given.has((request.headers.authorization ?? '').replace(/^Bearer /, '')))
      return json(response, 401, {
        error: { code: 'InvalidAuthenticationToken', message: 'Access token has expired or is not yet valid.' },
      })
    const list = /^\/v1\.0\/security\/(secureScores|secureScoreControlProfiles)$/.exec(url.pathname)?.[1]
    if (!list) return json(response, 404, { error: { code: 'itemNotFound', message: 'no such list' } })
    // As Graph does: $top is how many days there are to come, here served in smaller pages.
    const all = list === 'secureScores' ? self.scores.slice(0, Number(url.searchParams.get('$top') ?? 90)) : self.profiles
    const skip = Number(url.searchParams.get('$skiptoken') ?? 0)
    const next = new URL(url)
    next.searchParams.set('$skiptoken', String(skip + self.size))
    json(response, 200, {
      '@odata.context': `https://graph.example.com/v1.0/$metadata#security/${list}`,
      ...(skip + self.size < all.length && { '@odata.nextLink': next.href }),
      value: all.slice(skip, skip + self.size),
    })
  }
  const server: Server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const self: GraphServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    tokens: 0,
    seen: '',
    scores: [],
    profiles: [],
    size: 2,
    fault: () => {},
    tokenFault: () => {},
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return self
}
