import { describe, expect, it } from 'vitest'
import { readPlaywright, tellFailures, tellLeftOut, tellTotal } from './test.mjs'

describe('the sum of all tests', () => {
  it('counts a Playwright report, nested suites and retried tests too', () => {
    const spec = (title: string, status: string, annotations: { type: string; description: string }[] = []) => ({
      title,
      file: 'a.test.ts',
      tests: [
        {
          status,
          annotations,
          results: status === 'unexpected' ? [{ error: { message: 'first' } }, { error: { message: 'last' } }, {}] : [],
        },
      ],
    })
    const report = {
      errors: [{ message: 'no server' }],
      suites: [
        {
          title: 'a.test.ts',
          specs: [spec('one', 'expected'), spec('two', 'unexpected')],
          suites: [
            { title: 'dark', specs: [spec('three', 'flaky'), spec('four', 'skipped', [{ type: 'skip', description: 'no mouse' }])] },
          ],
        },
      ],
    }
    expect(readPlaywright(report)).toEqual({
      passed: 2,
      failures: [
        { file: 'test/browser', name: null, message: 'no server' },
        { file: 'a.test.ts', name: 'two', message: 'last' },
      ],
      skipped: [{ group: 'browser', file: 'a.test.ts', name: 'dark > four', note: 'no mouse' }],
    })
  })

  it('tells what was left out by group and reason, most first', () => {
    const left = (group: string, note: string | null) => ({ group, file: 'x', name: 'y', note })
    const lines = tellLeftOut([left('browser', 'no browser'), left('real', null), left('real', null)], (group) => `no ${group} data`)
    expect(lines).toEqual(['left out 2 of real: no real data', 'left out 1 of browser: no browser'])
  })

  it('says at the end what failed and how its reason begins', () => {
    const message = `\u001B[31mexpected 1\u001B[39m\n\nto be 2\n${'more\n'.repeat(40)}`
    const lines = tellFailures([
      { file: 'a.test.ts', name: 'counts', message },
      { file: 'b.test.ts', name: null, message: '' },
    ])
    expect(lines.slice(0, 3)).toEqual(['FAILED a.test.ts > counts', '    expected 1', '    to be 2'])
    expect(lines).toHaveLength(14)
    expect(lines.at(-1)).toBe('FAILED b.test.ts')
  })

  it('closes with one plain line', () => {
    expect(tellTotal({ passed: 3, failures: [], skipped: [{ group: 'real', file: 'x', name: 'y', note: null }] })).toBe(
      '3 passed, 0 failed, 1 skipped',
    )
  })
})
