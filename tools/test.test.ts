import { describe, expect, it } from 'vitest'
import { readPlaywright, tellLeftOut, tellTotal } from './test.mjs'

describe('the sum of all tests', () => {
  it('counts a Playwright report, nested suites and retried tests too', () => {
    const spec = (title: string, status: string, annotations: { type: string; description: string }[] = []) => ({
      title,
      file: 'a.test.ts',
      tests: [{ status, annotations }],
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
      failed: 1,
      broken: 1,
      skipped: [{ group: 'browser', file: 'a.test.ts', name: 'dark > four', note: 'no mouse' }],
    })
  })

  it('tells what was left out by group and reason, most first', () => {
    const left = (group: string, note: string | null) => ({ group, file: 'x', name: 'y', note })
    const lines = tellLeftOut([left('browser', 'no browser'), left('real', null), left('real', null)], (group) => `no ${group} data`)
    expect(lines).toEqual(['left out 2 of real: no real data', 'left out 1 of browser: no browser'])
  })

  it('closes with one plain line', () => {
    expect(tellTotal({ passed: 3, failed: 0, broken: 0, skipped: [{ group: 'real', file: 'x', name: 'y', note: null }] })).toBe(
      '3 passed, 0 failed, 1 skipped',
    )
  })
})
