import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Milliseconds between two signs of life, so that whatever stands between does not cut a quiet connection. */
const HEARTBEAT = 15_000

/**
 * Sends server-sent events named `progress` until `items` ends, the client goes away or the server closes.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function sendEvents<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  closing: AbortSignal,
  open: (signal: AbortSignal) => AsyncIterable<T>,
): Promise<void> {
  const gone = new AbortController()
  const signal = AbortSignal.any([gone.signal, closing])
  const items = open(signal)[Symbol.asyncIterator]()
  const first = await items.next() // what is wrong with the question is still told as an error
  reply.hijack()
  const { raw } = reply
  raw.once('close', () => gone.abort())
  raw.writeHead(200, {
    ...definite(reply.getHeaders()),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  })
  const beat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT)
  try {
    for (let next = first; !next.done && !signal.aborted; next = await items.next())
      raw.write(`event: progress\ndata: ${JSON.stringify(next.value)}\n\n`)
  } catch (error) {
    request.log.error(error)
  } finally {
    clearInterval(beat)
    await items.return?.()
    raw.end()
  }
}

const definite = (headers: ReturnType<FastifyReply['getHeaders']>) =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))

/** A signal that comes when the application begins to close. */
export function closingSignal(app: FastifyInstance): AbortSignal {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  return closing.signal
}
