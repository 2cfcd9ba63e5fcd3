import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { kev } from './kev.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of kev.parse(file.source, {})) all.push(record)
  return all
}

const exploits = [
  {
    kind: 'exploit',
    vulnerability_id: 'CVE-2026-10001',
    stage: 'known_exploited',
    since: parseInstant('2026-03-04T12:00:00Z'),
    reference: '',
  },
  {
    kind: 'exploit',
    vulnerability_id: 'CVE-2021-20002',
    stage: 'known_exploited',
    since: parseInstant('2021-11-03T12:00:00Z'),
    reference: '',
  },
  {
    kind: 'exploit',
    vulnerability_id: 'CVE-2021-20002',
    stage: 'ransomware',
    since: parseInstant('2021-11-03T12:00:00Z'),
    reference: 'ransomware',
  },
]

describe('kev', () => {
  it('reads the JSON catalogue', async () => {
    const file = await sample('catalogue.json')
    expect(kev.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(all[0]).toEqual({
      kind: 'report',
      source: 'cisa-kev',
      tool: 'CISA KEV',
      tool_version: '2026.03.04',
      observed_at: parseInstant('2026-03-04T17:04:19.9796Z'),
      complete: true,
    })
    expect(all.filter((one) => one.kind === 'exploit')).toEqual(exploits)
    expect(all.filter((one) => one.kind === 'skipped')).toMatchObject([{ at: 'vulnerabilities[2]' }])
  })

  it('reads the CSV, dated by its name', async () => {
    const file = await sample('kev-2026-03-04.csv')
    expect(kev.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(all[0]).toMatchObject({ observed_at: parseInstant('2026-03-04T12:00:00Z'), complete: true })
    expect(all.slice(1)).toEqual(exploits)
  })

  it('refuses a web page, a wrong count, a damaged row and an empty catalogue', async () => {
    const page = await openBytes(
      'known_exploited_vulnerabilities.json',
      Buffer.from('<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD></HTML>'),
    )
    expect(kev.detect(page.head)).toBe(false)
    await expect(records(page)).rejects.toMatchObject({ code: 'unreadable_report', message: expect.stringContaining('web page') })
    const refused = async (text: string) => records(await openBytes('kev', Buffer.from(text)))
    const one = '{"cveID":"CVE-2026-10001","dateAdded":"2026-03-04"}'
    await expect(refused(`{"catalogVersion":"2026.03.04","count":2,"vulnerabilities":[${one}]}`)).rejects.toMatchObject({
      code: 'unreadable_report',
    })
    await expect(refused('{"catalogVersion":"2026.03.04","count":0,"vulnerabilities":[]}')).rejects.toMatchObject({
      code: 'unreadable_report',
    })
    const header = 'cveID,vendorProject,product,vulnerabilityName,dateAdded\n'
    await expect(refused(`${header}CVE-2026-10001,Acme`)).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(refused(header)).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it('is not its own schema', () => {
    const text = '{"$schema":"x","properties":{"catalogVersion":{"type":"string"},"vulnerabilities":{"type":"array"}}}'
    expect(kev.detect({ name: 'known_exploited_vulnerabilities_schema.json', text })).toBe(false)
  })
})
