import { UserError } from '../errors.ts'

/** Tar works in blocks of this many bytes. https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06 */
const BLOCK = 512

/** The largest size that fits a header's eleven octal digits; beyond it GNU's base-256 form is written. */
const MOST_OCTAL = 8 ** 11 - 1

/** The header of a file in a tar archive (ustar). `name`: at most 100 ASCII characters; `modified`: seconds since 1970. */
export function tarHeader(name: string, size: number, modified: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new RangeError(`${name} is too long for a tar header`)
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
  header.write(name, 0, 'latin1')
  octal(0o600, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  if (size <= MOST_OCTAL) octal(size, 124, 12)
  else {
    header[124] = 0x80
    header.writeBigUInt64BE(BigInt(size), 128)
  }
  octal(modified, 136, 12)
  header.write(' '.repeat(8), 148, 'latin1')
  header.write('0', 156, 'latin1')
  header.write('ustar\u000000', 257, 'latin1')
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

/** What fills a file of `size` bytes up to whole blocks. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK)

/** What ends an archive. */
export const tarEnd = (): Buffer => Buffer.alloc(2 * BLOCK)

/** A whole archive of text files, in memory. `modified`: seconds since 1970. */
export const tarOf = (files: readonly { path: string; text: string }[], modified: number): Buffer =>
  Buffer.concat([
    ...files.flatMap(({ path, text }) => {
      const bytes = Buffer.from(text)
      return [tarHeader(path, bytes.length, modified), bytes, tarPadding(bytes.length)]
    }),
    tarEnd(),
  ])

/** A file of an archive; its body must be read before the next file is asked for. */
export interface TarFile {
  name: string
  size: number
  body(): AsyncGenerator<Buffer>
}

const damaged = (what: string): UserError => new UserError('damaged_backup', `the backup cannot be read: ${what}. Take another copy of it`)

/** The files of a tar archive as they come. Throws UserError('damaged_backup') where it is cut off or is no such archive. */
export async function* readTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const source = bytes[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  /** The next bytes, at most `most`; null at the end. */
  const some = async (most: number): Promise<Buffer | null> => {
    while (rest.length === 0) {
      const next = await source.next()
      if (next.done) return null
      rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
    }
    const piece = rest.subarray(0, most)
    rest = rest.subarray(piece.length)
    return piece
  }
  const exactly = async (length: number): Promise<Buffer> => {
    const pieces: Buffer[] = []
    for (let left = length; left > 0;) {
      const piece = await some(left)
      if (!piece) throw damaged('it is cut off')
      pieces.push(piece)
      left -= piece.length
    }
    return Buffer.concat(pieces)
  }
  for (;;) {
    const header = await exactly(BLOCK)
    if (header.every((byte) => byte === 0)) return
    const { name, size } = readHeader(header)
    let left = size
    yield {
      name,
      size,
      async *body() {
        while (left > 0) {
          const piece = await some(left)
          if (!piece) throw damaged(`it is cut off inside ${name}`)
          left -= piece.length
          yield piece
        }
      },
    }
    while (left > 0) left -= (await exactly(Math.min(left, 1_048_576))).length
    await exactly((BLOCK - (size % BLOCK)) % BLOCK)
  }
}

function readHeader(header: Buffer): { name: string; size: number } {
  const text = (at: number, length: number) => header.toString('latin1', at, at + length).replace(/\0[\s\S]*$/, '')
  if (text(257, 5) !== 'ustar') throw damaged('it is no tar archive, or damaged')
  let sum = 8 * 32
  for (const [at, byte] of header.entries()) if (at < 148 || at >= 156) sum += byte
  if (sum !== Number.parseInt(text(148, 8), 8)) throw damaged('the checksum of a header is wrong')
  const size = header[124] === 0x80 ? Number(header.readBigUInt64BE(128)) : Number.parseInt(text(124, 12), 8)
  if (!Number.isSafeInteger(size) || size < 0) throw damaged('a header gives no size')
  return { name: text(0, 100), size }
}
