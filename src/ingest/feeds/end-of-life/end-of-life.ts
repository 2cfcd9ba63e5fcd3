import { parse } from 'yaml'
import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { batchesOf, type Feed, type Head, reads, type Source, type Told } from '../../importer.ts'
import { dateInName } from '../../readers/date-in-name.ts'
import { readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { readTar } from '../../readers/tar.ts'
import { type Fields, fieldsOf, isFields, objectsIn, textOf } from '../../readers/json-fields.ts'
import { InBatches } from '../../readers/in-batches.ts'

const SOURCE = 'endoflife'
const MAX_PRODUCT = 4 * 1024 * 1024

interface Product {
  name: string
  title: string
  identifiers: string[]
  /** `ends`: a date as text, or whether it has ended. */
  releases: { name: string; ends: unknown; latest: string }[]
}

/** The project's own words, in front matter and in the JSON made of it. The API's name is the permalink; `key` stands in where there is none. */
function fromFrontMatter(key: string, value: Fields): Product {
  const name = /^\/([a-z0-9][a-z0-9._+-]{0,100})$/i.exec(textOf(value.permalink))?.[1] ?? key
  const identifiers = objectsIn(value.identifiers).flatMap((one) => [textOf(one.purl), textOf(one.cpe)])
  return {
    name,
    title: textOf(value.title) || name,
    identifiers: identifiers.filter((one) => one !== ''),
    releases: objectsIn(value.releases).map((one) => ({ name: textOf(one.releaseCycle), ends: one.eol, latest: textOf(one.latest) })),
  }
}

/** API v1: a date in `eolFrom` where there is one, else `isEol`. */
function fromApi(value: Fields): Product {
  return {
    name: textOf(value.name),
    title: textOf(value.label) || textOf(value.name),
    identifiers: objectsIn(value.identifiers)
      .filter((one) => ['purl', 'cpe'].includes(textOf(one.type)))
      .map((one) => textOf(one.id)),
    releases: objectsIn(value.releases).map((one) => ({
      name: textOf(one.name),
      ends: textOf(one.eolFrom) || one.isEol,
      latest: textOf(fieldsOf(one.latest).name),
    })),
  }
}

function* productRecords(product: Product, at: string): Generator<FileRecord> {
  if (product.name === '' || product.releases.length === 0) {
    yield { kind: 'skipped', at, reason: 'Expected a product with a name and releases' }
    return
  }
  for (const [index, release] of product.releases.entries()) {
    const ends_at = parseInstant(textOf(release.ends))
    const ended = typeof release.ends === 'boolean' ? release.ends : null
    if (release.name === '' || (ends_at === null && ended === null)) {
      yield {
        kind: 'skipped',
        at: `${at}.releases[${index}]`,
        reason: 'Expected a release with a name, and an end that is a date, true or false',
      }
      continue
    }
    yield {
      kind: 'end_of_life',
      product: product.name,
      title: product.title,
      release: release.name,
      ends_at,
      ended,
      ...(release.latest && { latest_version: release.latest }),
      ...(product.identifiers.length > 0 && { identifiers: product.identifiers }),
    }
  }
}

const report = (observed_at: number | null, complete: boolean): FileRecord => ({
  kind: 'report',
  source: SOURCE,
  tool: 'endoflife.date',
  tool_version: null,
  observed_at,
  ...(complete && { complete }),
})

/** The product that a page's front matter describes; null when there is none. */
function frontMatterOf(page: string, file_name: string): Product | null {
  const match = /^---\r?\n([^]*?)\r?\n---(?:\r?\n|$)/.exec(page)
  if (!match) return null
  let value: unknown
  try {
    value = parse(match[1]!, { maxAliasCount: 100, logLevel: 'silent' })
  } catch {
    return null
  }
  if (!isFields(value)) return null
  return fromFrontMatter(file_name.replace(/^.*\//, '').replace(/\.md$/, ''), value)
}

async function* readArchive(bytes: AsyncIterable<Uint8Array>, file: Source): AsyncGenerator<Told> {
  yield report(dateInName(file.name), true)
  for await (const entry of readTar(bytes)) {
    const { name } = entry
    if (entry.refused || !/(?:^|\/)products\/[^/]+\.md$/.test(name)) continue
    const product = frontMatterOf(await pageOf(entry.bytes()), name)
    if (product) yield productRecords(product, name)
    else yield { kind: 'skipped', at: name, reason: 'Expected YAML front matter between two lines of ---' }
  }
}

async function pageOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    chunks.push(chunk)
    size += chunk.length
    if (size > MAX_PRODUCT) throw new UserError('unreadable_report', `Expected one product page; the file is over ${MAX_PRODUCT} bytes`)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

async function* readPage(bytes: AsyncIterable<Uint8Array>, file: Source): AsyncGenerator<Told> {
  const product = frontMatterOf(await pageOf(bytes), file.name)
  if (!product)
    throw new UserError(
      'unreadable_report',
      'Expected a product page of endoflife.date: YAML front matter with releases between two lines of ---',
    )
  yield report(dateInName(file.name), false)
  yield productRecords(product, product.name)
}

async function* readMap(bytes: AsyncIterable<Uint8Array>, file: Source): AsyncGenerator<Told> {
  yield report(dateInName(file.name), true)
  yield* readJson(bytes, ['$.*']).tell(function* (matches) {
    for (const { at, value } of matches) {
      yield* isFields(value) ? productRecords(fromFrontMatter(at, value), at) : productRecords(fromFrontMatter('', {}), at)
    }
  })
}

async function* readApi(bytes: AsyncIterable<Uint8Array>, file: Source, head: string): AsyncGenerator<Told> {
  const isList = /"result"\s*:\s*\[/.test(head)
  let generated_at: number | null = null
  let begun = false
  yield* readJson(bytes, ['$.generated_at', isList ? '$.result[*]' : '$.result']).tell(function* (matches) {
    for (const { path, at, value } of matches) {
      if (path === '$.generated_at') {
        generated_at = parseInstant(textOf(value))
        continue
      }
      if (!begun) yield report(generated_at ?? dateInName(file.name), isList)
      begun = true
      yield* productRecords(fromApi(fieldsOf(value)), at)
    }
  })
}

const layouts = { archive: readArchive, page: readPage, map: readMap, api: readApi }

function layoutOf(head: string): keyof typeof layouts | null {
  if (head.slice(257, 262) === 'ustar' && /(?:^|\/)products\//.test(head.slice(0, 100))) return 'archive'
  if (/^---\r?\n/.test(head)) return /^releases:\s*$/m.test(head) && /^\s*-?\s*releaseCycle:/m.test(head) ? 'page' : null
  if (!/^\s*\{/.test(head)) return null
  if (/"releaseCycle"\s*:/.test(head) && /"eol"\s*:/.test(head) && /^\s*\{\s*"[^"]{1,100}"\s*:\s*\{/.test(head)) return 'map'
  return /"schema_version"\s*:/.test(head) && /"releases"\s*:/.test(head) && /"isEol"\s*:/.test(head) ? 'api' : null
}

/**
 * When versions of products reach the end of their support: endoflife.date as its API gives it (https://endoflife.date/docs/api/v1/), as
 * its repository keeps it (https://github.com/endoflife-date/endoflife.date), and as one JSON object of the same.
 */
export const endOfLife: Feed = reads({
  id: 'end-of-life',
  title: 'endoflife.date (API, product pages)',
  version: 1,
  url: 'https://endoflife.date/api/v1/products/full',
  every: '1 day',
  detect: ({ text: head }: Head) => layoutOf(head) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(head)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected endoflife.date: the answer of its API, a product page, or the archive of its products',
      )
    let releases = 0
    yield* new InBatches(batchesOf(layouts[layout](bytes, file, head))).tell(function* (records) {
      for (const record of records) {
        if (record.kind === 'end_of_life') releases++
        yield record
      }
    })
    if (releases === 0) throw new UserError('unreadable_report', 'Expected releases with an end of life; found none')
  },
})
