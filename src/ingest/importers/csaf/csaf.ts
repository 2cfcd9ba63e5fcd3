import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import type { FileRecord, SkippedRecord, StatementRecord } from '../../../model/record.ts'
import { bestVulnerabilityId } from '../../../model/statement-target.ts'
import type { StatementStatus } from '../../../model/statement.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head as FileHead, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { Head, Vulnerability } from './document.ts'
import { Products } from './products.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { Waiting } from '../../readers/waiting.ts'

/** What is held of the product tree; a document with more is refused. */
const MAX_PRODUCTS = 500_000

/** The longest explanation that is kept. */
const MAX_DETAIL = 8000

function detect({ text }: FileHead): boolean {
  const outline = jsonOutline(text)
  const document = outline?.members.get('document')
  if (!outline || outline.list || typeof document !== 'object' || document === null) return false
  const version = jsonOutline(document.text)?.members.get('csaf_version')
  return typeof version === 'string' && /^2\.\d+$/.test(version)
}

/** CSAF 2.0 and 2.1 documents of any profile: VEX and security advisories. Format: https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html */
export const csaf: Importer = reads({ id: 'csaf', title: 'CSAF 2 document: VEX or security advisory (JSON)', version: 1, detect, parse })

/** Parts of the product tree, by where they stand. */
const tree = {
  '$.product_tree.branches[*]': 'branch',
  '$.product_tree.full_product_names[*]': 'product',
  '$.product_tree.relationships[*]': 'relationship',
  '$.product_tree.product_groups[*]': 'group',
} as const

/** Section 3.2.3.9: contradicting lists are the author's error; the one that claims least for safety wins. */
const statuses = [
  ['known_affected', 'affected'],
  ['first_affected', 'affected'],
  ['last_affected', 'affected'],
  ['under_investigation', 'under_investigation'],
  ['fixed', 'fixed'],
  ['first_fixed', 'fixed'],
  ['known_not_affected', 'not_affected'],
] as const satisfies readonly (readonly [string, StatementStatus])[]

interface Stated {
  at: string
  stated: Vulnerability
}

async function* parse(file: Source): AsyncGenerator<Told> {
  let head: Head | null = null
  const products = new Products()
  // The product tree and the publisher may stand behind them.
  const vulnerabilities = new Waiting<Stated | SkippedRecord>('CSAF')
  for await (const matches of readJson(file.bytes(), ['$.document', ...Object.keys(tree), '$.vulnerabilities[*]']).batches)
    for (const { path, at, value, document } of matches) {
      if (document > 0) throw new UserError('unreadable_report', 'Expected one CSAF document in the file; there are several: split it')
      if (path === '$.document') head = safeParse(Head, value).data ?? null
      else if (path === '$.vulnerabilities[*]') {
        const parsed = safeParse(Vulnerability, value)
        vulnerabilities.add(parsed.success ? { at, stated: parsed.data } : { kind: 'skipped', at, reason: z.prettifyError(parsed.error) })
      } else vulnerabilities.addAll(products.add(tree[path as keyof typeof tree], value, at))
      if (products.size > MAX_PRODUCTS)
        throw new UserError('unreadable_report', `The CSAF document names more than ${MAX_PRODUCTS} products: split it`)
    }
  const { publisher, tracking } = head ?? {}
  if (publisher?.name === undefined || tracking?.id === undefined)
    throw new UserError(
      'unreadable_report',
      `Expected a CSAF document with "document.publisher.name" and "document.tracking.id"; ${publisher?.name === undefined ? 'the first' : 'the second'} is not there: nobody vouches for its statements`,
    )
  yield {
    kind: 'report',
    source: 'csaf',
    tool: null,
    tool_version: null,
    observed_at: parseInstant(tracking.current_release_date ?? ''),
    document: {
      id: tracking.id,
      author: publisher.name,
      ...(publisher.category && { role: publisher.category }),
      ...(tracking.version && { version: tracking.version }),
    },
  }
  yield recordsOf(vulnerabilities.take(), products)
}

function* recordsOf(vulnerabilities: Iterable<Stated | SkippedRecord>, products: Products): Generator<FileRecord> {
  for (const one of vulnerabilities) {
    if ('kind' in one) yield one
    else yield* readVulnerability(one.stated, one.at, products)
  }
}

/** One record for each product and status that the vulnerability names. */
function* readVulnerability(found: Vulnerability, at: string, products: Products): Generator<FileRecord> {
  const own = found.ids?.find(({ text }) => text !== undefined)
  const vulnerability_id = bestVulnerabilityId([found.cve, ...(found.ids ?? []).map(({ text }) => text)])
  if (vulnerability_id === null) {
    yield { kind: 'skipped', at, reason: 'Expected a vulnerability with "cve" or "ids"' }
    return
  }
  const id =
    vulnerability_id === own?.text && /^\d+$/.test(own.text) && own.system_name ? `${own.system_name}:${own.text}` : vulnerability_id
  const told = new Set<string>()
  for (const [list, status] of statuses) {
    const flags = (status === 'not_affected' && found.flags) || []
    const words = wordsOn(status, found)
    for (const product_id of found.product_status?.[list] ?? []) {
      if (told.has(product_id)) continue
      told.add(product_id)
      const record: StatementRecord = {
        kind: 'statement',
        vulnerability_id: id,
        status,
        product: products.nameOf(product_id),
        target: products.targetOf(product_id),
      }
      const justification = flags.find((flag) => flag.label && products.isAbout(flag, product_id))?.label
      if (justification) record.justification = justification
      const details = new Set<string>()
      for (const entry of words) if (entry.details !== undefined && products.isAbout(entry, product_id)) details.add(entry.details)
      if (details.size > 0) record.detail = [...details].join(' ').slice(0, MAX_DETAIL)
      yield record
    }
  }
}

/** The entries that explain a status, each for some of the products. */
function wordsOn(status: StatementStatus, { threats, remediations }: Vulnerability): NonNullable<Vulnerability['remediations']> {
  if (status === 'not_affected') return (threats ?? []).filter(({ category }) => category === 'impact')
  return ((status === 'affected' || status === 'fixed') && remediations) || []
}
