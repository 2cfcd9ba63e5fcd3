import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { masscan } from './masscan.ts'

async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of masscan.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const sample = () => openFile(join(import.meta.dirname, 'samples/two-hosts.json'))

describe('masscan', () => {
  it('states open ports of addresses, and covers nothing since it does not say what it asked', async () => {
    const file = await sample()
    expect(masscan.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(of(all, 'report')[0]!.observed_at).toBe(parseInstant('2026-01-01T00:00:00Z'))
    expect(of(all, 'finding').map((one) => [one.asset, one.place])).toEqual([
      ['10.0.0.1', '443/tcp'],
      ['10.0.0.1', '53/udp'],
    ])
    expect(of(all, 'asset').map((one) => [one.name, one.names, one.observed_at])).toEqual([
      ['10.0.0.1', [{ type: 'ip', name: '10.0.0.1' }], parseInstant('2026-01-01T00:00:00Z')],
      ['10.0.0.1', [{ type: 'ip', name: '10.0.0.1' }], parseInstant('2026-01-01T00:00:05Z')],
      ['10.0.0.2', [{ type: 'ip', name: '10.0.0.2' }], parseInstant('2026-01-01T00:00:01Z')],
    ])
    expect([of(all, 'coverage'), of(all, 'skipped')]).toEqual([[], []])
  })

  it('takes an empty list for a scan without answers, and says what it cannot read', async () => {
    expect(of(await records(await openBytes('m', Buffer.from('[]'))), 'finding')).toEqual([])
    const all = await records(
      await openBytes(
        'm',
        Buffer.from(
          '[{"ip": "nowhere at all", "ports": []}, {"ip": "10.0.0.1", "ports": [{"port": "x", "status": "open"}]}, {"finished": 1}]',
        ),
      ),
    )
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['[0]', '[1].ports[0]'])
  })
})
