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

/**
 * Items that wait for something that stands behind them in the file: which asset they are about, say. They are plain data (JSON); memory stays bounded however
 * many there are.
 */
export class Waiting<T = FileRecord> {
  private held: T[] = []
  private weight = 0
  private count = 0
  private file: number | null = null
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

  /** How much of them waits in memory. */
  get inMemory(): number {
    return this.weight
  }

  /** All of them in the order in which they came; they stay. */
  *all(): Generator<T> {
    if (this.file !== null) yield* readLines<T>(this.file)
    yield* this.held
  }

  /** All of them in the order in which they came, and then none. */
  *take(): Generator<T> {
    yield* this.all()
    this.held = []
    this.weight = 0
    this.count = 0
    if (this.file !== null) closeSync(this.file)
    forgotten.unregister(this)
    this.file = null
  }

  private putAway(): void {
    if (this.file === null) {
      this.file = openUnnamed()
      forgotten.register(this, this.file, this)
    }
    let text = ''
    for (const item of this.held) {
      text += `${JSON.stringify(item)}\n`
      if (text.length < PIECE) continue
      writeAll(this.file, text)
      text = ''
    }
    writeAll(this.file, text)
    this.held = []
    this.weight = 0
  }
}

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

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
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

function* readLines<T>(file: number): Generator<T> {
  const decoder = new StringDecoder('utf8')
  const piece = Buffer.alloc(PIECE)
  let rest = ''
  for (let at = 0; ;) {
    const bytes = readSync(file, piece, 0, PIECE, at)
    if (bytes === 0) return
    at += bytes
    const lines = (rest + decoder.write(piece.subarray(0, bytes))).split('\n')
    rest = lines.pop()!
    for (const line of lines) yield JSON.parse(line) as T
  }
}
