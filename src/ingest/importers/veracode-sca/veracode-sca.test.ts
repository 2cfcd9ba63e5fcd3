import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { veracodeSca } from './veracode-sca.ts'

const sample = (name: string) => readSample(veracodeSca, import.meta.dirname, name)

describe('veracode-sca', () => {
  it('reads issues of the API', async () => {
    const all = await sample('issues.json')
    expect(of(all, 'asset')).toEqual([
      { kind: 'asset', asset: '17', type: 'application', name: 'shop', names: [{ type: 'agent_id', name: 'veracode-sca:17' }] },
    ])
    const component = { name: 'org.example:web', version: '1.2', type: 'maven' }
    expect(of(all, 'finding')).toEqual([
      { kind: 'finding', asset: '17', vulnerability_ids: ['CVE-2099-0001'], severity: 'high', cvss: 7.5, title: 'Stops', component },
      { kind: 'finding', asset: '17', vulnerability_ids: ['veracode-sca:9'], severity: 'high', cvss: 8.8, title: 'Private', component },
    ])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['_embedded.issues[3]', '_embedded.issues[4]'])
    expect(of(all, 'closed')).toEqual([
      {
        kind: 'closed',
        asset: '17',
        vulnerability_ids: ['CVE-2099-0001'],
        component: { name: component.name },
        reason: 'fixed',
        at: '_embedded.issues[2]',
      },
    ])
  })

  it('reads the CSV, with the time of each project’s scan', async () => {
    const all = await sample('issues.csv')
    expect(of(all, 'asset')[0]!.observed_at).toBe(Date.UTC(2026, 2, 1, 23, 1) * 1000)
    expect(of(all, 'finding')).toMatchObject([
      {
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        component: { name: 'org.example:web', version: '1.2' },
        fixed_version: '1.3',
      },
    ])
    expect(of(all, 'skipped').map(({ reason }) => reason)).toEqual([
      'veracode-sca:9 in left-pad: ignored in the tool',
      'left-pad in left-pad: an issue of the type license is not read',
    ])
  })

  it('closes what is gone only by all pages of a query that leaves nothing out', async () => {
    const before = await sample('issues.json')
    const issue = { project_id: '17', library: { id: 'npm:x::1' }, vulnerability: { id: 1 } }
    const page = (query: string, number: number, total_pages: number) => ({
      _embedded: { issues: [{ ...issue, workspace_id: '1' }] },
      _links: { self: { href: `https://api.example.org/issues?${query}` } },
      page: { number, total_pages },
    })
    expect(closedBy(before, await readText(veracodeSca, page('type=vulnerability&page=0', 0, 1)))).toHaveLength(2)
    const both = [page('page=0', 0, 2), page('page=1', 1, 2)].map((one) => JSON.stringify(one)).join('\n')
    expect(closedBy(before, await readText(veracodeSca, both))).toHaveLength(2)
    expect(closedBy(before, await readText(veracodeSca, page('page=1', 1, 2)))).toEqual([])
    expect(closedBy(before, await readText(veracodeSca, page('severity_gte=7', 0, 1)))).toEqual([])
    expect(closedBy(before, await sample('issues.csv'))).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(veracodeSca, { a: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([{ _embedded: { issues: [{ a: 1 }] }, page: {} }, { _embedded: {} }, 'Issue ID,Issue type', [], ''])(
    'does not take %j',
    (value) => expect(recognises(veracodeSca, value)).toBe(false),
  )
})
