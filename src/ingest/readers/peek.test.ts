import { describe, expect, it } from 'vitest'
import { peek } from './peek.ts'

async function* chunks(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield new TextEncoder().encode(part)
}
async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const chunk of bytes) all.push(chunk)
  return Buffer.concat(all).toString()
}

describe('peek', () => {
  it('shows the beginning over chunk borders and loses nothing', async () => {
    const peeked = await peek(chunks('ab', 'cd', 'ef', 'gh'), 5)
    expect(peeked.text).toBe('abcdef')
    expect(await textOf(peeked.bytes)).toBe('abcdefgh')
  })

  it('is empty for an empty stream', async () => {
    const peeked = await peek(chunks())
    expect(peeked.text).toBe('')
    expect(await textOf(peeked.bytes)).toBe('')
  })
})
