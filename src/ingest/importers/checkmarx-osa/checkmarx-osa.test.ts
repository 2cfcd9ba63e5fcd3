import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { checkmarxOsa } from './checkmarx-osa.ts'

const sample = (name: string) => readSample(checkmarxOsa, import.meta.dirname, name)

describe('checkmarx-osa', () => {
  it('reads vulnerabilities with the libraries behind them', async () => {
    const all = await sample('vulnerabilities-and-libraries.json')
    expect(of(all, 'software').map(({ name }) => name)).toEqual(['org.example:web', 'org.example:mail'])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'project',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        component: { name: 'org.example:web', version: '1.2' },
        fixed_version: '1.3',
      },
      { kind: 'finding', asset: 'project', vulnerability_ids: ['CVE-2099-0003'], severity: 'high', cvss: 7.5, component: { name: 'L9' } },
    ])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['[0][3]', '[0][1]'])
  })

  it('closes what is gone when the libraries say what was looked at', async () => {
    const before = await sample('vulnerabilities-and-libraries.json')
    expect(closedBy(before, await sample('libraries-only.json'))).toHaveLength(2)
    const only = [[{ id: '7', libraryId: 'L1', cveName: 'CVE-2099-0007' }]]
    expect(closedBy(before, await readText(checkmarxOsa, only))).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(checkmarxOsa, [[1]])).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([[[], []], [[{ a: 1 }]], [{ libraryId: 'x', cveName: 'y' }], ''])('does not take %j', (value) =>
    expect(recognises(checkmarxOsa, value)).toBe(false),
  )
})
