/**
 * Reads the beginning of a stream without losing it: `start` is at least the first `size` bytes (all of a shorter file), `text` the same as UTF-8, and
 * `bytes` gives the whole stream again. A character that the cut splits comes out as U+FFFD in `text` only.
 */
export async function peek(
  bytes: AsyncIterable<Uint8Array>,
  size = 1024,
): Promise<{ text: string; start: Uint8Array; bytes: AsyncIterable<Uint8Array> }> {
  const rest = bytes[Symbol.asyncIterator]()
  const begun: Uint8Array[] = []
  let length = 0
  while (length < size) {
    const next = await rest.next()
    if (next.done) break
    begun.push(next.value)
    length += next.value.length
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      yield* begun
      for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
    } finally {
      await rest.return?.()
    }
  }
  const start = Buffer.concat(begun)
  return { text: new TextDecoder().decode(start), start, bytes: whole() }
}
