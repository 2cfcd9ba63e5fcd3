import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { dependencyTrack } from './dependency-track.ts'

const sample = (name: string) => readSample(dependencyTrack, import.meta.dirname, name)
const uuid = '11111111-2222-3333-4444-555555555555'
const names = [{ type: 'agent_id', name: `dependency-track:${uuid}` }]

describe('dependency-track', () => {
  it('reads an export, whose project stands behind its findings', async () => {
    const all = await sample('packaged.json')
    expect(all.slice(0, 3)).toEqual([
      {
        kind: 'report',
        source: 'dependency-track',
        tool: 'Dependency-Track',
        tool_version: '4.14.1',
        observed_at: Date.UTC(2026, 2, 1, 10) * 1000,
      },
      { kind: 'asset', asset: 'project', type: 'application', name: 'Shop 1.0', names },
      { kind: 'coverage', asset: 'project', subject: 'vulnerability' },
    ])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'project',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        title: 'Stops',
        component: { name: 'org.example:web', version: '1.2', type: 'maven', purl: 'pkg:maven/org.example/web@1.2?type=jar' },
      },
      {
        kind: 'finding',
        asset: 'project',
        vulnerability_ids: ['npm:533'],
        severity: 'medium',
        cvss: 5,
        component: { name: 'left-pad', version: '1.0.0', type: 'npm', purl: 'pkg:npm/left-pad@1.0.0' },
      },
    ])
    expect(of(all, 'vulnerability')[0]).toMatchObject({
      aliases: ['GHSA-2222-3333-4444'],
      published_at: Date.UTC(2026, 0, 2, 3, 4, 5, 678) * 1000,
      url: 'https://example.org/advisory',
    })
    expect(of(all, 'skipped').map(({ at, reason }) => [at, reason.slice(0, 40)])).toEqual([
      ['findings[2]', 'CVE-2099-0003 in left-pad: suppressed in'],
      ['findings[3]', expect.stringContaining('Invalid input')],
    ])
  })

  it('reads the list of one project, and a page of the portfolio without covering anything', async () => {
    const all = await sample('findings-of-the-api.json')
    expect(of(all, 'asset')).toEqual([{ kind: 'asset', asset: uuid, type: 'application', name: uuid, names }])
    expect(of(all, 'finding')).toMatchObject([{ asset: uuid, vulnerability_ids: ['CVE-2099-0002'], severity: 'informational' }])
    expect(of(all, 'vulnerability')[0]!.published_at).toBe(Date.UTC(2026, 0, 2, 3, 4, 5) * 1000)
    expect(of(all, 'coverage')).toHaveLength(1)
    const row = (project: string) => ({
      component: { name: 'bash', project, projectName: 'Shop', projectVersion: '1.0' },
      vulnerability: { vulnId: 'CVE-2099-0009' },
      matrix: 'x',
    })
    const page = await readText(dependencyTrack, [row(uuid), row('other')])
    expect(of(page, 'asset').map(({ name }) => name)).toEqual(['Shop 1.0', 'Shop 1.0'])
    expect(closedBy(await sample('packaged.json'), page)).toEqual([])
    expect(closedBy(await sample('packaged.json'), await readText(dependencyTrack, [row(uuid)]))).toEqual([])
  })

  it('closes what is gone of a project, also when the key findings is missing', async () => {
    const meta = { application: 'Dependency-Track', version: '3.4.0', timestamp: '2018-11-18T23:31:42Z' }
    const none = await readText(dependencyTrack, { version: '1.0', meta, project: { uuid, name: 'Shop' } })
    expect(closedBy(await sample('packaged.json'), none)).toEqual(['CVE-2099-0001 in org.example:web', 'npm:533 in left-pad'])
    const other = await readText(dependencyTrack, { version: '1.0', meta, project: { uuid: 'another', name: 'Shop' } })
    expect(closedBy(await sample('packaged.json'), other)).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(dependencyTrack, { meta: {} })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([{ meta: { application: 'Other' }, findings: [] }, [{ component: {}, vulnerability: {} }], { findings: [] }, [], ''])(
    'does not take %j',
    (value) => expect(recognises(dependencyTrack, value)).toBe(false),
  )
})
