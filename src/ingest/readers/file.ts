import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { UserError } from '../../errors.ts'
import type { Head, Source } from '../importer.ts'
import { isTar } from './tar.ts'
import { isZip } from './zip.ts'

export interface OpenFile {
  /** What `detect` sees: at most 64 KiB of decoded text. */
  head: Head
  source: Source
  /** What kind of archive it is after unpacking gzip, by its first bytes; null when it is none. */
  archive: 'zip' | 'tar' | null
}

export interface OpenOptions {
  /** The file's own name, when the path is a temporary one. */
  name?: string
  /** Largest size after unpacking, in bytes. Default 8 GiB. */
  max_bytes?: number
}

const MAX_BYTES = 8 * 1024 ** 3
const HEAD_BYTES = 64 * 1024
const CHUNK_BYTES = 256 * 1024

/**
 * Opens a report or feed file. It is recognised by its first bytes, never by its name: gzip is unpacked, UTF-16 with a byte order mark is
 * decoded, a UTF-8 mark is removed; other bytes pass as they are (a reader may know a declared single-byte encoding).
 * Throws UserError: `file_not_readable`, `damaged_file` (gzip or UTF-16 wrong or cut off), `file_too_large` (over `max_bytes` unpacked);
 * here when it shows in the first 64 KiB, later from `source.bytes()`.
 */
export async function openFile(path: string, options: OpenOptions = {}): Promise<OpenFile> {
  return open(options.name ?? basename(path), () => createReadStream(path, { highWaterMark: CHUNK_BYTES }), options)
}

/** The same for bytes that are in memory already; `name` stands in for the file name. */
export async function openBytes(name: string, bytes: Uint8Array, options: OpenOptions = {}): Promise<OpenFile> {
  return open(name, () => chunksOf(bytes), options)
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) yield bytes.subarray(start, start + CHUNK_BYTES)
}

async function open(name: string, raw: () => AsyncIterable<Uint8Array>, options: OpenOptions): Promise<OpenFile> {
  const maxBytes = options.max_bytes ?? MAX_BYTES
  let taken = false

  async function* decoded(): AsyncGenerator<Uint8Array> {
    try {
      yield* decode(name, raw(), maxBytes)
    } catch (error) {
      throw mendable(name, error)
    }
  }

  const start = await readStart(name, raw(), maxBytes)
  return {
    // `stream` leaves out a character that the border cuts in two.
    head: { name, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(start, { stream: true }) },
    archive: isZip(start) ? 'zip' : isTar(start.subarray(0, 512)) ? 'tar' : null,
    source: {
      name,
      bytes() {
        if (taken) throw new Error('bytes() of one source may be called once')
        taken = true
        return decoded()
      },
    },
  }
}

async function readStart(name: string, raw: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of decode(name, raw, maxBytes)) {
      parts.push(chunk)
      length += chunk.length
      if (length >= HEAD_BYTES) break
    }
  } catch (error) {
    throw mendable(name, error)
  }
  return Buffer.concat(parts).subarray(0, HEAD_BYTES)
}

/** Unpacks, decodes and counts. */
async function* decode(name: string, raw: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of decodeText(name, unpack(name, raw))) {
    size += chunk.length
    if (size > maxBytes)
      throw new UserError('file_too_large', `${name} is larger than ${maxBytes} bytes when unpacked. Split it, or raise the limit.`)
    if (chunk.length > 0) yield chunk
  }
}

/** Holds back the first bytes until there are `count` of them or the input ends, so that marks split over chunks are seen. */
async function* withStart(raw: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let start: Buffer | null = Buffer.alloc(0)
  for await (const chunk of raw) {
    if (start === null) yield chunk
    else {
      start = start.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([start, chunk])
      if (start.length < count) continue
      yield start
      start = null
    }
  }
  if (start !== null && start.length > 0) yield start
}

/** Gzip by its magic bytes 1f 8b 08: https://www.rfc-editor.org/rfc/rfc1952 section 2.3.1. Several members in a row are one file. */
async function* unpack(name: string, raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = withStart(raw, 3)
  const first = await chunks.next()
  if (first.done) return
  const start = first.value
  const all = async function* () {
    yield start
    yield* chunks
  }
  if (!(start[0] === 0x1f && start[1] === 0x8b && start[2] === 0x08)) {
    yield* all()
    return
  }
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  let failed: unknown = null
  // The callback keeps the error from being thrown nowhere; the loop below sees it as well.
  pipeline(Readable.from(all(), { objectMode: false }), gunzip, (error) => {
    failed = error ?? null
  })
  try {
    for await (const chunk of gunzip) yield chunk as Buffer
  } catch (error) {
    const cause = failed ?? error
    const code = (cause as { code?: string }).code ?? ''
    if (!code.startsWith('Z_')) throw cause
    const what = code === 'Z_BUF_ERROR' ? 'the gzip data ends too early (an incomplete download or copy?)' : 'the gzip data is damaged'
    throw new UserError('damaged_file', `${name} cannot be unpacked: ${what}.`, { cause })
  }
}

/** UTF-16 with a byte order mark becomes UTF-8, a UTF-8 mark is removed: https://encoding.spec.whatwg.org/#bom-sniff */
async function* decodeText(name: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let decoder: InstanceType<typeof TextDecoder> | null = null
  let started = false
  const encoder = new TextEncoder()
  const text = (bytes: Uint8Array | undefined) => {
    try {
      return encoder.encode(bytes ? decoder!.decode(bytes, { stream: true }) : decoder!.decode())
    } catch (cause) {
      throw new UserError('damaged_file', `${name} is marked as UTF-16 but holds bytes that are not, or is cut off.`, { cause })
    }
  }
  for await (let chunk of withStart(chunks, 3)) {
    if (!started) {
      started = true
      if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) chunk = chunk.subarray(3)
      else if (chunk[0] === 0xff && chunk[1] === 0xfe) decoder = new TextDecoder('utf-16le', { fatal: true })
      else if (chunk[0] === 0xfe && chunk[1] === 0xff) decoder = new TextDecoder('utf-16be', { fatal: true })
    }
    yield decoder ? text(chunk) : chunk
  }
  if (decoder) yield text(undefined)
}

function mendable(name: string, error: unknown): unknown {
  const code = (error as { code?: string }).code ?? ''
  if (error instanceof UserError || !/^E[A-Z]+$/.test(code)) return error
  const why =
    ({ ENOENT: 'there is no such file', EACCES: 'permission denied', EISDIR: 'it is a folder' } as Record<string, string>)[code] ?? code
  return new UserError('file_not_readable', `${name} cannot be read: ${why}.`, { cause: error })
}
