import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { statementStatuses } from '../../../model/statement.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { openvex } from './openvex.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const made = (document: unknown) => openBytes('x.json', Buffer.from(JSON.stringify(document)))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of openvex.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

const head = {
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://example.com/vex/1',
  author: 'Acme',
  timestamp: '2026-03-01T09:00:00Z',
}

describe('openvex', () => {
  it('says whose document it is, of when, and in which version', async () => {
    expect((await records(await sample('document-0.2.0.json')))[0]).toEqual({
      kind: 'report',
      source: 'openvex',
      tool: null,
      tool_version: null,
      observed_at: parseInstant('2026-03-05T09:00:00Z'),
      document: { id: 'https://example.com/vex/shop-1', author: 'Acme Security', role: 'vendor', version: '3' },
    })
    // Author and time may stand behind the statements.
    expect((await records(await sample('document-0.0.1.json')))[0]).toMatchObject({
      observed_at: parseInstant('2026-01-08T18:02:03Z'),
      document: { author: 'Acme Security', version: '1' },
    })
  })

  it('makes one statement of each product, or of each component inside of it', async () => {
    const all = of(await records(await sample('document-0.2.0.json')), 'statement')
    const digest = `sha256:${'0a'.repeat(32)}`
    expect(all.map((one) => [one.vulnerability_id, one.status, one.target])).toEqual([
      ['CVE-2026-1001', 'not_affected', { image_digest: digest, package: 'pkg:npm/%40acme/core@1.0.0' }],
      ['CVE-2026-1001', 'not_affected', { image_digest: digest, package: 'pkg:npm/left@2.0.0' }],
      ['CVE-2026-1001', 'not_affected', { image: 'ghcr.io/acme/shop:v2' }],
      ['CVE-2026-1002', 'affected', { repository: 'https://github.com/acme/shop' }],
      ['CVE-2026-1002', 'affected', { image: 'ghcr.io/acme/shop:v1' }],
      ['CVE-2026-1002', 'affected', {}],
      ['CVE-2026-1003', 'fixed', { package: 'pkg:deb/debian/core@1.2-3?arch=amd64' }],
      ['CVE-2026-1004', 'under_investigation', { package: 'pkg:npm/left' }],
    ])
    expect(all[0]).toMatchObject({
      justification: 'vulnerable_code_not_in_execute_path',
      detail: 'The function is never called.',
      stated_at: parseInstant('2026-03-01T23:00:00Z'),
    })
    expect(all[3]).toMatchObject({ detail: 'Update to 2.0.', stated_at: parseInstant('2026-03-01T09:00:00Z') })
    expect(all[5]).toMatchObject({ product: 'Shop for Windows' })
  })

  it('opens no finding and looks for nothing on any asset', async () => {
    const kinds = new Set((await records(await sample('document-0.2.0.json'))).map(({ kind }) => kind))
    expect([...kinds].toSorted()).toEqual(['report', 'skipped', 'statement'])
  })

  it('leaves out what says nothing, with the place', async () => {
    const all = of(await records(await sample('document-0.2.0.json')), 'skipped')
    expect(all.map(({ at }) => at)).toEqual(['statements[4]', 'statements[5]'])
    expect(all[0]!.reason).toContain('expected a product')
  })

  it('reads several documents of one file as reports of their own, and one without statements as a withdrawal', async () => {
    const text = `${JSON.stringify({ ...head, statements: [] })}\n${JSON.stringify({ ...head, '@id': 'https://example.com/vex/2' })}`
    const all = await records(await openBytes('x.json', Buffer.from(text)))
    expect(of(all, 'report').map((one) => one.document?.id)).toEqual(['https://example.com/vex/1', 'https://example.com/vex/2'])
  })

  it.each([
    ['{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.com/1","statements":[]}', /"author"/],
    ['{"@context":"https://openvex.dev/ns/v0.2.0","author":"Acme","statements":[]}', /"@id"/],
    ['{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"Acme","statements":[{', /./],
    ['', /Expected an OpenVEX document/],
  ])('refuses %j', async (text, message) => {
    await expect(records(await openBytes('x.json', Buffer.from(text)))).rejects.toThrow(message)
  })

  it.each([
    ['{"@context":"https://example.com/ns"}'],
    ['[{"@context":"https://openvex.dev/ns"}]'],
    ['{"document":{"@context":"https://openvex.dev/ns"}}'],
  ])('leaves %s alone', (text) => expect(openvex.detect({ name: 'x', text })).toBe(false))

  it('reads several documents one after another, and passes over what is none among them', async () => {
    const document = (id: string, ...about: string[]) =>
      JSON.stringify({
        ...head,
        '@id': id,
        statements: about.map((name) => ({ vulnerability: { name }, products: ['x'], status: 'fixed' })),
      })
    const text = `${document('a', 'CVE-2026-1', 'CVE-2026-2')}{"x":1}${document('b')}${document('c', 'CVE-2026-3')}`
    const all = await records(await openBytes('x.json', Buffer.from(text)))
    expect(
      all.map((one) => (one.kind === 'report' ? one.document?.id : one.kind === 'statement' ? one.vulnerability_id : one.kind)),
    ).toEqual(['a', 'CVE-2026-1', 'CVE-2026-2', 'b', 'c', 'CVE-2026-3'])
  })

  it('accounts for every statement, whatever stands in it', async () => {
    const odd = fc.oneof(fc.constant(null), fc.string(), fc.integer(), fc.constant([]), fc.constant({}))
    const statement = fc.record(
      {
        vulnerability: fc.oneof(fc.constantFrom('CVE-2026-1', '__proto__'), fc.record({ name: odd, aliases: odd }), odd),
        products: fc.oneof(fc.constant(['pkg:npm/a@1']), fc.constant([{ '@id': 'x' }]), odd),
        status: fc.oneof(fc.constantFrom(...statementStatuses), odd),
        justification: odd,
        timestamp: odd,
        impact_statement: odd,
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(statement, odd), { maxLength: 6 }), async (statements) => {
        const all = await records(await made({ ...head, statements }))
        expect(all).toHaveLength(1 + statements.length)
      }),
      { numRuns: 100 },
    )
  })
})
