import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { sonatype } from './sonatype.ts'

const sample = (name: string) => readSample(sonatype, import.meta.dirname, name)

describe('sonatype', () => {
  it('reads components, their issues and what was set aside', async () => {
    const all = await sample('application.json')
    expect(of(all, 'asset')[0]).toMatchObject({ type: 'application', names: [] })
    expect(of(all, 'software').map(({ name, version, purl }) => [name, version, purl])).toEqual([
      ['org.example:web', '1.2', undefined],
      ['left-pad', '1.0.0', 'pkg:npm/left-pad@1.0.0'],
      ['own.jar', undefined, undefined],
    ])
    const component = { name: 'org.example:web', version: '1.2', type: 'maven' }
    const place = 'lib/a.jar and 1 more'
    expect(of(all, 'finding')).toEqual([
      { kind: 'finding', asset: 'application', vulnerability_ids: ['CVE-2099-0001'], severity: 'high', cvss: 7.5, component, place },
      {
        kind: 'finding',
        asset: 'application',
        vulnerability_ids: ['sonatype-2099-0002'],
        severity: 'critical',
        cvss: 9.8,
        component,
        place,
      },
    ])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual([
      'components[0].securityData.securityIssues[2]',
      'components[0].securityData.securityIssues[3]',
    ])
  })

  it('closes what is gone', async () => {
    const before = await sample('application.json')
    expect(closedBy(before, await readText(sonatype, { components: [], matchSummary: {} }))).toHaveLength(2)
    expect(closedBy(before, before)).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(sonatype, { a: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([{ components: [{ 'bom-ref': 'x', name: 'y' }], bomFormat: 'CycloneDX' }, { components: {} }, { matchSummary: {} }, [], ''])(
    'does not take %j',
    (value) => expect(recognises(sonatype, value)).toBe(false),
  )
})
