import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { ossindexDevaudit } from './ossindex-devaudit.ts'

const sample = (name: string) => readSample(ossindexDevaudit, import.meta.dirname, name)

describe('ossindex-devaudit', () => {
  it('reads packages: a score only in the vector, None for nothing, a CVE in the title', async () => {
    const all = await sample('npm.json')
    const component = { name: 'left-pad', version: '1.0.0', type: 'npm' }
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['ossindex:422fd048-4155-4213-8126-75b4c3135820'],
        severity: 'medium',
        cvss: 6.1,
        title: 'CWE-79: Cross-site',
        component,
      },
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'low',
        cvss: 0.5,
        title: '[CVE-2099-0001] Pads',
        component,
      },
    ])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['Packages[0].Vulnerabilities[2]', 'Packages[1]'])
  })

  it('closes what is gone, and nothing when nothing was audited', async () => {
    const before = await sample('npm.json')
    const after = (audited: number) => readText(ossindexDevaudit, { 'Packages Audited': audited, 'Vulnerabilities Found': 0, Packages: [] })
    expect(closedBy(before, await after(2))).toHaveLength(2)
    expect(closedBy(before, await after(0))).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(ossindexDevaudit, { a: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([{ Packages: [] }, [{ 'Packages Audited': 1 }], ''])('does not take %j', (value) =>
    expect(recognises(ossindexDevaudit, value)).toBe(false),
  )
})
