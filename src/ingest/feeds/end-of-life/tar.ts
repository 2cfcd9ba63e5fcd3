import { UserError } from '../../../errors.ts'

const BLOCK = 512
const MAX_ENTRY = 4 * 1024 * 1024

const field = (block: Uint8Array, start: number, length: number): string =>
  new TextDecoder().decode(block.subarray(start, start + length)).split('\0')[0]!

/**
 * The regular files of a tar archive (https://www.gnu.org/software/tar/manual/html_node/Standard.html), in order; everything else in it is
 * passed over.
 * Throws UserError('unreadable_report') when a header is wrong, a file is over 4 MiB, or the archive is cut off.
 */
export async function* readTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<{ name: string; text: string }> {
  let buffer: Uint8Array = new Uint8Array(0)
  let name = ''
  // Of the current entry: bytes still to come with their padding, null between entries.
  let wanted: { size: number; keep: boolean } | null = null
  let ended = false
  for await (const chunk of bytes) {
    buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk])
    let at = 0
    while (!ended) {
      if (wanted === null) {
        if (buffer.length - at < BLOCK) break
        const header = buffer.subarray(at, at + BLOCK)
        at += BLOCK
        if (header.every((byte) => byte === 0)) {
          ended = true
          break
        }
        const size = Number.parseInt(field(header, 124, 12).trim() || '0', 8)
        if (field(header, 257, 5) !== 'ustar' || !(size >= 0))
          throw new UserError('unreadable_report', 'Expected a tar archive; one of its headers is damaged')
        const type = field(header, 156, 1)
        const prefix = field(header, 345, 155)
        name = (prefix ? `${prefix}/` : '') + field(header, 0, 100)
        const keep = type === '0' || type === ''
        if (size > MAX_ENTRY) throw new UserError('unreadable_report', `${name}: a file of ${size} bytes is more than ${MAX_ENTRY}`)
        wanted = { size, keep }
      } else {
        const padded: number = Math.ceil(wanted.size / BLOCK) * BLOCK
        if (buffer.length - at < padded) break
        if (wanted.keep) yield { name, text: new TextDecoder().decode(buffer.subarray(at, at + wanted.size)) }
        at += padded
        wanted = null
      }
    }
    buffer = buffer.subarray(at)
  }
  if (!ended) throw new UserError('unreadable_report', `The tar archive is cut off${name ? ` after or inside ${name}` : ''}`)
}
