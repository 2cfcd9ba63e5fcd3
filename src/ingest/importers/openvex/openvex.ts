import { z } from 'zod'
import { WholeText as Text } from '../../readers/lenient.ts'
import { UserError } from '../../../errors.ts'
import type { FileRecord, SkippedRecord, StatementRecord } from '../../../model/record.ts'
import { bestVulnerabilityId, type NamedProduct, targetOf } from '../../../model/statement-target.ts'
import { type StatementJustification, statementJustifications, statementStatuses } from '../../../model/statement.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { type Mark, Waiting } from '../../readers/waiting.ts'

const CONTEXT = /^https:\/\/openvex\.dev\/ns(?:\/v\d+\.\d+\.\d+)?$/

/** The longest explanation that is kept. */
const MAX_DETAIL = 8000

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  const context = outline?.members.get('@context')
  return outline !== null && !outline.list && typeof context === 'string' && CONTEXT.test(context)
}

/** OpenVEX documents, 0.0.1 to 0.2.0. Format: https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md */
export const openvex: Importer = reads({ id: 'openvex', title: 'OpenVEX document (JSON)', version: 1, detect, parse })

/** A product or component: what it is called or, in version 0.0.1 and where nothing else is said of it, just its id; '' without any. */
type Named = string | { id: string | undefined; purl: string | undefined; parts: readonly Named[] }

const NONE: readonly Named[] = []

const Id = z.string().transform((id) => id.trim())
const Identifiers = z.object({ purl: Text }).nullish().catch(null)
const Part = z.union([
  Id,
  z
    .object({ '@id': Text, identifiers: Identifiers })
    .transform(({ '@id': id, identifiers }): Named => (identifiers?.purl ? { id, purl: identifiers.purl, parts: NONE } : (id ?? ''))),
])
const Product = z.union([
  Id,
  z
    .object({ '@id': Text, identifiers: Identifiers, subcomponents: z.array(Part).nullish() })
    .transform(({ '@id': id, identifiers, subcomponents }): Named =>
      identifiers?.purl || subcomponents?.length ? { id, purl: identifiers?.purl, parts: subcomponents ?? NONE } : (id ?? ''),
    ),
])
const Statement = z.object({
  vulnerability: z.union([
    z.string().transform((name) => ({ name, '@id': undefined, aliases: [] as string[] })),
    z.object({ name: Text, '@id': Text, aliases: z.array(z.string()).nullish().catch(null) }),
  ]),
  timestamp: Text,
  products: z.array(Product).nullish(),
  subcomponents: z.array(Part).nullish().catch(null),
  status: z.enum(statementStatuses),
  status_notes: Text,
  justification: Text,
  impact_statement: Text,
  action_statement: Text,
})

const members = ['@id', 'author', 'role', 'timestamp', 'last_updated', 'version'] as const

/** A statement that can be told; its records, one for each of its products, take several times its room. */
interface Held {
  vulnerability_id: string
  stated: z.infer<typeof Statement>
}

/** One document of the file. */
interface Document {
  number: number
  said: Map<(typeof members)[number], unknown>
  /** Where its statements begin among all that wait. */
  from: Mark
}

async function* parse(file: Source): AsyncGenerator<Told> {
  const documents: Document[] = []
  // Author, id and time of a document may stand behind its statements.
  const waiting = new Waiting<Held | SkippedRecord>('OpenVEX', undefined, 64_000_000)
  const paths = ['$.@context', ...members.map((member) => `$.${member}`), '$.statements[*]']
  for await (const matches of readJson(file.bytes(), paths).batches)
    for (const { path, at, value, document } of matches) {
      let current = documents.at(-1)
      if (current?.number !== document) documents.push((current = { number: document, said: new Map(), from: waiting.mark() }))
      if (path === '$.statements[*]') waiting.add(readStatement(value, at))
      else if (path !== '$.@context') current.said.set(path.slice('$.'.length) as (typeof members)[number], value)
    }
  if (documents.length === 0)
    throw new UserError('unreadable_report', 'Expected an OpenVEX document with @context, @id, author and statements; there is none')
  const end = waiting.mark()
  for (const [n, { said, from }] of documents.entries()) {
    const text = (member: (typeof members)[number]) => {
      const value = said.get(member)
      return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
    }
    const [id, author] = [text('@id'), text('author')]
    if (id === undefined || author === undefined)
      throw new UserError(
        'unreadable_report',
        `Expected an OpenVEX document with "@id" and "author"; ${id === undefined ? '"@id"' : '"author"'} is not there: nobody vouches for its statements`,
      )
    const issued = parseInstant(text('timestamp') ?? '')
    const version = said.get('version')
    const role = text('role')
    yield {
      kind: 'report',
      source: 'openvex',
      tool: null,
      tool_version: null,
      observed_at: parseInstant(text('last_updated') ?? '') ?? issued,
      document: {
        id,
        author,
        ...(role && { role }),
        ...((typeof version === 'number' || typeof version === 'string') && { version: String(version) }),
      },
    }
    yield recordsOf(waiting.between(from, documents[n + 1]?.from ?? end), issued)
  }
}

const justificationOf = (text: string | undefined): StatementJustification | undefined =>
  statementJustifications.find((each) => each === text && each !== 'depends')

function readStatement(value: unknown, at: string): Held | SkippedRecord {
  const parsed = safeParse(Statement, value)
  if (!parsed.success) return { kind: 'skipped', at, reason: z.prettifyError(parsed.error) }
  const { vulnerability, products } = parsed.data
  const vulnerability_id = bestVulnerabilityId([vulnerability.name, ...(vulnerability.aliases ?? []), vulnerability['@id']])
  if (vulnerability_id === null) return { kind: 'skipped', at, reason: 'Expected a vulnerability with a name' }
  if (!products?.length) return { kind: 'skipped', at, reason: `${vulnerability_id}: expected a product that the statement is about` }
  return { vulnerability_id, stated: parsed.data }
}

/**
 * One record for each product of a statement, or for each component of it that the statement is narrowed to. A statement without a time of its own has
 * that of the document, as the specification says of timestamps.
 */
function* recordsOf(held: Iterable<Held | SkippedRecord>, issued: Instant | null): Generator<FileRecord> {
  for (const one of held) {
    if ('kind' in one) {
      yield one
      continue
    }
    const { vulnerability_id, stated } = one
    const { status, subcomponents, impact_statement, action_statement, status_notes } = stated
    const detail = [impact_statement, action_statement, status_notes].filter(Boolean).join(' ').slice(0, MAX_DETAIL)
    const justification = justificationOf(stated.justification)
    const stated_at = parseInstant(stated.timestamp ?? '') ?? issued
    for (const named of stated.products!) {
      const product = productOf(named)
      const own = typeof named === 'string' ? NONE : named.parts
      const parts = subcomponents ? [...own, ...subcomponents] : own
      for (const inside of parts.length ? parts : WHOLE) {
        const part = inside === null ? null : productOf(inside)
        const record: StatementRecord = {
          kind: 'statement',
          vulnerability_id,
          status,
          product: nameOf(product, part),
          target: targetOf(product, part),
        }
        if (justification) record.justification = justification
        if (detail) record.detail = detail
        if (stated_at !== null) record.stated_at = stated_at
        yield record
      }
    }
  }
}

const productOf = (named: Named): NamedProduct => (typeof named === 'string' ? { id: named || undefined } : named)

/** In place of the components of a product: the statement is about all of it. */
const WHOLE = [null]

function nameOf(product: NamedProduct, part: NamedProduct | null): string {
  const [whole, inside] = [product.id ?? product.purl, part?.id ?? part?.purl]
  return whole && inside ? `${whole} › ${inside}` : whole || inside || 'a product without a name'
}
