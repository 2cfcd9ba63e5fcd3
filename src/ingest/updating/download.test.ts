import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { download, type DownloadOptions } from './download.ts'

/** A server on loopback whose answer each test sets; it keeps what it was asked. */
let answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void
let asked: IncomingMessage[] = []
const server = createServer((request, response) => {
  asked.push(request)
  answer(request, response, asked.length)
})
let url = ''
let folder = ''
const dispatcher = new Agent({ keepAliveTimeout: 10 })
beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed.json`
})
afterAll(async () => {
  await dispatcher.close()
  server.close()
})
beforeEach(() => {
  asked = []
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-download-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const get = (options: DownloadOptions = {}) => download(url, join(folder, 'file'), { dispatcher, pause: 1, ...options })
const content = randomBytes(200_000)
const got = () => readFileSync(join(folder, 'file'))
const leftOver = () => existsSync(join(folder, 'file.part'))

describe('download', () => {
  it('keeps what the server said of the file, and asks with it the next time', async () => {
    answer = (request, response) => {
      if (request.headers['if-none-match'] === '"v1"') return void response.writeHead(304).end()
      response.writeHead(200, { etag: '"v1"', 'last-modified': 'Fri, 01 May 2026 10:00:00 GMT' }).end(content)
    }
    const first = await get()
    expect(first).toEqual({
      state: 'fetched',
      bytes: content.length,
      resumed: false,
      validators: { etag: '"v1"', last_modified: 'Fri, 01 May 2026 10:00:00 GMT' },
    })
    expect(got().equals(content)).toBe(true)
    expect(leftOver()).toBe(false)
    expect(await get({ have: { etag: '"v1"' } })).toEqual({ state: 'not_modified' })
  })

  it('goes on where a transfer broke, and gives the file once', async () => {
    answer = (request, response, nth) => {
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
      const headers = { etag: '"v1"', 'content-length': content.length - from }
      if (from) response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` })
      else response.writeHead(200, headers)
      // Time enough for what was sent to arrive, also on a busy machine.
      if (nth < 4) response.write(content.subarray(from, from + 50_000), () => setTimeout(() => response.destroy(), 250))
      else response.end(content.subarray(from))
    }
    expect(await get()).toMatchObject({ state: 'fetched', bytes: content.length, resumed: true })
    expect(got().equals(content)).toBe(true)
    expect(asked.slice(1).every((request) => request.headers['if-range'] === '"v1"')).toBe(true)
    expect(asked).toHaveLength(4)
  })

  it('begins again when the file changed in between', async () => {
    writeFileSync(join(folder, 'file.part'), 'the beginning of an older file')
    writeFileSync(join(folder, 'file.part.of'), '"v0"')
    answer = (_request, response) => response.writeHead(200, { etag: '"v1"' }).end(content)
    expect(await get()).toMatchObject({ resumed: false, bytes: content.length })
    expect(asked[0]!.headers['if-range']).toBe('"v0"')
    expect(got().equals(content)).toBe(true)
  })

  it('never joins parts of which the server does not say that they are of one file', async () => {
    writeFileSync(join(folder, 'file.part'), 'something')
    answer = (_request, response) => response.writeHead(200, { etag: 'W/"v1"' }).end(content)
    await get()
    expect(asked[0]!.headers.range).toBeUndefined()
    expect(got().equals(content)).toBe(true)
  })

  it('begins again when the server sends another part than was asked for', async () => {
    writeFileSync(join(folder, 'file.part'), content.subarray(0, 1000))
    writeFileSync(join(folder, 'file.part.of'), '"v1"')
    answer = (request, response) => {
      if (request.headers.range)
        response.writeHead(206, { etag: '"v1"', 'content-range': `bytes 0-9/${content.length}` }).end(content.subarray(0, 10))
      else response.writeHead(200, { etag: '"v1"' }).end(content)
    }
    await get()
    expect(got().equals(content)).toBe(true)
  })

  it.each([500, 502, 503, 429])('asks again after %i', async (status) => {
    answer = (_request, response, nth) =>
      void (nth < 3 ? response.writeHead(status, { 'retry-after': '0' }).end('wait') : response.end(content))
    expect(await get()).toMatchObject({ state: 'fetched' })
    expect(asked).toHaveLength(3)
  })

  it('gives up after all retries, and says who does not answer', async () => {
    answer = (_request, response) => response.writeHead(503).end()
    await expect(get({ retries: 2 })).rejects.toMatchObject({
      code: 'feed_unreachable',
      message: expect.stringMatching(/127\.0\.0\.1.*503, 3 times/) as string,
    })
    expect(asked).toHaveLength(3)
    await expect(download('http://127.0.0.1:1/x', join(folder, 'file'), { dispatcher, retries: 0 })).rejects.toMatchObject({
      code: 'feed_unreachable',
    })
  })

  it.each([
    [404, 'feed_missing'],
    [410, 'feed_missing'],
    [403, 'feed_unreachable'],
  ])('does not ask again after %i', async (status, code) => {
    answer = (_request, response) => response.writeHead(status).end()
    await expect(get()).rejects.toMatchObject({ code })
    expect(asked).toHaveLength(1)
  })

  it('takes no more than it should, whether the server says how much it sends or not', async () => {
    for (const headers of [{ 'content-length': content.length }, {}]) {
      answer = (_request, response) => response.writeHead(200, { etag: '"v1"', ...headers }).end(content)
      await expect(get({ most_bytes: 100_000 })).rejects.toMatchObject({ code: 'feed_too_large' })
      expect(existsSync(join(folder, 'file'))).toBe(false)
      expect(leftOver()).toBe(false)
    }
  })

  it('follows redirects, but not for ever and to no other scheme', async () => {
    answer = (request, response) =>
      void (request.url === '/feed.json' ? response.writeHead(302, { location: '/there' }).end() : response.end(content))
    expect(await get()).toMatchObject({ state: 'fetched' })
    answer = (_request, response) => response.writeHead(302, { location: '/feed.json' }).end()
    await expect(get()).rejects.toMatchObject({ code: 'feed_unreachable' })
    answer = (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end()
    await expect(get()).rejects.toMatchObject({ code: 'bad_url' })
    await expect(download('ftp://127.0.0.1/x', join(folder, 'file'), { dispatcher })).rejects.toMatchObject({ code: 'bad_url' })
  })

  it('goes through the proxy of the environment', async () => {
    const through: string[] = []
    const proxy = createServer((_request, response) => response.writeHead(400).end())
    proxy.on('connect', (request, socket) => {
      through.push(request.url!)
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    })
    await new Promise<void>((resolve) => {
      proxy.listen(0, '127.0.0.1', resolve)
    })
    const before = process.env['HTTPS_PROXY']
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    try {
      await expect(download('https://feeds.example.com/kev.json', join(folder, 'file'), { retries: 0 })).rejects.toMatchObject({
        code: 'feed_unreachable',
      })
      expect(through).toEqual(['feeds.example.com:443'])
    } finally {
      if (before === undefined) delete process.env['HTTPS_PROXY']
      else process.env['HTTPS_PROXY'] = before
      proxy.close()
    }
  })
})
