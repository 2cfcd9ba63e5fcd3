// A process of its own that asks the server, as browsers do: what asking costs is not the server's.

/** What an asker is told to do. */
export interface Asking {
  address: string
  paths: readonly string[]
  /** Requests under way at a time. */
  at_once: number
}

/** One answered request. */
export interface AskedOnce {
  /** Until its last byte came, in milliseconds. */
  ms: number
  /** The answer was 200. */
  ok: boolean
}

async function askOne(url: string): Promise<AskedOnce> {
  const began = performance.now()
  const answer = await fetch(url)
  await answer.arrayBuffer()
  return { ms: performance.now() - began, ok: answer.status === 200 }
}

async function askAll({ address, paths, at_once }: Asking): Promise<AskedOnce[]> {
  const asked: AskedOnce[] = []
  const waiting = paths.toReversed()
  await Promise.all(
    Array.from({ length: at_once }, async () => {
      for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) asked.push(await askOne(`${address}${path}`))
    }),
  )
  return asked
}

process.on('message', (asking: Asking) => {
  askAll(asking).then(
    (asked) => process.send!(asked),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    },
  )
})
