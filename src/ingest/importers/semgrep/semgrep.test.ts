import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { semgrep } from './semgrep.ts'

const sample = (name: string) => readSample(semgrep, import.meta.dirname, name)

describe('semgrep', () => {
  it('reads places of rules in code', async () => {
    const all = await sample('code.json')
    expect(of(all, 'report')[0]).toMatchObject({ tool_version: '1.97.0', observed_at: null })
    expect(of(all, 'control')).toEqual([
      {
        kind: 'control',
        control_id: 'semgrep:python.lang.dangerous-exec',
        title: 'dangerous exec',
        severity: 'high',
        category: 'security',
        description: 'Runs what\n a user gives.',
        url: 'https://example.org/r',
        product: 'Semgrep',
        frameworks: [
          { framework: 'CWE', requirement: 'CWE-78' },
          { framework: 'OWASP Top 10', requirement: 'A03:2021' },
        ],
      },
    ])
    expect(of(all, 'finding').map(({ severity, title, component, place }) => [severity, title, component!.name, place])).toEqual([
      ['high', 'Runs what a user gives.', 'app.py', 'app.py:31'],
      ['low', 'Runs what a user gives.', 'app.py (2)', 'app.py:40'],
    ])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['results[2]', 'results[3]', 'errors[0]'])
    expect(of(all, 'coverage').map(({ subject }) => subject)).toEqual(['control'])
  })

  it('reads vulnerable dependencies of the supply chain', async () => {
    const all = await sample('supply-chain.json')
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'critical',
        component: { name: 'left-pad', version: '1.0.0', type: 'npm' },
        fixed_version: '1.9.9',
        place: 'package-lock.json, reached at src/app.js:7',
      },
    ])
    expect(of(all, 'coverage').map(({ subject }) => subject)).toEqual(['control', 'vulnerability'])
  })

  it('closes places of rules that are gone, no dependencies when none are listed, and nothing after an error', async () => {
    const before = await sample('code.json')
    const none = await sample('no-results.json')
    expect(closedBy(before, none)).toHaveLength(2)
    expect(closedBy(await sample('supply-chain.json'), none)).toEqual([])
    expect(closedBy(before, await readText(semgrep, { results: [], errors: [{ level: 'error', message: 'x' }] }))).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(semgrep, { a: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([
    { results: [], errors: [] },
    { results: [{ test_id: 'B101' }], errors: [] },
    { results: [{ source: {}, packages: [] }] },
    [],
    '',
  ])('does not take %j', (value) => expect(recognises(semgrep, value)).toBe(false))
})
