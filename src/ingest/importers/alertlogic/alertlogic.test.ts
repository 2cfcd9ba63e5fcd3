import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openFile } from '../../readers/file.ts'
import { alertlogic, readTime } from './alertlogic.ts'

async function all(): Promise<FileRecord[]> {
  const { source } = await openFile(join(import.meta.dirname, 'samples/vulnerabilities.csv'))
  const records: FileRecord[] = []
  for await (const record of alertlogic.parse(source, {})) records.push(record)
  return records
}

describe('alertlogic', () => {
  it('reads rows as findings of their hosts and covers nothing', async () => {
    expect(await all()).toEqual([
      { kind: 'report', source: 'alertlogic', tool: 'Alert Logic', tool_version: null, observed_at: null },
      {
        kind: 'asset',
        asset: 'h1',
        type: 'device',
        name: 'web-1.example.org',
        names: [
          { type: 'agent_id', name: 'alertlogic:aaaa1111-2222-4333-8444-555555555555' },
          { type: 'fqdn', name: 'web-1.example.org' },
          { type: 'ip', name: '10.0.0.5' },
        ],
        attributes: { os_family: 'linux', os: 'ubuntu linux 22.04', asset_group: 'Production' },
        observed_at: parseInstant('2026-03-02T06:37:00Z'),
      },
      {
        kind: 'vulnerability',
        vulnerability_id: 'CVE-2026-9001',
        title: 'CVE-2026-9001 - Sample Weakness',
        description: 'Two\nlines.',
        severity: 'critical',
        cvss: 9.8,
        published_at: parseInstant('2025-10-10'),
      },
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['CVE-2026-9001'],
        severity: 'critical',
        cvss: 9.8,
        exploit_stage: 'known_exploited',
        title: 'CVE-2026-9001 - Sample Weakness',
        place: '8443/tcp',
        access: 'full',
      },
      {
        kind: 'vulnerability',
        vulnerability_id: 'alertlogic:cccc',
        title: 'Sample Banner',
        description: 'Words.',
        severity: 'informational',
        published_at: parseInstant('1997-01-01'),
      },
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['alertlogic:cccc'],
        severity: 'informational',
        title: 'Sample Banner',
        access: 'remote',
      },
      { kind: 'skipped', at: 'line 5', reason: 'expected a Vulnerability and its Vulnerability ID' },
    ])
  })

  it.each(['13/40/26', '2026-03-02', 'soon', null])('does not guess the time %s', (text) => {
    expect(readTime(text)).toBeNull()
  })

  it('is no other CSV', () => {
    expect(alertlogic.detect({ name: 'x.csv', text: 'Vulnerability,Severity,Asset Name\n' })).toBe(false)
  })
})
