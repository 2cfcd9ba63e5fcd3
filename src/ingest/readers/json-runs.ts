import { isAscii } from 'node:buffer'

/** What JSON.parse made of the whole values at the beginning of some bytes, and how many bytes they take. */
export interface Run {
  values: unknown[]
  bytes: number
}

const LF = 0x0a,
  SPACE = 0x20,
  TAB = 0x09,
  QUOTE = 0x22,
  OPEN = 0x7b,
  CLOSE = 0x7d

/** The longest first name of an object that is looked at. */
const LONGEST_NAME = 100

/**
 * What stands between two objects of a list: from the line on which the one ends (its `}` with its indentation) to the first name of the next. `end` is behind the
 * one, `start` at the next. Null where they are no objects, or the name is not in these bytes.
 */
export function borderBetween(bytes: Buffer, end: number, start: number): Border | null {
  if (bytes[end - 1] !== CLOSE || bytes[start] !== OPEN) return null
  let from = end - 1
  while (from > 0 && (bytes[from - 1] === SPACE || bytes[from - 1] === TAB)) from--
  if (from > 0 && bytes[from - 1] === LF) from--
  const quote = bytes.indexOf(QUOTE, start)
  if (quote < 0 || quote > start + LONGEST_NAME) return null
  const close = bytes.indexOf(QUOTE, quote + 1)
  if (close < 0 || close > quote + LONGEST_NAME) return null
  return { text: Buffer.from(bytes.subarray(from, close + 1)), end: end - from }
}

/** The bytes of the border, and how many of them belong to the object before it. */
export interface Border {
  text: Buffer
  end: number
}

/**
 * The objects of a list from `from`, where one begins, to the last border in these bytes, in one go. The border is only guessed at: it may as well stand inside of
 * an object or a text. But what stands between a place where a value begins and any other place is a list of whole values exactly if JSON.parse
 * takes it for one between brackets, so a wrong guess is never more than wasted work. Null then, and where nothing is gained; also when a value is
 * nested deeper than `depth`.
 */
export function parseList(bytes: Buffer, from: number, border: Border, depth: number): Run | null {
  const cut = bytes.lastIndexOf(border.text)
  if (cut <= from) return null
  const end = cut + border.end
  try {
    const values = JSON.parse(`[${textOf(bytes, from, end)}]`) as unknown[]
    return values.some((value) => isDeeper(value, depth)) ? null : { values, bytes: end - from }
  } catch {
    return null
  }
}

/** The values of the lines from `from` on that hold one each, up to the first that does not or is not whole in these bytes. Empty lines are passed over. */
export function parseLines(bytes: Buffer, from: number, depth: number): Run {
  const values: unknown[] = []
  const last = bytes.lastIndexOf(LF)
  if (last <= from) return { values, bytes: 0 }
  const lines = textOf(bytes, from, last).split('\n')
  let read = 0
  for (const line of lines) {
    if (!/^[ \t\r]*$/.test(line)) {
      try {
        const value = JSON.parse(line) as unknown
        if (isDeeper(value, depth)) break
        values.push(value)
      } catch {
        break
      }
    }
    read++
  }
  if (read === lines.length) return { values, bytes: last - from }
  let end = from
  for (let line = 0; line < read; line++) end = bytes.indexOf(LF, end) + 1
  return { values, bytes: end - from }
}

/** How many line ends are between two places. */
export function linesIn(bytes: Buffer, from: number, to: number): number {
  const first = bytes.indexOf(LF, from)
  if (first < 0 || first >= to) return 0
  let lines = 0
  for (let at = first; at < to; at++) if (bytes[at] === LF) lines++
  return lines
}

/** The text of UTF-8 bytes; such as are none become U+FFFD. Most reports are ASCII, which is quicker to copy than to decode. */
export function textOf(bytes: Buffer, from: number, to: number): string {
  return bytes.toString(isAscii(bytes.subarray(from, to)) ? 'latin1' : 'utf8', from, to)
}

/** Whether lists and objects in a value are nested deeper than `depth`, itself counted. */
function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (depth === 0) return true
  if (Array.isArray(value)) {
    for (const each of value) if (typeof each === 'object' && isDeeper(each, depth - 1)) return true
  } else {
    for (const name in value) {
      const each = (value as Record<string, unknown>)[name]
      if (typeof each === 'object' && isDeeper(each, depth - 1)) return true
    }
  }
  return false
}
