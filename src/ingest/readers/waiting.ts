import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { UserError } from '../../errors.ts'
import type { FileRecord } from '../../model/record.ts'

/** How many items may wait. */
const MOST = 5_000_000
/** How much of them waits in memory, by `weightOf`; the others in a temporary file. */
const IN_MEMORY = 48_000_000
const PIECE = 256 * 1024

/** Temporary files of waiting rooms that nobody emptied, because their file broke. */
const forgotten = new FinalizationRegistry<number>((file) => closeSync(file))

/** A point between two items of a waiting room: so many bytes of its file and, behind them, so many items in memory stand before it. */
export interface Mark {
  byte: number
  held: number
}

/**
 * Items that wait for something that stands behind them in the file: which asset they are about, say. They are plain data (JSON); memory stays bounded however
 * many there are.
 */
export class Waiting<T = FileRecord> {
  private held: T[] = []
  private weight = 0
  private count = 0
  private file: number | null = null
  private bytes = 0
  /** Those between items in memory. */
  private marks: Mark[] = []
  private readonly format: string
  private readonly most: number
  private readonly in_memory: number

  /** `format`: the name of the report for the error; `most`: how many items may wait; `in_memory`: how much of them in memory, as characters. */
  constructor(format: string, most = MOST, in_memory = IN_MEMORY) {
    this.format = format
    this.most = most
    this.in_memory = in_memory
  }

  /** Throws UserError('unreadable_report') when more than `most` wait. */
  add(item: T): void {
    if (this.count >= this.most)
      throw new UserError(
        'unreadable_report',
        `The ${this.format} report holds more than ${this.most} items before it says what they are about: split it`,
      )
    this.count++
    this.held.push(item)
    this.weight += weightOf(item)
    if (this.weight > this.in_memory) this.putAway()
  }

  /** The same for each of several. */
  addAll(items: Iterable<T>): void {
    for (const item of items) this.add(item)
  }

  /** The point behind the last item. It stays between the same two items until they are taken. */
  mark(): Mark {
    const mark = { byte: this.bytes, held: this.held.length }
    if (mark.held > 0) this.marks.push(mark)
    return mark
  }

  /** Those between two points, in the order in which they came; they stay. */
  *between(from: Mark, to: Mark): Generator<T> {
    if (from.byte < to.byte) yield* readLines<T>(this.file!, from.byte, to.byte)
    for (let n = from.held; n < to.held; n++) yield this.held[n]!
  }

  /** All of them in the order in which they came; they stay. */
  all(): Generator<T> {
    return this.between({ byte: 0, held: 0 }, this.mark())
  }

  /** All of them in the order in which they came, and then none. */
  *take(): Generator<T> {
    yield* this.all()
    this.held = []
    this.weight = 0
    this.count = 0
    this.bytes = 0
    this.marks = []
    if (this.file !== null) closeSync(this.file)
    forgotten.unregister(this)
    this.file = null
  }

  private putAway(): void {
    if (this.file === null) {
      this.file = openUnnamed()
      forgotten.register(this, this.file, this)
    }
    const { marks } = this
    let next = 0
    let lines: string[] = []
    let length = 0
    const write = () => {
      this.bytes += writeAll(this.file!, lines.join(''))
      lines = []
      length = 0
    }
    for (const [n, item] of this.held.entries()) {
      const line = `${JSON.stringify(item)}\n`
      lines.push(line)
      length += line.length
      const isMarked = marks[next]?.held === n + 1
      if (length >= PIECE || isMarked) write()
      for (; marks[next]?.held === n + 1; next++) {
        marks[next]!.byte = this.bytes
        marks[next]!.held = 0
      }
    }
    write()
    this.marks = []
    this.held = []
    this.weight = 0
  }
}

/**
 * The same plain data with texts of its own. Those that the readers of XML and CSV give are cut out of a piece of the file, and each keeps the whole piece in memory: what
 * waits is to be copied.
 */
export const withOwnTexts = <T>(item: T): T => JSON.parse(JSON.stringify(item)) as T

/** What a member takes beside its text, in characters. */
const MEMBER = 16

/** About how many characters plain data takes in memory: texts that many items share count in each. */
function weightOf(value: unknown): number {
  if (typeof value === 'string') return MEMBER + value.length
  if (typeof value !== 'object' || value === null) return MEMBER
  let weight = MEMBER
  if (Array.isArray(value)) for (const each of value) weight += weightOf(each)
  else for (const name in value) weight += weightOf((value as Record<string, unknown>)[name])
  return weight
}

/** How many bytes they are. */
function writeAll(file: number, text: string): number {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
  return bytes.length
}

/** A file that is gone when it is closed, whatever becomes of the process. */
function openUnnamed(): number {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-waiting-'))
  const file = openSync(join(folder, 'items'), 'w+', 0o600)
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // Windows keeps a file that is open: it then stays in the temporary folder.
  }
  return file
}

/** What was written as a line each from one byte to another. */
function* readLines<T>(file: number, from: number, to: number): Generator<T> {
  const decoder = new StringDecoder('utf8')
  const piece = Buffer.allocUnsafe(Math.min(PIECE, to - from))
  let rest = ''
  for (let at = from; at < to;) {
    const bytes = readSync(file, piece, 0, Math.min(piece.length, to - at), at)
    if (bytes === 0) return
    at += bytes
    const lines = (rest + decoder.write(piece.subarray(0, bytes))).split('\n')
    rest = lines.pop()!
    for (const line of lines) yield JSON.parse(line) as T
  }
}
