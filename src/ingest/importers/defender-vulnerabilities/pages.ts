import { peek } from '../../readers/peek.ts'
import { readJson } from '../../readers/json.ts'

/** How much of the end of a file is kept to look for the link to the next page, which the API writes behind the rows. */
const TAIL = 16 * 1024
const NEXT = /"@odata\.nextLink"\s*:\s*"[^"]/

type PageItem = { at: string; value: unknown } | { more: boolean }

/**
 * The rows of API pages (`{"value": […]}`, several one after another as well), of an array, or of JSON lines. At the end one `more`: a next
 * page exists that this file does not hold.
 */
export async function* readRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Iterable<PageItem>> {
  const { text, bytes: whole } = await peek(bytes, TAIL)
  const isPage = /^\s*\{\s*(?:"@odata\.[A-Za-z]{1,40}"\s*:\s*(?:"[^"\\]*"|\d{1,15})\s*,\s*)*"value"\s*:/.test(text)
  const pattern = isPage ? '$.value[*]' : /^\s*\[/.test(text) ? '$[*]' : '$'
  let tail = Buffer.alloc(0)
  const watched = async function* () {
    for await (const chunk of whole) {
      tail = Buffer.concat([tail, chunk]).subarray(-TAIL)
      yield chunk
    }
  }
  let documents = 0
  yield* readJson(watched(), [pattern]).into(function* (matches): Generator<PageItem> {
    for (const { at, value, document } of matches) {
      documents = document + 1
      yield { at: pattern === '$' ? `row ${document + 1}` : document > 0 ? `page ${document + 1}, ${at}` : at, value }
    }
  })
  if (!isPage) return
  const end = tail.toString('latin1')
  const first = documents <= 1 && NEXT.test(text.slice(0, Math.max(0, text.indexOf('"value"'))))
  yield [{ more: first || NEXT.test(end.slice(end.lastIndexOf(']') + 1)) }]
}
