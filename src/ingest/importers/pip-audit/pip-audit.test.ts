import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { pipAudit } from './pip-audit.ts'

const sample = (name: string) => readSample(pipAudit, import.meta.dirname, name)

describe('pip-audit', () => {
  it('reads dependencies: packages, ids and other names, fixed versions, what was not audited', async () => {
    const all = await sample('dependencies.json')
    expect(of(all, 'asset')[0]).toMatchObject({ type: 'repository', names: [] })
    expect(of(all, 'software').map(({ name, version }) => [name, version])).toEqual([
      ['plain', '1.2.2'],
      ['local', undefined],
      ['web', '3.2.9'],
    ])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['CVE-2099-0001'],
        component: { name: 'web', version: '3.2.9', type: 'pypi' },
        fixed_version: '2.2.25, 3.2.10',
      },
      { kind: 'finding', asset: 'target', vulnerability_ids: ['PYSEC-2099-2'], component: { name: 'web', version: '3.2.9', type: 'pypi' } },
    ])
    expect(of(all, 'vulnerability')[0]).toMatchObject({
      aliases: ['PYSEC-2099-1', 'GHSA-2222-3333-4444'],
      description: 'Stops when asked nicely.',
    })
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['dependencies[1]', 'dependencies[2].vulns[2]'])
  })

  it('reads the list of older versions', async () => {
    expect(of(await sample('list.json'), 'finding')).toMatchObject([{ vulnerability_ids: ['PYSEC-2099-1'], fixed_version: '3.2.10' }])
  })

  it('closes what is gone, also by an empty list that was named by the person', async () => {
    const before = await sample('dependencies.json')
    const gone = ['CVE-2099-0001 in web', 'PYSEC-2099-2 in web']
    expect(closedBy(before, await readText(pipAudit, { dependencies: [{ name: 'web', version: '4', vulns: [] }] }))).toEqual(gone)
    expect(closedBy(before, await readText(pipAudit, []))).toEqual(gone)
    expect(closedBy(before, before)).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(pipAudit, { hello: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(readText(pipAudit, '[{"name":"x","vulns":[')).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([
    [],
    { dependencies: {} },
    { dependencies: [] },
    [{ name: 'x' }],
    { dependencies: [{ fileName: 'x', vulnerabilities: [] }], reportSchema: '1.1' },
    '',
  ])('does not take %j', (value) => expect(recognises(pipAudit, value)).toBe(false))
})
