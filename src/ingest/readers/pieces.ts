/** The same bytes in pieces of at most `size`, so that a reader's work and memory per step stay small whatever the chunks are. */
export async function* inPieces(bytes: AsyncIterable<Uint8Array>, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size)
  }
}
