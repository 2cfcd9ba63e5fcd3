import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { defenderForCloud } from './defender-for-cloud.ts'

const path = (name: string) => join(import.meta.dirname, 'samples', name)
const sample = (name: string) => openFile(path(name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of defenderForCloud.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const STORAGE =
  '/subscriptions/0a000000-0000-4000-8000-000000000001/resourcegroups/web/providers/microsoft.storage/storageaccounts/shopfiles'

describe('defender-for-cloud', () => {
  it.each(['portal.csv', 'api-page.json'])('knows %s by its content', async (name) => {
    expect(defenderForCloud.detect((await sample(name)).head)).toBe(true)
  })

  it("reads the portal's CSV: one resource for one path in two spellings", async () => {
    const all = await records(await sample('portal.csv'))
    expect(of(all, 'report')[0]!.observed_at).toBe(parseInstant('2026-01-01T16:01:10.373Z'))
    expect(of(all, 'asset').map((one) => [one.type, one.name, one.names[0]!.name])).toEqual([
      ['cloud_resource', 'shopfiles', STORAGE],
      ['account', 'Shop', '/subscriptions/0a000000-0000-4000-8000-000000000001'],
    ])
    expect(of(all, 'control_result').map((one) => [one.status, one.severity])).toEqual([
      ['fail', 'medium'],
      ['pass', 'high'],
      ['not_run', 'high'],
    ])
    expect(of(all, 'control')[0]).toMatchObject({
      control_id: 'defender-for-cloud:cdc78c07-02b0-4af0-1cb2-cb7c672a8b0a',
      title: 'Storage account should use a private link connection',
      category: 'Restrict unauthorized network access',
      description: 'Private links enforce it',
      remediation: 'Add a private endpoint',
    })
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['line 5'])
  })

  it('covers resources that a check answered for, and nothing when a page is missing', async () => {
    expect(of(await records(await sample('portal.csv')), 'coverage').map((one) => one.asset)).toEqual([STORAGE])
    expect(of(await records(await sample('api-page.json')), 'coverage')).toEqual([])
    const last = JSON.parse(readFileSync(path('api-page.json'), 'utf8')) as Record<string, unknown>
    delete last.nextLink
    const all = await records(await openBytes('p.json', Buffer.from(JSON.stringify(last))))
    expect(of(all, 'coverage').map((one) => one.asset.split('/').at(-1))).toEqual(['vm-1'])
  })

  it('reads assessments of the API', async () => {
    const all = await records(await sample('api-page.json'))
    expect(of(all, 'control_result').map((one) => [one.asset.split('/').at(-1), one.status, one.evidence])).toEqual([
      ['vm-1', 'fail', undefined],
      ['vm-2', 'not_applicable', 'NoDisk'],
    ])
    expect(of(all, 'control')[0]).toMatchObject({
      title: 'Install endpoint protection',
      severity: 'high',
      category: 'Compute',
      description: 'It protects.',
    })
  })

  it('refuses other lists of the provider', async () => {
    const file = await openBytes(
      'x',
      Buffer.from(
        '{"value":[{"id":"/subscriptions/x/providers/Microsoft.Security/pricings/VirtualMachines","type":"Microsoft.Security/pricings"}]}',
      ),
    )
    expect(defenderForCloud.detect(file.head)).toBe(false)
    await expect(records(file)).rejects.toThrow('Defender for Cloud')
  })
})
