import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Feed, type Head, reads, type Source, type Told } from '../../importer.ts'
import { dateInName } from '../../readers/date-in-name.ts'
import { readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { isExploitLink } from './link.ts'
import { fieldsOf, textOf } from '../../readers/json-fields.ts'

const CVE = /^CVE-\d{4}-\d{4,19}$/i
const MAX_PAGE = 8 * 1024 * 1024

const exploit = (cve: string, url: string, since: number | null = null): FileRecord => ({
  kind: 'exploit',
  vulnerability_id: cve.toUpperCase(),
  stage: 'public',
  ...(since !== null && { since }),
  reference: url.slice(0, 300),
})

const noExploit = (at: string, cve: string): FileRecord => ({
  kind: 'skipped',
  at,
  reason: `${cve}: no link of it is known to hold an exploit (a list or an advisory that mentions the CVE is none)`,
})

/** Lines of one layout: a CVE with its links, or one link with the day on which it appeared. */
async function* readLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  yield* readJson(bytes, ['$']).tell(function* (matches) {
    for (const { value, document } of matches) {
      const item = fieldsOf(value)
      const cve = textOf(item.cve)
      const at = `document ${document + 1}`
      const links = Array.isArray(item.poc_links) ? item.poc_links.map(textOf) : [textOf(item.url)]
      if (!CVE.test(cve) || links.every((link) => link === '')) {
        yield { kind: 'skipped', at, reason: 'Expected cve and either poc_links or url' }
        continue
      }
      const since = item.date === undefined ? null : parseInstant(textOf(item.date))
      const good = [...new Set(links.filter((link) => isExploitLink(link, cve)))]
      for (const link of good) yield exploit(cve, link, since)
      if (good.length === 0) yield noExploit(at, cve)
    }
  })
}

/** The repositories that a search for one CVE found, as PoC-in-GitHub keeps them: https://github.com/nomi-sec/PoC-in-GitHub */
async function* readRepositories(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Told> {
  const of = /CVE-\d{4}-\d{4,19}/i.exec(name)?.[0]
  yield* readJson(bytes, ['$[*]']).tell(function* (matches) {
    for (const { value, at } of matches) {
      const { html_url, created_at, name: repository } = fieldsOf(value)
      const link = textOf(html_url)
      const cve = of ?? /CVE-\d{4}-\d{4,19}/i.exec(textOf(repository))?.[0]
      if (cve && isExploitLink(link, cve)) yield exploit(cve, link, parseInstant(textOf(created_at)))
      else if (cve) yield noExploit(at, cve)
      else yield { kind: 'skipped', at, reason: 'Expected a repository whose name, or a file whose name, has a CVE id' }
    }
  })
}

/** A page per CVE: a heading with its id, then lists of links. https://github.com/trickest/cve */
async function* readPage(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const decoder = new TextDecoder()
  let page = ''
  for await (const piece of bytes) {
    page += decoder.decode(piece, { stream: true })
    if (page.length > MAX_PAGE) throw new UserError('unreadable_report', 'The page is over 8 MiB, far more than a page about one CVE')
  }
  const cve = PAGE.exec(page)![1]!
  const links = [...page.slice(page.indexOf('### POC')).matchAll(/^- (https?:\/\/\S+)\s*$/gm)].map((match) => match[1]!)
  const good = [...new Set(links.filter((link) => isExploitLink(link, cve)))]
  for (const link of good) yield exploit(cve, link)
  if (good.length === 0) yield noExploit('POC', cve)
}

const PAGE = /^\s*### \[(CVE-\d{4}-\d{4,19})\]\(/

type Layout = 'lines' | 'repositories' | 'page'
function layoutOf(head: string): Layout | null {
  if (PAGE.test(head)) return 'page'
  if (/^\s*\{[^{}[\]]{0,4000}?"cve"\s*:\s*"CVE-/i.test(head) && (/"poc_links"\s*:\s*\[/.test(head) || /"cve_new_in_repo"\s*:/.test(head)))
    return 'lines'
  if (/^\s*\[\s*\{/.test(head) && ['"full_name"', '"html_url"', '"stargazers_count"', '"pushed_at"'].every((name) => head.includes(name)))
    return 'repositories'
  return null
}

/** Links to public exploits, CVE by CVE, as the community collects them. */
export const poc: Feed = reads({
  id: 'poc',
  title: 'Lists of proofs of concept (trickest/cve, PoC-in-GitHub)',
  version: 1,
  url: null,
  every: '1 day',
  detect: ({ text: head }: Head) => layoutOf(head) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(head)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected a list of proofs of concept: lines with cve and poc_links, or a page about one CVE',
      )
    yield { kind: 'report', source: 'poc', tool: 'Proof-of-concept list', tool_version: null, observed_at: dateInName(file.name) }
    if (layout === 'lines') yield* readLines(bytes)
    else if (layout === 'repositories') yield* readRepositories(bytes, file.name)
    else yield* readPage(bytes)
  },
})
