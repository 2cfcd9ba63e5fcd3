import type { FileRecord } from '../../../model/record.ts'
import { textOf } from '../../readers/json-fields.ts'
import { Waiting } from '../../readers/waiting.ts'
import { listNames, readItem, type ListName, type ResultHeader, type Scan } from './items.ts'

const HEADER = ['Target', 'Class', 'Type'] as const
type HeaderName = (typeof HEADER)[number]

/** Where the parts of a report's results are: one item at a time, so that a result may be of any size. */
export const resultPaths: string[] = [...HEADER, ...listNames.map((name) => `${name}[*]`)].map((name) => `$.Results[*].${name}`)

const partNames = new Map<string, HeaderName | ListName>(
  resultPaths.map((path) => [path, path.slice('$.Results[*].'.length).replace('[*]', '') as HeaderName | ListName]),
)

const isHeader = (name: HeaderName | ListName): name is HeaderName => (HEADER as readonly string[]).includes(name)

/** What is known of a result when its items are read. */
export interface Known {
  result: ResultHeader
  /** Lists that have items. */
  lists: ReadonlySet<ListName>
}

/**
 * Puts the results of a report together from their parts. Trivy writes what a result is before its items; a file that some tool has written anew may
 * have it behind them: the items then wait for it. `begin` is called when a result is known, before its items.
 */
export class OpenResult {
  private place = ''
  private header: Partial<Record<HeaderName, string>> = {}
  private seen = 0
  private begun = false
  private readonly held = new Waiting<{ name: ListName; item: unknown; at: string }>('Trivy')
  private isHolding = false
  private readonly lists = new Set<ListName>()
  private result: ResultHeader = { Target: '', Class: undefined, Type: undefined }
  private readonly scan: Scan
  private readonly begin: (known: Known) => Iterable<FileRecord>

  constructor(scan: Scan, begin: (known: Known) => Iterable<FileRecord>) {
    this.scan = scan
    this.begin = begin
  }

  /** One match of `resultPaths`. Throws UserError('unreadable_report') when too many items wait. */
  *add(path: string, value: unknown, at: string): Generator<FileRecord> {
    const place = at.slice(0, at.indexOf(']') + 1)
    if (place !== this.place) {
      yield* this.end()
      this.place = place
    }
    const name = partNames.get(path)!
    if (isHeader(name)) {
      this.seen++
      const text = textOf(value)
      if (text !== '') this.header[name] = text
      return
    }
    const first = !this.lists.has(name)
    this.lists.add(name)
    if (this.seen < HEADER.length) {
      this.isHolding = true
      this.held.add({ name, item: value, at })
      return
    }
    if (first || !this.begun) yield* this.start()
    yield* readItem(name, value, { result: this.result, target: this.result.Target, asset: 'artifact', at, scan: this.scan })
  }

  private *start(): Generator<FileRecord> {
    this.begun = true
    this.result = { Target: this.header.Target ?? '', Class: this.header.Class, Type: this.header.Type }
    yield* this.begin({ result: this.result, lists: this.lists })
    if (!this.isHolding) return
    this.isHolding = false
    for (const { name, item, at } of this.held.take())
      yield* readItem(name, item, { result: this.result, target: this.result.Target, asset: 'artifact', at, scan: this.scan })
  }

  /** The end of the result that is open, if there is one. */
  *end(): Generator<FileRecord> {
    if (this.place !== '' && (!this.begun || this.isHolding)) yield* this.start()
    this.place = ''
    this.header = {}
    this.seen = 0
    this.begun = false
    this.lists.clear()
  }
}
