import { UserError } from '../../errors.ts'
import { type ArchiveEntry, MAX_ENTRIES, MAX_UNPACKED, tooManyEntries, tooMuch, wrongPath } from './archive-entry.ts'

const BLOCK = 512
/** Largest header that follows in blocks of its own (a long name, pax records), in bytes. */
const MAX_HEADER = 1024 * 1024

const damaged = (message: string) => new UserError('damaged_file', message)

/** Text up to the first zero byte. */
function field(block: Uint8Array, start: number, length: number): string {
  const bytes = block.subarray(start, start + length)
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
}

/** A number in octal, or in base 256 where the highest bit is set (GNU); NaN where it is neither. */
function numberField(block: Uint8Array, start: number, length: number): number {
  if (block[start]! & 0x80) {
    let value = block[start]! & 0x7f
    for (let at = start + 1; at < start + length; at++) value = value * 256 + block[at]!
    return value
  }
  const text = field(block, start, length).trim()
  return text === '' ? 0 : /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : NaN
}

/** The sum of a header's bytes with its own checksum taken as spaces; some old writers summed signed bytes. */
function sumFits(block: Uint8Array): boolean {
  let unsigned = 0
  let signed = 0
  for (let at = 0; at < BLOCK; at++) {
    const byte = at >= 148 && at < 156 ? 0x20 : block[at]!
    unsigned += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  const stated = numberField(block, 148, 8)
  return stated === unsigned || stated === signed
}

/** Whether the beginning of a file is a tar header: 512 bytes, of which the checksum fits. Of fewer bytes: no. */
export const isTar = (start: Uint8Array): boolean => start.length >= BLOCK && start.some((byte) => byte !== 0) && sumFits(start)

/** Takes bytes from a stream in the amounts that one asks for. */
class Taker {
  private readonly chunks: AsyncIterator<Uint8Array>
  private held: Uint8Array = new Uint8Array(0)

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.chunks = bytes[Symbol.asyncIterator]()
  }

  /** The next bytes, at most `most`; null at the end. */
  async some(most: number): Promise<Uint8Array | null> {
    while (this.held.length === 0) {
      const next = await this.chunks.next()
      if (next.done) return null
      this.held = next.value
    }
    const part = this.held.subarray(0, most)
    this.held = this.held.subarray(part.length)
    return part
  }

  /** Exactly `size` bytes, fewer only at the end of the stream. */
  async exactly(size: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    for (let left = size; left > 0;) {
      const part = await this.some(left)
      if (!part) break
      parts.push(part)
      left -= part.length
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  }

  async close(): Promise<void> {
    await this.chunks.return?.()
  }
}

/** The records of a pax header: `length key=value\n`, https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html */
function paxRecords(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>()
  const decoder = new TextDecoder()
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at)
    const length = space < 0 ? NaN : Number(decoder.decode(bytes.subarray(at, space)))
    if (!Number.isInteger(length) || length <= space - at || at + length > bytes.length) break
    const text = decoder.decode(bytes.subarray(space + 1, at + length - 1))
    const equals = text.indexOf('=')
    if (equals > 0) records.set(text.slice(0, equals), text.slice(equals + 1))
    at += length
  }
  return records
}

/**
 * The members of a tar archive but folders, in order, as a stream: ustar, pax and GNU long names
 * (https://www.gnu.org/software/tar/manual/html_node/Standard.html). A link, a device or a path that leads outside comes with `refused`
 * set. Throws UserError('damaged_file') where a header is wrong or the archive is cut off, and UserError('file_too_large') for one with
 * more members or bytes than any collection of reports has.
 */
export async function* readTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ArchiveEntry> {
  const taker = new Taker(bytes)
  let count = 0
  let unpacked = 0
  let last = ''
  /** What headers of their own say about the next member. */
  let next: { name?: string; size?: number } = {}
  const cut = () => damaged(`The tar archive is cut off${last ? ` after or inside ${last}` : ''}`)
  try {
    for (;;) {
      const header = await taker.exactly(BLOCK)
      // The end is two empty blocks; archives with one, or that end with their last member, are in use.
      if (header.length === 0 && count > 0) return
      if (header.length < BLOCK) throw cut()
      if (header.every((byte) => byte === 0)) return
      const stated = numberField(header, 124, 12)
      if (!sumFits(header) || !Number.isSafeInteger(stated)) {
        throw damaged(`Expected a tar archive; the header ${last ? `after ${last}` : 'at its beginning'} is damaged`)
      }
      const type = field(header, 156, 1)
      const size = next.size ?? stated
      const padding = Math.ceil(size / BLOCK) * BLOCK - size
      if (type === 'L' || type === 'x' || type === 'g' || type === 'K') {
        if (stated > MAX_HEADER) throw damaged(`A header of ${stated} bytes in the tar archive is more than ${MAX_HEADER}`)
        const content = await taker.exactly(stated)
        const rest = await taker.exactly(Math.ceil(stated / BLOCK) * BLOCK - stated)
        if (content.length < stated || rest.length < Math.ceil(stated / BLOCK) * BLOCK - stated) throw cut()
        if (type === 'L') next.name = field(content, 0, content.length)
        if (type === 'x') next = { ...next, ...paxOf(content) }
        continue
      }
      const prefix = field(header, 257, 6) === 'ustar' ? field(header, 345, 155) : ''
      const name = (next.name ?? (prefix ? `${prefix}/` : '') + field(header, 0, 100)).replace(/^(?:\.\/)+/, '')
      next = {}
      last = name
      if (++count > MAX_ENTRIES) throw tooManyEntries()
      unpacked += size
      if (unpacked > MAX_UNPACKED) throw tooMuch()
      let left = size
      const content = async function* (): AsyncGenerator<Uint8Array> {
        while (left > 0) {
          const part = await taker.some(Math.min(left, 256 * 1024))
          if (!part) throw cut()
          left -= part.length
          yield part
        }
      }
      if (type !== '5' && !(type === '' && name.endsWith('/'))) {
        const refused = wrongPath(name) ?? wrongType(type)
        yield {
          name,
          size,
          refused,
          async *bytes() {
            if (refused) throw refused
            yield* content()
          },
        }
      }
      for await (const _ of content()); // what was not asked for
      if ((await taker.exactly(padding)).length < padding) throw cut()
    }
  } finally {
    await taker.close()
  }
}

function paxOf(content: Uint8Array): { name?: string; size?: number } {
  const records = paxRecords(content)
  const name = records.get('path')
  const size = Number(records.get('size') ?? NaN)
  return { ...(name !== undefined && { name }), ...(Number.isSafeInteger(size) && size >= 0 && { size }) }
}

/** '0', '7' and none are files. */
function wrongType(type: string): UserError | null {
  if (type === '0' || type === '' || type === '7') return null
  if (type === '1' || type === '2') return damaged('it is a link, not a file: only files are read from archives')
  return damaged(`it is a device or something else than a file (tar type ${JSON.stringify(type)}): only files are read from archives`)
}
