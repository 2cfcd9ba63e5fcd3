import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { sarif } from './sarif.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const made = (log: unknown) => openBytes('x.sarif', Buffer.from(typeof log === 'string' ? log : JSON.stringify(log)))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of sarif.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const log = (run: object) => ({ version: '2.1.0', runs: [{ tool: { driver: { name: 'T' } }, ...run }] })

describe('sarif', () => {
  // Findings, results of controls and skipped items of each sample, as counted by eye.
  it.each([
    ['two-runs-of-a-repository.sarif', 5, 2, 4],
    ['packages-of-an-image.sarif', 3, 0, 0],
    ['runs-first-by-category.json', 5, 0, 0],
    ['code-scanning.sarif', 5, 0, 4],
    ['image-vulnerabilities.sarif', 2, 0, 0],
    ['two-runs-version-last.sarif', 2, 0, 0],
  ])('knows %s by its content and reads all of it', async (name, findings, results, skipped) => {
    expect(sarif.detect((await sample(name)).head)).toBe(true)
    const all = await records(await sample(name))
    expect([of(all, 'finding').length, of(all, 'control_result').length, of(all, 'skipped').length]).toEqual([findings, results, skipped])
  })

  it.each([
    ['{"version":"2.0.0","runs":[]}'],
    ['{"runs":[{"id":1}]}'],
    ['[{"version":"2.1.0","runs":[]}]'],
    ['{"report":{"version":"2.1.0","runs":[{"tool":{"driver":{}}}]}}'],
  ])('leaves %s alone', (text) => expect(sarif.detect({ name: 'x.sarif', text })).toBe(false))

  it('makes one report of two runs of one tool about one repository', async () => {
    const all = await records(await sample('two-runs-of-a-repository.sarif'))
    expect(of(all, 'report')).toEqual([
      {
        kind: 'report',
        source: 'sarif:example-com-scan',
        tool: 'Example.com Scan',
        tool_version: '3.1',
        observed_at: parseInstant('2026-03-02T09:05:00Z'),
      },
    ])
    expect(of(all, 'asset')).toMatchObject([
      { type: 'repository', name: 'github.com/acme/shop', names: [{ type: 'repository', name: 'https://github.com/acme/shop' }] },
    ])
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'target', subject: 'control' }])
  })

  it('makes one finding of each result, told apart by file and not by line', async () => {
    const all = await records(await sample('two-runs-of-a-repository.sarif'))
    expect(of(all, 'finding').map((one) => [one.control_id, one.severity, one.component?.name, one.place, one.title])).toEqual([
      [
        'sarif:example-com-scan:js/sql-injection',
        'high',
        'src/db layer.js',
        'src/db layer.js:14',
        'This query depends on a user-provided value.',
      ],
      [
        'sarif:example-com-scan:js/sql-injection',
        'high',
        'src/db layer.js (2)',
        'src/db layer.js:40',
        'This query depends on a user-provided value.',
      ],
      ['sarif:example-com-scan:js/unused', 'low', 'src/a.js', 'src/a.js:3 and 2 more', 'Variable {total} is never read: {0}'],
      ['sarif:example-com-scan:js/unused', 'low', undefined, undefined, 'still being looked at'],
      ['sarif:example-com-scan:py/eval', 'high', 'shop.cart.total', 'shop.cart.total', 'eval of input'],
    ])
  })

  it('skips what is suppressed, gone, or no result, and says so', async () => {
    const all = await records(await sample('two-runs-of-a-repository.sarif'))
    expect(
      of(all, 'skipped')
        .map((one) => [one.at, one.reason])
        .sort(),
    ).toEqual([
      ['runs[0].results[3]', 'js/unused: suppressed in the tool (external): generated code'],
      ['runs[0].results[5]', expect.stringContaining('no longer there')],
      ['runs[0].results[6]', expect.stringContaining('fails elsewhere')],
      ['runs[0].results[9]', expect.stringContaining('expected object')],
    ])
  })

  it('keeps passes and what nobody decided as results of controls', async () => {
    const all = await records(await sample('two-runs-of-a-repository.sarif'))
    expect(of(all, 'control_result').map((one) => [one.control_id.split(':').at(-1), one.status])).toEqual([
      ['js/strict', 'pass'],
      ['js/manual', 'not_run'],
    ])
  })

  it('describes rules by what the tool says, and those it does not describe in part', async () => {
    const all = of(await records(await sample('two-runs-of-a-repository.sarif')), 'control')
    expect(all.find((one) => one.control_id.endsWith('js/sql-injection'))).toEqual({
      kind: 'control',
      control_id: 'sarif:example-com-scan:js/sql-injection',
      title: 'SQL injection',
      severity: 'high',
      category: 'security',
      description: 'A query is put together from user input.',
      remediation: 'Use query parameters.',
      url: 'https://example.com/rules/sql-injection',
      product: 'Example.com Scan',
      frameworks: [{ framework: 'CWE', requirement: 'CWE-89' }],
    })
    expect(all.find((one) => one.control_id.endsWith('js/unused'))).toMatchObject({
      title: 'Unused variable',
      url: 'https://example.com/rules/unused',
      remediation: undefined,
    })
    expect(all.find((one) => one.control_id.endsWith('py/eval'))).toMatchObject({ title: 'py/eval', severity: 'high', partial: true })
  })

  it('reads vulnerable packages of an image', async () => {
    const all = await records(await sample('packages-of-an-image.sarif'))
    expect(of(all, 'asset')).toMatchObject([
      {
        type: 'image',
        names: [{ type: 'image', name: 'ghcr.io/acme/shop:v2' }],
        attributes: { image_digest: `sha256:${'0a'.repeat(32)}` },
      },
    ])
    expect(of(all, 'finding')).toMatchObject([
      {
        vulnerability_ids: ['CVE-2026-1001'],
        cvss: 7.5,
        severity: 'high',
        title: 'libsample: overflow',
        component: { name: 'libsample1', version: '1.0-r0' },
        fixed_version: '1.0-r1',
      },
      { vulnerability_ids: ['CVE-2026-1002'], cvss: 9.1, severity: 'critical', component: { name: 'app/package-lock.json', type: 'file' } },
      { control_id: 'sarif:trivy:DS-0002', severity: 'medium' },
    ])
    expect(of(all, 'vulnerability')).toMatchObject([
      {
        vulnerability_id: 'CVE-2026-1001',
        cvss: 7.5,
        cvss_vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
        url: 'https://example.com/CVE-2026-1001',
      },
      { vulnerability_id: 'CVE-2026-1002', aliases: ['GHSA-2345-6789-cfgh'] },
    ])
    expect(of(all, 'control').map((one) => one.control_id)).toEqual(['sarif:trivy:DS-0002'])
    expect(of(all, 'coverage').map((one) => one.subject)).toEqual(['control', 'vulnerability'])
  })

  it('keeps categories apart, and lets a failed run cover nothing', async () => {
    const all = await records(await sample('runs-first-by-category.json'))
    expect(of(all, 'report').map((one) => [one.source, one.tool_version, one.observed_at])).toEqual([
      ['sarif:example-query', '2.0.1', null],
      ['sarif:example-query', '2.0.1', null],
      ['sarif:broken-tool', null, null],
      ['sarif:example-packages', null, null],
    ])
    expect(of(all, 'coverage').map((one) => [one.subject, one.checks])).toEqual([
      ['control', 'nightly/language:go'],
      ['control', 'nightly/language:js'],
      ['control', undefined],
      ['vulnerability', undefined],
    ])
    expect(of(all, 'asset')[0]).toMatchObject({ type: 'repository', name: '', names: [] })
  })

  it("takes the severity from rank, the tool's word, the level, or the specification's default", async () => {
    const all = of(await records(await sample('runs-first-by-category.json')), 'finding')
    expect(all.map((one) => [one.control_id ?? one.vulnerability_ids![0], one.severity])).toEqual([
      ['sarif:example-query:go/ranked', 'critical'],
      ['sarif:example-query:go/said', 'low'],
      ['sarif:example-query:js/plain', 'medium'],
      ['sarif:example-query:js/none', 'informational'],
      ['SNYK-JS-SAMPLE-1001', 'medium'],
    ])
  })

  it('lets a rule pass nowhere that fails in another run of the same tool', async () => {
    const run = (results: object[]) => ({ tool: { driver: { name: 'T' } }, results })
    const runs = [
      run([
        { ruleId: 'a', kind: 'pass' },
        { ruleId: 'b', kind: 'pass' },
      ]),
      run([{ ruleId: 'a', message: { text: 'here' } }]),
    ]
    const all = await records(await made({ version: '2.1.0', runs }))
    expect(of(all, 'finding').map(({ control_id }) => control_id)).toEqual(['sarif:t:a'])
    expect(of(all, 'control_result').map(({ control_id }) => control_id)).toEqual(['sarif:t:b'])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['runs[0].results[0]'])
  })

  it('finds rules of extensions by their index', async () => {
    const tool = {
      driver: { name: 'T', rules: [{ id: 'a', shortDescription: { text: 'wrong' } }] },
      extensions: [{ name: 'pack', rules: [{ id: 'b', shortDescription: { text: 'right' } }] }],
    }
    const all = await records(
      await made(log({ tool, results: [{ rule: { index: 0, toolComponent: { index: 0 } }, message: { text: '' } }] })),
    )
    expect(of(all, 'finding')).toMatchObject([{ control_id: 'sarif:t:b', title: 'right' }])
  })

  it('is not misled by names that every object has', async () => {
    const all = await records(
      await made(log({ results: [{ ruleId: '__proto__', message: { id: 'constructor' }, properties: { ['__proto__']: 1 } }] })),
    )
    expect(of(all, 'finding')).toMatchObject([{ control_id: 'sarif:t:__proto__' }])
  })

  it('accounts for every result of a run, whatever stands in it', async () => {
    const odd = fc.oneof(fc.constant(null), fc.string(), fc.integer(), fc.constant([]), fc.constant({}))
    const result = fc.record(
      {
        ruleId: fc.oneof(fc.constantFrom('a', 'b', 'CVE-2026-1'), odd),
        kind: fc.oneof(fc.constantFrom('pass', 'fail', 'open'), odd),
        level: fc.oneof(fc.constantFrom('error', 'note'), odd),
        suppressions: fc.oneof(fc.constant([{ kind: 'external' }]), odd),
        baselineState: fc.oneof(fc.constantFrom('absent', 'new'), odd),
        message: odd,
        locations: odd,
        properties: odd,
        rank: odd,
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(result, odd), { maxLength: 8 }), async (results) => {
        const all = await records(await made(log({ results })))
        const told = all.filter(({ kind }) => kind === 'finding' || kind === 'control_result' || kind === 'skipped')
        expect(told).toHaveLength(results.length)
        expect(all[0]!.kind).toBe('report')
        expect(all[1]!.kind).toBe('asset')
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    ['{"version":"2.1.0","runs":[]}'],
    ['{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"T"}},"results":[{'],
    ['{"version":"2.1.0","runs":[{"results":[{"ruleId":"a\u0000b"}]}]}'],
    ['[]'],
  ])('refuses %j', async (text) => {
    await expect(made(text).then(records)).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
