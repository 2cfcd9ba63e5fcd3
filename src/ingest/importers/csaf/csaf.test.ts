import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { csaf } from './csaf.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of csaf.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('csaf', () => {
  it('says whose document it is, of when, and in which version', async () => {
    const { head } = await sample('vex.json')
    expect(csaf.detect(head)).toBe(true)
    expect((await records(await sample('vex.json')))[0]).toEqual({
      kind: 'report',
      source: 'csaf',
      tool: null,
      tool_version: null,
      observed_at: parseInstant('2026-03-05T09:00:00Z'),
      document: { id: 'ACME-2026-7', author: 'Acme', role: 'vendor', version: '2' },
    })
  })

  it('states one thing of each product, found by what identifies it', async () => {
    const all = of(await records(await sample('vex.json')), 'statement')
    expect(all.map((one) => [one.vulnerability_id, one.status, one.product, one.target])).toEqual([
      ['CVE-2026-1001', 'affected', 'gone', {}],
      [
        'CVE-2026-1001',
        'under_investigation',
        'core as a component of Shop image',
        { image: 'ghcr.io/acme/shop:v2', package: 'pkg:rpm/acme/core@1.2-3.el9?arch=x86_64' },
      ],
      ['CVE-2026-1001', 'fixed', 'core as a component of Linux 9', { package: 'pkg:rpm/acme/core@1.2-3.el9?arch=x86_64' }],
      ['CVE-2026-1001', 'not_affected', 'Shop image', { image: 'ghcr.io/acme/shop:v2' }],
      // Of an operating system that only its CPE tells, a package of any version could be anybody's.
      ['CVE-2026-1001', 'not_affected', 'left as a component of Linux 9', {}],
      // Of two lists that contradict each other the one that claims least for safety counts.
      ['Acme Tracker:4711', 'affected', 'Shop image', { image: 'ghcr.io/acme/shop:v2' }],
    ])
    expect(all.map((one) => [one.justification, one.detail])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [undefined, 'Update core.'],
      ['vulnerable_code_not_present', 'The library is not in the image.'],
      [undefined, undefined],
      [undefined, undefined],
    ])
  })

  it('leaves out a vulnerability without an id, and makes neither findings nor assets', async () => {
    const all = await records(await sample('vex.json'))
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['vulnerabilities[2]'])
    expect([...new Set(all.map(({ kind }) => kind))].toSorted()).toEqual(['report', 'skipped', 'statement'])
  })

  it('reads a product tree behind the vulnerabilities, and one nested very deep', async () => {
    let branch: object = { product: { product_id: 'p', name: 'p', product_identification_helper: { purl: 'pkg:npm/p@1' } } }
    for (let depth = 0; depth < 60; depth++) branch = { branches: [branch] }
    const text = JSON.stringify({
      vulnerabilities: [{ cve: 'CVE-2026-1', product_status: { fixed: ['p'] } }],
      product_tree: { branches: [branch] },
      document: { csaf_version: '2.1', publisher: { name: 'Acme' }, tracking: { id: 'x' } },
    })
    expect(of(await records(await openBytes('x.json', Buffer.from(text))), 'statement').map(({ target }) => target)).toEqual([
      { package: 'pkg:npm/p@1' },
    ])
  })

  it.each([
    ['{"document":{"csaf_version":"2.0","publisher":{},"tracking":{"id":"x"}}}', /publisher\.name/],
    ['{"document":{"csaf_version":"2.0","publisher":{"name":"Acme"}}}', /tracking\.id/],
    ['{"document":{"csaf_version":"2.0","publisher":{"name":"Acme"},"tracking":{"id":"x"}}}{"document":{}}', /several/],
  ])('refuses %j', async (text, message) => {
    await expect(records(await openBytes('x.json', Buffer.from(text)))).rejects.toThrow(message)
  })

  it.each([
    ['{"document":{"category":"csaf_vex"}}'],
    ['[{"document":{"csaf_version":"2.0"}}]'],
    ['{"document":"csaf_version"}'],
    ['{"csaf_version":"2.0"}'],
  ])('leaves %s alone', (text) => expect(csaf.detect({ name: 'x', text })).toBe(false))
})
