import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { naabu } from './naabu.ts'

async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of naabu.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('naabu', () => {
  it('states one finding per line, and covers nothing since it does not say what it asked', async () => {
    const file = await openFile(join(import.meta.dirname, 'samples/host-and-address.json'))
    expect(naabu.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(of(all, 'report')[0]!.observed_at).toBe(parseInstant('2026-01-01T00:00:00.123456Z'))
    expect(of(all, 'finding').map((one) => [one.asset, one.place, one.title])).toEqual([
      ['web-1.example.com 10.0.0.1', '443/tcp', 'Open port 443/tcp (TLS)'],
      ['web-1.example.com 10.0.0.1', '53/udp', 'Open port 53/udp'],
      ['10.0.0.2', '22/tcp', 'Open port 22/tcp'],
    ])
    expect(of(all, 'asset').at(-1)).toMatchObject({ name: '10.0.0.2', names: [{ type: 'ip', name: '10.0.0.2' }] })
    expect(of(all, 'asset')[1]!.observed_at).toBe(parseInstant('2026-01-01T00:00:01Z'))
    expect(of(all, 'coverage')).toEqual([])
  })

  it('says what it cannot read and goes on', async () => {
    const all = await records(await openBytes('n', Buffer.from('{"ip":"10.0.0.1","port":"all"}\n{"ip":"10.0.0.1","port":1}')))
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['line 1'])
    expect(of(all, 'finding')).toHaveLength(1)
  })
})
