import { isAscii } from 'node:buffer'

/** What JSON.parse made of the whole values at the beginning of some bytes, and how many bytes and line ends they take. */
export interface Run {
  values: unknown[]
  bytes: number
  lines: number
}

const LF = 0x0a,
  SPACE = 0x20,
  TAB = 0x09,
  QUOTE = 0x22,
  OPEN_LIST = 0x5b,
  CLOSE_LIST = 0x5d,
  CLOSE = 0x7d

/** How far behind an object or list the name is looked for that follows it. */
const FAR = 100

/** Bytes by which the end of an element is known, and how many of them belong to the element. */
export interface Border {
  text: Buffer
  end: number
}

/**
 * What stands behind an element of a list, an object or a list itself, that ends at `end`: from the line on which it ends (its bracket with its indentation; in a
 * text without lines the mark before it) to the first name after `next`, where the next element begins or the list ends. Null for another
 * element, and where the name is not in these bytes.
 */
export function borderOf(bytes: Buffer, end: number, next: number): Border | null {
  if (bytes[end - 1] !== CLOSE && bytes[end - 1] !== CLOSE_LIST) return null
  let from = end - 1
  while (from > 0 && (bytes[from - 1] === SPACE || bytes[from - 1] === TAB)) from--
  if (from > 0 && (bytes[from - 1] === LF || isMark(bytes[from - 1]!))) from--
  const quote = bytes.indexOf(QUOTE, next)
  if (quote < 0 || quote > next + FAR) return null
  // What is in a list of texts is no name.
  const isName = bytes[quote - 1] !== OPEN_LIST
  const close = isName ? bytes.indexOf(QUOTE, quote + 1) : quote
  if (close < 0 || close > quote + FAR) return null
  return { text: Buffer.from(bytes.subarray(from, close + 1)), end: end - from }
}

const isMark = (byte: number): boolean => byte === QUOTE || byte === CLOSE || byte === CLOSE_LIST

/**
 * The elements of a list from `from`, where one begins, in one go: to the end of the list if that is in these bytes and `last` tells it, else to the last `border` in
 * them. Both are only guesses: they may as well stand inside of an element or a text. But what stands between a place where an element begins
 * and any other place is a list of whole elements exactly if JSON.parse takes it for one between brackets, so a wrong guess is never more than
 * wasted work. Null then, and where nothing is gained; also when a value is nested deeper than `depth`.
 */
export function parseList(bytes: Buffer, from: number, border: Border | null, last: Border | null, depth: number): Run | null {
  const found = last ? bytes.indexOf(last.text, from) : -1
  const cut = found >= 0 ? found + last!.end : border ? bytes.lastIndexOf(border.text) + border.end : -1
  if (cut <= from + 1) return null
  try {
    const values = JSON.parse(`[${textOf(bytes, from, cut)}]`) as unknown[]
    return values.some((value) => isDeeper(value, depth)) ? null : { values, bytes: cut - from, lines: linesIn(bytes, from, cut) }
  } catch {
    return null
  }
}

/** The values of the lines from `from` on that hold one each, up to the first that does not or is not whole in these bytes. Empty lines are passed over. */
export function parseLines(bytes: Buffer, from: number, depth: number): Run {
  const values: unknown[] = []
  const last = bytes.lastIndexOf(LF)
  if (last <= from) return { values, bytes: 0, lines: 0 }
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
  if (read === lines.length) return { values, bytes: last - from, lines: read - 1 }
  let end = from
  for (let line = 0; line < read; line++) end = bytes.indexOf(LF, end) + 1
  return { values, bytes: end - from, lines: read }
}

/** How many line ends are between two places. */
function linesIn(bytes: Buffer, from: number, to: number): number {
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
