import { UserError } from '../../errors.ts'
import { inPieces } from './pieces.ts'

/** Largest line, in characters. */
const MAX_LINE = 8 * 1024 * 1024

/**
 * The lines of a UTF-8 text with their numbers, 1-based, without the line break (LF or CR LF). Bytes that are no UTF-8 come as U+FFFD. Throws
 * UserError('unreadable_report') for a line over 8 Mi characters.
 */
export async function* readLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<{ line: number; text: string }> {
  const decoder = new TextDecoder('utf-8')
  let rest = ''
  let line = 0
  for await (const piece of inPieces(bytes)) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = parts.pop()!
    for (const part of parts) yield { line: ++line, text: part.endsWith('\r') ? part.slice(0, -1) : part }
    if (rest.length > MAX_LINE) throw new UserError('unreadable_report', `Line ${line + 1} is longer than ${MAX_LINE} characters`)
  }
  rest += decoder.decode()
  if (rest !== '') yield { line: ++line, text: rest.endsWith('\r') ? rest.slice(0, -1) : rest }
}
