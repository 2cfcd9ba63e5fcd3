import { describe, expect, it } from 'vitest'
import { metasploit } from '../../src/ingest/feeds/metasploit/metasploit.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, withoutRealData } from './data.ts'

const data = realData()

const read = async (file: string) => {
  const opened = await openFile(file)
  const records: FileRecord[] = []
  for await (const record of metasploit.parse(opened.source, {})) records.push(record)
  const of = <K extends FileRecord['kind']>(kind: K) => records.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
  return { opened, of, cves: new Set(of('exploit').map((one) => one.vulnerability_id)) }
}

describe.skipIf(!data)(`metasploit on real lists (${data ? data.root : withoutRealData})`, () => {
  const fileOf = (name: string) => data!.files('feeds/metasploit').find((one) => one.path.endsWith(name))!.file

  it.each([
    ['msfdb-list-2026-07-20.jsonl.gz', 3080],
    ['msfdb-list-2026-07-29.jsonl.gz', 3085],
    ['msfdb-list-2026-08-04.jsonl.gz', 3086],
  ])('%s: %i CVEs', async (name, cves) => {
    const list = await read(fileOf(name))
    expect(metasploit.detect(list.opened.head)).toBe(true)
    expect(list.of('report')).toMatchObject([
      { complete: true, observed_at: parseInstant(`${/\d{4}-\d{2}-\d{2}/.exec(name)![0]}T12:00:00Z`) },
    ])
    expect(list.cves.size).toBe(cves)
    expect(list.of('skipped')).toEqual([])
    // Nearly all modules are found by their path, so that other layouts name them alike.
    expect(list.of('exploit').filter((one) => one.reference.includes('/')).length / list.of('exploit').length).toBeGreaterThan(0.95)
  })

  it('reads the index by year', async () => {
    const index = await read(fileOf('cve-to-module-by-year-2026-05-21.json.gz'))
    expect(metasploit.detect(index.opened.head)).toBe(true)
    expect(index.of('exploit')).toHaveLength(3409)
    const list = await read(fileOf('msfdb-list-2026-08-04.jsonl.gz'))
    const names = new Set(list.of('exploit').map((one) => `${one.vulnerability_id} ${one.reference}`))
    const shared = index.of('exploit').filter((one) => names.has(`${one.vulnerability_id} ${one.reference}`)).length
    expect(shared / index.of('exploit').length).toBeGreaterThan(0.9)
  })

  it('reads the days on which CVEs first had a module', async () => {
    const seen = await read(fileOf('metasploit-first-seen.derived.csv'))
    expect(metasploit.detect(seen.opened.head)).toBe(true)
    expect(seen.of('exploit')).toHaveLength(3088)
    expect(seen.of('report')).toMatchObject([{ observed_at: null }])
    expect(seen.of('exploit')[0]).toMatchObject({ vulnerability_id: 'CVE-1999-0103', since: parseInstant('2020-06-18T12:00:00Z') })
  })
})
