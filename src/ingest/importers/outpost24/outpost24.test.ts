import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { outpost24 } from './outpost24.ts'

async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of outpost24.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(read: FileRecord[], kind: K) =>
  read.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const all = async () => records(await openFile(join(import.meta.dirname, 'samples/report.xml')))

describe('outpost24', () => {
  it('reads hosts by name and address; localhost is nobody', async () => {
    const read = await all()
    expect(read[0]).toMatchObject({ kind: 'report', source: 'outpost24', observed_at: parseInstant('2026-03-03T08:00:00Z') })
    expect(of(read, 'asset').map(({ names, observed_at }) => [names.map(({ name }) => name), observed_at])).toEqual([
      [['web-1.example.org', '10.0.0.5'], parseInstant('2026-03-02T09:00:00Z')],
      [[], parseInstant('2026-03-02T09:10:00Z')],
      [['10.0.0.6'], parseInstant('2026-03-02T08:00:00Z')],
    ])
  })

  it('reads details: score, product, versions, port, risk', async () => {
    const read = await all()
    expect(of(read, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['CVE-2026-8001'],
        severity: 'medium',
        cvss: 7.5,
        title: 'Sample Server: Weakness',
        component: { name: 'Sample Server', version: '1.1.0' },
        fixed_version: '1.1.1',
        place: '443/tcp',
      },
      { kind: 'finding', asset: 'h2', vulnerability_ids: ['CVE-2026-8002', 'CVE-2026-8003'], severity: 'critical', cvss: 10, title: 'Two' },
      { kind: 'finding', asset: 'h3', vulnerability_ids: ['outpost24:900004'], severity: 'informational', title: 'Banner' },
    ])
    expect(of(read, 'vulnerability')[0]).toMatchObject({ title: 'Sample Server: Weakness', url: 'https://example.org/a' })
    expect(of(read, 'vulnerability')[1]).toEqual({ kind: 'vulnerability', vulnerability_id: 'CVE-2026-8002' })
    expect(of(read, 'skipped')).toMatchObject([{ reason: '900003: marked as a false positive' }])
  })

  it('covers nothing, for it says neither what was left out nor whether it logged in', async () => {
    expect(of(await all(), 'coverage')).toEqual([])
  })

  it('gives no time when the zone is not known', async () => {
    const xml = '<main><reportinfo><reportdate>2026-03-03 09:00</reportdate><timezone>Moon</timezone></reportinfo><detaillist/></main>'
    expect(await records(await openBytes('x.xml', new TextEncoder().encode(xml)))).toMatchObject([{ observed_at: null }])
  })

  it('is no other XML', () => {
    expect(outpost24.detect({ name: 'x.xml', text: '<main><report/></main>' })).toBe(false)
  })
})
