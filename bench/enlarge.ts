import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

/** A report whose items come again and again: what stands before them, one round of them, what stands after. */
export interface Repeatable {
  syntax: 'json' | 'jsonl' | 'xml' | 'csv'
  /** Where the items are, as our readers are told it: a pattern of `readJson`, the name of an element, '' for rows. */
  items: string
  before: string
  round: string
  /** Between two rounds. */
  between: string
  after: string
}

/** A file is a report of so many bytes only where its items, not its frame, make up most of it. */
const MOST = 0.5

/** Finds the items of a report; null when it has none that can come twice (a map by name, a text without rows). */
export function findItems(text: string): Repeatable | null {
  const start = text.trimStart()
  if (/^[[{]/.test(start)) return itemsOfJson(start.trimEnd())
  if (start.startsWith('<')) return itemsOfXml(start)
  const end = text.indexOf('\n')
  if (end < 0 || !/[,;\t]/.test(text.slice(0, end))) return null
  const rows = text.slice(end + 1).trimEnd()
  return rows === '' ? null : { syntax: 'csv', items: '', before: text.slice(0, end + 1), round: `${rows}\n`, between: '', after: '' }
}

function itemsOfJson(text: string): Repeatable | null {
  let tree: unknown
  try {
    tree = JSON.parse(text)
  } catch {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    if (lines.length > 0 && lines.every(isJson))
      return { syntax: 'jsonl', items: '$', before: '', round: `${lines.join('\n')}\n`, between: '', after: '' }
    return null
  }
  // The outermost list of several that makes up most of the document: what a larger report has more of. Of lists of one, the innermost.
  let list: unknown[] | null = null
  let items = ''
  let here: unknown = tree
  let path = '$'
  const whole = text.length
  for (;;) {
    if (Array.isArray(here) && here.some((item) => typeof item === 'object' && item !== null)) [list, items] = [here, `${path}[*]`]
    if (typeof here !== 'object' || here === null || (list && list.length > 1)) break
    const heaviest = Object.entries(here).find(
      ([, value]) => typeof value === 'object' && value !== null && JSON.stringify(value).length > whole * MOST * 0.6,
    )
    if (heaviest === undefined) break
    path = stepInto(path, here, heaviest[0])
    here = heaviest[1] as unknown
  }
  if (!list) {
    const largest = largestList(tree)
    if (!largest) return null
    ;[list, items] = [largest.list, largest.items]
  }
  const round = list.map((item) => JSON.stringify(item)).join(',')
  const mark = '@@plimsoll-items@@'
  list.splice(0, list.length, mark)
  const [before, after] = JSON.stringify(tree).split(`"${mark}"`)
  return { syntax: 'json', items, before: before!, round, between: ',', after: after! }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

/** The pattern of a member or element: a name that patterns cannot say is any member. */
const stepInto = (path: string, container: object, name: string): string =>
  `${path}${Array.isArray(container) ? '[*]' : /^[^.[\]*]+$/.test(name) ? `.${name}` : '.*'}`

function largestList(tree: unknown): { list: unknown[]; items: string } | null {
  let best: { list: unknown[]; items: string; size: number } | null = null
  const visit = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null)) {
      const size = JSON.stringify(value).length
      if (!best || size > best.size) best = { list: value, items: `${path}[*]`, size }
      return
    }
    for (const [name, one] of Object.entries(value)) visit(one, stepInto(path, value, name))
  }
  visit(tree, '$')
  return best
}

interface Element {
  name: string
  from: number
  to: number
  children: Element[]
}

function itemsOfXml(text: string): Repeatable | null {
  const root = elementsOf(text)
  if (!root) return null
  let best: Element[] | null = null
  for (let here = root; ;) {
    const groups = groupsOf(here.children)
    const heaviest = [...groups.values()].toSorted((a, b) => sizeOf(b) - sizeOf(a))[0]
    if (!heaviest || sizeOf(heaviest) < text.length * MOST * 0.6) break
    const largest = heaviest.toSorted((a, b) => b.to - b.from - (a.to - a.from))[0]!
    // A list of one is a list only when there is none of more further down, and never a mere text.
    if (heaviest.length > 1 || (!best && largest.children.length > 0)) best = heaviest
    if (largest.to - largest.from < text.length * MOST * 0.6) break
    here = largest
  }
  if (!best) return null
  const [from, to] = [best[0]!.from, best.at(-1)!.to]
  return {
    syntax: 'xml',
    items: best[0]!.name,
    before: text.slice(0, from),
    round: best.map((one) => text.slice(one.from, one.to)).join('\n'),
    between: '\n',
    after: text.slice(to),
  }
}

const sizeOf = (group: Element[]) => group.reduce((sum, { from, to }) => sum + to - from, 0)

function groupsOf(children: Element[]): Map<string, Element[]> {
  const groups = new Map<string, Element[]>()
  for (const child of children) groups.set(child.name, [...(groups.get(child.name) ?? []), child])
  return groups
}

function elementsOf(text: string): Element | null {
  const root: Element = { name: '', from: 0, to: text.length, children: [] }
  const open = [root]
  for (const match of text.matchAll(
    /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<!DOCTYPE[^[>]*(?:\[[^\]]*\])?[^>]*>|<(\/?)([\w:.-]+)(?:"[^"]*"|'[^']*'|[^>"'])*>/g,
  )) {
    const [token, slash, name] = match
    if (name === undefined) continue
    if (slash) {
      const ended = open.pop()
      if (!ended || ended === root) return null
      ended.to = match.index + token.length
    } else {
      const element = { name, from: match.index, to: match.index + token.length, children: [] }
      open.at(-1)!.children.push(element)
      if (!token.endsWith('/>')) open.push(element)
    }
  }
  return open.length === 1 ? root : null
}

/** Writes a report of about so many bytes and gives how often its items are in it. */
export async function writeLarge(report: Repeatable, path: string, bytes: number): Promise<number> {
  const rounds = Math.max(
    1,
    Math.ceil((bytes - report.before.length - report.after.length) / (Buffer.byteLength(report.round) + report.between.length)),
  )
  const out = createWriteStream(path)
  const write = async (text: string) => void (out.write(text) || (await once(out, 'drain')))
  await write(report.before)
  // A few rounds at a time: one write each would take longer than the reading.
  const together = Math.max(1, Math.floor(1_000_000 / report.round.length))
  for (let done = 0; done < rounds;) {
    const now = Math.min(together, rounds - done)
    const piece = Array.from({ length: now }, () => report.round).join(report.between)
    await write(done > 0 ? report.between + piece : piece)
    done += now
  }
  out.end(report.after)
  await once(out, 'close')
  return rounds
}
