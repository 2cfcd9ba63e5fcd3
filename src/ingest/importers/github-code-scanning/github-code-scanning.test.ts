import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { githubCodeScanning } from './github-code-scanning.ts'

const sample = () => readSample(githubCodeScanning, import.meta.dirname, 'alerts.json')

describe('github-code-scanning', () => {
  it('reads open alerts as places of a rule in a repository', async () => {
    const all = await sample()
    expect(of(all, 'asset').map(({ name }) => name)).toEqual(['github.com/acme/shop'])
    expect(of(all, 'control')).toMatchObject([
      {
        control_id: 'github-code-scanning:codeql:py/path-injection',
        title: 'Path from outside',
        severity: 'critical',
        frameworks: [{ framework: 'CWE', requirement: 'CWE-22' }],
      },
    ])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'https://github.com/Acme/Shop',
        control_id: 'github-code-scanning:codeql:py/path-injection',
        severity: 'critical',
        title: 'This path depends on a user.',
        component: { name: 'src/file.py (alert 35)', type: 'file' },
        place: 'src/file.py:42',
      },
    ])
    expect(of(all, 'skipped').map(({ reason }) => reason.split('\n')[0])).toEqual([
      'py/path-injection: dismissed (false positive)',
      expect.stringContaining('Invalid input'),
    ])
  })

  it('states a fixed alert as closed since then, by the names that it had while open', async () => {
    const alert = (state: object) => ({
      number: 7,
      html_url: 'https://github.com/acme/shop/security/code-scanning/7',
      rule: { id: 'py/eval' },
      tool: { name: 'CodeQL' },
      most_recent_instance: { location: { path: 'a.py', start_line: 3 } },
      ...state,
    })
    const [open] = of(await readText(githubCodeScanning, [alert({ state: 'open' })]), 'finding')
    const all = await readText(githubCodeScanning, [alert({ state: 'fixed', fixed_at: '2026-02-03T04:05:06Z' })])
    expect(of(all, 'closed')).toEqual([
      {
        kind: 'closed',
        asset: open!.asset,
        control_id: open!.control_id,
        component: { name: open!.component!.name },
        place: open!.place,
        closed_at: Date.UTC(2026, 1, 3, 4, 5, 6) * 1000,
        reason: 'fixed',
        at: '[0]',
      },
    ])
    expect(of(all, 'finding')).toEqual([])
    expect(of(all, 'control')).toEqual([])
  })

  it('closes nothing, as it may be one page of many', async () => {
    expect(closedBy(await sample(), await readText(githubCodeScanning, []))).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(githubCodeScanning, { a: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([[], [{ rule: {}, tool: {} }], { rule: {}, tool: {}, most_recent_instance: {} }, ''])('does not take %j', (value) =>
    expect(recognises(githubCodeScanning, value)).toBe(false),
  )
})
