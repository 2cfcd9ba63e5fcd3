import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { npmAudit } from './npm-audit.ts'

const sample = (name: string) => readSample(npmAudit, import.meta.dirname, name)

describe('npm-audit', () => {
  it('reads advisories of npm 6, with numbers of the registry where there is no public id', async () => {
    const all = await sample('npm-6.json')
    expect(of(all, 'asset')).toEqual([{ kind: 'asset', asset: 'target', type: 'repository', name: '', names: [] }])
    expect(of(all, 'report')[0]!.observed_at).toBeNull()
    // Members that look like numbers come in the order of the file, not of JavaScript.
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['npm:1179'],
        severity: 'medium',
        title: 'Pads too much',
        component: { name: 'left-pad', version: '1.0.0, 1.0.1', type: 'npm' },
        fixed_version: '>=0.2.1 <1.0.0 || >=1.9.9',
        place: 'shop>left-pad and 2 more',
      },
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        title: 'Consumes',
        component: { name: 'ansi', version: '0.0.7', type: 'npm' },
        fixed_version: '0.0.8',
        place: 'web>ansi',
      },
    ])
    expect(of(all, 'vulnerability')[1]).toMatchObject({ aliases: ['GHSA-2222-3333-4444'] })
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['advisories["3"]'])
  })

  it('reads packages of npm 7: what depends on a vulnerable one is about its advisories, also in a circle', async () => {
    const all = await sample('npm-7.json')
    const findings = of(all, 'finding')
    expect(findings.map(({ component, vulnerability_ids }) => [component!.name, vulnerability_ids])).toEqual([
      ['web', ['GHSA-2222-3333-4444', 'npm:1488']],
      ['left-pad', ['GHSA-2222-3333-4444']],
      ['ring-a', ['npm:1488']],
      ['ring-b', ['npm:1488']],
    ])
    expect(findings[0]).toMatchObject({
      severity: 'high',
      fixed_version: '3.0.0',
      title: 'Depends on vulnerable versions of left-pad, ring-a',
    })
    expect(findings[0]!.cvss).toBeUndefined()
    expect(findings[1]).toMatchObject({ cvss: 7.5, fixed_version: 'web@3.0.0', place: 'node_modules/left-pad and 1 more' })
    expect(findings[3]!.fixed_version).toBeUndefined()
    expect(of(all, 'vulnerability').map(({ vulnerability_id, cvss }) => [vulnerability_id, cvss])).toEqual([
      ['GHSA-2222-3333-4444', 7.5],
      ['npm:1488', undefined],
    ])
    expect(of(all, 'skipped').map(({ reason }) => reason)).toEqual(['alone: neither it nor what it depends on names an advisory'])
  })

  it('closes what is gone, and is the same source for both forms', async () => {
    const before = await sample('npm-6.json')
    const none = { auditReportVersion: 2, vulnerabilities: {}, metadata: {} }
    expect(closedBy(before, await readText(npmAudit, none))).toEqual(['CVE-2099-0001 in ansi', 'npm:1179 in left-pad'])
    expect(closedBy(before, before)).toEqual([])
  })

  it('refuses an error of npm and a report of too many packages', async () => {
    await expect(readText(npmAudit, { error: { code: 'ENOLOCK', summary: 'no lock file' } })).rejects.toMatchObject({
      code: 'unreadable_report',
    })
    const vulnerabilities = Object.fromEntries(Array.from({ length: 5001 }, (_, n) => [`p${n}`, { name: `p${n}`, via: [] }]))
    await expect(readText(npmAudit, { auditReportVersion: 2, vulnerabilities })).rejects.toThrow('more than 5000 packages')
  })

  it.each([
    { auditReportVersion: 2 },
    { advisories: {} },
    { advisories: [], actions: [] },
    { vulnerabilities: {} },
    [{ actions: [], advisories: {} }],
    '',
  ])('does not take %j', (value) => expect(recognises(npmAudit, value)).toBe(false))
})
