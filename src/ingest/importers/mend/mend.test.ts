import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { mend } from './mend.ts'

const sample = (name: string) => readSample(mend, import.meta.dirname, name)

describe('mend', () => {
  it('reads vulnerabilities of several projects', async () => {
    const all = await sample('vulnerabilities.json')
    expect(of(all, 'asset').map(({ names }) => names[0]!.name)).toEqual(['mend/Acme/shop', 'mend/Acme/mail'])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'Acme/shop',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        component: { name: 'org.example:web', version: '1.2', type: 'maven_artifact' },
        fixed_version: '1.3',
        place: 'lib/web-1.2.jar',
      },
      {
        kind: 'finding',
        asset: 'Acme/mail',
        vulnerability_ids: ['WS-2099-0002'],
        severity: 'medium',
        component: { name: 'org.example:web', version: '1.2', type: 'maven_artifact' },
        place: 'web-1.2.jar',
      },
    ])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['vulnerabilities[2]'])
  })

  it('reads the unified agent’s libraries, whose project stands behind them', async () => {
    const all = await sample('unified-agent.json')
    expect(of(all, 'report')[0]!.observed_at).toBe(Date.UTC(2026, 2, 1, 10) * 1000)
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'repository', name: 'https://github.com/acme/shop' }])
    expect(of(all, 'software').map(({ name }) => name)).toEqual(['left-pad', 'nodejs/nan'])
    expect(of(all, 'finding')).toMatchObject([
      { vulnerability_ids: ['CVE-2099-0001'], cvss: 7.5, component: { name: 'left-pad', version: '1.0.0' } },
    ])
  })

  it('reads findings of the platform', async () => {
    const all = await sample('platform.json')
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'agent_id', name: 'mend:11111111-2222-3333-4444-555555555555' }])
    expect(of(all, 'finding')).toMatchObject([
      {
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        fixed_version: '1.3',
        component: { name: 'org.example:web' },
        place: 'lib/web.jar',
      },
    ])
    expect(of(all, 'skipped').map(({ reason }) => reason)).toEqual(['CVE-2099-0002: ignored in the tool'])
  })

  it('closes what is gone of the same project, and nothing by a page of many', async () => {
    const before = await sample('vulnerabilities.json')
    const other = (project: string) => ({
      vulnerabilities: [{ name: 'CVE-2099-0009', severity: 'low', project, product: 'Acme', library: {} }],
    })
    expect(closedBy(before, await readText(mend, other('shop')))).toEqual(['CVE-2099-0001 in org.example:web'])
    expect(closedBy(before, await readText(mend, other('web')))).toEqual([])
    const platform = await sample('platform.json')
    const row = { name: 'CVE-2099-0009', project: { uuid: '11111111-2222-3333-4444-555555555555' } }
    const page = (totalItems: number) => readText(mend, { additionalData: { totalItems }, supportToken: 'x', response: [row] })
    expect(closedBy(platform, await page(1))).toHaveLength(1)
    expect(closedBy(platform, await page(2))).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(mend, { a: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([{ vulnerabilities: [] }, { vulnerabilities: [{ identifiers: [], location: {} }] }, { response: [] }, [], ''])(
    'does not take %j',
    (value) => expect(recognises(mend, value)).toBe(false),
  )
})
