import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInstant } from '../../../model/time.ts'
import { openFile } from '../../readers/file.ts'
import { isExploitLink } from './link.ts'
import { poc } from './poc.ts'

const told = async (name: string) => {
  const { head, source } = await openFile(join(import.meta.dirname, 'samples', name))
  expect(poc.detect(head)).toBe(true)
  const lines: string[] = []
  for await (const record of poc.parse(source, {})) {
    if (record.kind === 'exploit')
      lines.push([record.vulnerability_id, record.stage, record.reference, record.since ?? ''].join(' ').trim())
    else if (record.kind === 'skipped') lines.push(`skipped ${record.at}`)
    else if (record.kind === 'report') lines.push(`as of ${record.observed_at}`)
  }
  return lines
}

describe('poc', () => {
  it('takes the links that are exploits, and says of which CVE none is', async () => {
    expect(await told('links-2026-05-02.jsonl')).toEqual([
      `as of ${parseInstant('2026-05-02')}`,
      'CVE-2026-10001 public https://github.com/researcher/CVE-2026-10001-poc',
      'CVE-2026-10001 public https://www.exploit-db.com/exploits/99001',
      'skipped document 2',
      'skipped document 3',
    ])
  })

  it('takes the day on which a link appeared', async () => {
    expect(await told('added.jsonl')).toEqual([
      'as of null',
      `CVE-2026-10001 public https://gist.github.com/researcher/cve_2026_10001 ${parseInstant('2026-05-01')}`,
      'skipped document 2',
    ])
  })

  it('reads a page about one CVE from its list of exploits on', async () => {
    expect(await told('page-2026-05-02.md')).toEqual([
      `as of ${parseInstant('2026-05-02')}`,
      'CVE-2026-10001 public http://packetstormsecurity.com/files/180001/Example-Injection.html',
      'CVE-2026-10001 public https://github.com/researcher/CVE-2026-10001',
    ])
  })

  it('reads the repositories found for one CVE', async () => {
    expect(await told('CVE-2026-10001.json')).toEqual([
      'as of null',
      `CVE-2026-10001 public https://github.com/researcher/CVE-2026-10001 ${parseInstant('2026-05-01T09:00:00Z')}`,
      'skipped [1]',
    ])
  })
})

describe('isExploitLink', () => {
  it('knows the CVE however it is written, and no other', () => {
    const number = fc.integer({ min: 1000, max: 9_999_999 })
    fc.assert(
      fc.property(number, number, fc.constantFrom('-', '_', ''), (ours, other, separator) => {
        const link = `https://github.com/someone/exploit-cve${separator}2026${separator}${other}`
        expect(isExploitLink(link, `CVE-2026-${ours}`)).toBe(ours === other)
      }),
    )
  })

  it('takes no other host, scheme or text', () => {
    for (const link of [
      'https://example.com/CVE-2026-10001',
      'javascript:CVE-2026-10001',
      'CVE-2026-10001',
      '',
      'https://github.com/%E0%A4%A/CVE-2026-1',
    ])
      expect(isExploitLink(link, 'CVE-2026-10001')).toBe(false)
  })
})
