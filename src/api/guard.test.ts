import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { guard } from './guard.ts'
import { answerError } from './problems.ts'

async function ask(
  token: string | undefined,
  headers: Record<string, string>,
  method: 'GET' | 'POST' | 'DELETE' = 'GET',
  url = '/thing',
): Promise<number> {
  const app = Fastify()
  app.setErrorHandler(answerError)
  guard(app, token)
  app.route({ method: ['GET', 'POST', 'DELETE'], url: '/thing', handler: async () => 'ok' })
  app.get('/health', async () => 'ok')
  const { statusCode } = await app.inject({ method, url, headers })
  await app.close()
  return statusCode
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

describe('without a token', () => {
  it.each(['localhost', 'localhost:7420', '127.0.0.1:7420', '127.9.9.9', '[::1]:7420', 'demo.localhost:80', 'LOCALHOST'])(
    'answers %s',
    async (host) => {
      expect(await ask(undefined, { host })).toBe(200)
    },
  )
  it.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.1:7420',
    '1270.0.0.1',
    '[::2]',
    'evil.example:80@localhost',
  ])('refuses %s', async (host) => {
    expect(await ask(undefined, { host })).toBe(421)
    expect(await ask(undefined, { host }, 'GET', '/health')).toBe(421)
  })
})

describe('with a token', () => {
  const host = 'plimsoll.example'
  it('takes it as bearer or as the password of any user', async () => {
    expect(await ask('s3cret:x', { host, authorization: 'Bearer s3cret:x' })).toBe(200)
    expect(await ask('s3cret:x', { host, authorization: 'bearer s3cret:x' })).toBe(200)
    expect(await ask('s3cret:x', { host, authorization: basic('anyone', 's3cret:x') })).toBe(200)
  })
  it.each([
    '',
    'Bearer',
    'Bearer wrong',
    'Bearer s3cret2',
    'Bearer s3cre',
    's3cret',
    basic('s3cret', ''),
    basic('u', 'wrong'),
    'Basic !!!',
    'Digest s3cret',
  ])('refuses "%s"', async (authorization) => {
    expect(await ask('s3cret', { host, authorization })).toBe(401)
    expect(await ask('s3cret', { host, authorization }, 'GET', '/elsewhere')).toBe(401)
  })
  it('leaves only the health open', async () => {
    expect(await ask('s3cret', { host }, 'GET', '/health?x=1')).toBe(200)
    expect(await ask('s3cret', { host }, 'GET', '/health/../thing')).not.toBe(200)
  })
})

describe('what changes something', () => {
  const host = 'localhost:7420'
  it.each([
    [{}, 200],
    [{ origin: 'http://localhost:7420' }, 200],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://localhost:7420' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ origin: 'http://localhost:3000' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site', origin: 'http://localhost:7420' }, 403],
  ] as [Record<string, string>, number][])('%o → %i', async (headers, status) => {
    expect(await ask(undefined, { host, ...headers }, 'POST')).toBe(status)
    expect(await ask(undefined, { host, ...headers }, 'DELETE')).toBe(status)
    expect(await ask(undefined, { host, ...headers })).toBe(200)
  })
})
