import { describe, expect, it } from 'vitest'
import { parseInstant } from '../../../model/time.ts'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { githubDependabot } from './github-dependabot.ts'

const sample = (name: string) => readSample(githubDependabot, import.meta.dirname, name)
const answer = (pageInfo: object | undefined, nameWithOwner = 'Acme/Shop') => ({
  data: { repository: { nameWithOwner, vulnerabilityAlerts: { nodes: [], ...(pageInfo && { pageInfo }) } } },
})

describe('github-dependabot', () => {
  it('reads pages of a repository one after another', async () => {
    const all = await sample('graphql-pages.json')
    expect(of(all, 'asset')).toEqual([
      {
        kind: 'asset',
        asset: 'https://github.com/Acme/Shop',
        type: 'repository',
        name: 'github.com/acme/shop',
        names: [{ type: 'repository', name: 'https://github.com/acme/shop' }],
      },
    ])
    expect(of(all, 'finding').map(({ vulnerability_ids }) => vulnerability_ids)).toEqual([['CVE-2099-0001'], ['CVE-2099-0003']])
    expect(of(all, 'finding')[0]).toEqual({
      kind: 'finding',
      asset: 'https://github.com/Acme/Shop',
      vulnerability_ids: ['CVE-2099-0001'],
      severity: 'medium',
      cvss: 7.5,
      title: 'Stops',
      component: { name: 'org.example:web', version: '1.2', type: 'maven' },
      fixed_version: '1.3',
      place: 'web/pom.xml',
    })
    expect(of(all, 'vulnerability')[0]).toMatchObject({ aliases: ['GHSA-2222-3333-4444'], url: 'https://example.org/advisory' })
    expect(of(all, 'skipped').map(({ reason }) => reason.split('\n')[0])).toEqual([
      'CVE-2099-0004 in org.example:web: dismissed (tolerable)',
      expect.stringContaining('Invalid input'),
    ])
    expect(of(all, 'closed')).toEqual([
      {
        kind: 'closed',
        asset: 'https://github.com/Acme/Shop',
        vulnerability_ids: ['CVE-2099-0002'],
        component: { name: 'org.example:web' },
        place: 'web/pom.xml',
        closed_at: parseInstant('2026-02-01T10:00:00Z'),
        reason: 'fixed',
        at: 'data.repository.vulnerabilityAlerts.nodes[1]',
      },
    ])
    expect(of(all, 'coverage')).toHaveLength(1)
  })

  it('reads a search that names repositories by their bare names', async () => {
    const all = await sample('graphql-search-by-name.json')
    expect(of(all, 'asset').map(({ names }) => names)).toEqual([
      [{ type: 'label', name: 'github-dependabot/shop' }],
      [{ type: 'label', name: 'github-dependabot/mail' }],
    ])
    expect(of(all, 'finding')).toMatchObject([{ vulnerability_ids: ['github-dependabot:TEST-aaaa'] }])
    expect(of(all, 'coverage')).toEqual([])
  })

  it('reads REST alerts, also of a server of one’s own', async () => {
    const all = await sample('rest.json')
    expect(of(all, 'asset').map(({ name }) => name)).toEqual(['github.com/acme/shop', 'git.example.org/Acme/Mail'])
    expect(of(all, 'finding')).toMatchObject([
      {
        vulnerability_ids: ['GHSA-2222-3333-4444'],
        severity: 'high',
        cvss: 9.3,
        fixed_version: '1.9.9',
        place: 'package-lock.json',
        component: { type: 'npm' },
      },
      { asset: 'https://git.example.org/Acme/Mail' },
    ])
    expect(of(all, 'skipped')).toHaveLength(1)
  })

  it('closes only when all pages from the first to the last are there', async () => {
    const before = await sample('graphql-pages.json')
    const gone = ['CVE-2099-0001 in org.example:web', 'CVE-2099-0003 in org.example:web']
    expect(closedBy(before, await readText(githubDependabot, answer({ hasPreviousPage: false, hasNextPage: false })))).toEqual(gone)
    for (const info of [
      undefined,
      { hasNextPage: false },
      { hasPreviousPage: true, hasNextPage: false },
      { hasPreviousPage: false, hasNextPage: true },
    ])
      expect(closedBy(before, await readText(githubDependabot, answer(info)))).toEqual([])
    const other = answer({ hasPreviousPage: false, hasNextPage: false }, 'Acme/Mail')
    expect(closedBy(before, await readText(githubDependabot, other))).toEqual([])
    expect(closedBy(await sample('rest.json'), await readText(githubDependabot, []))).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(githubDependabot, { data: {} })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([
    { data: { repository: {} } },
    { data: { repository: { issues: [] } } },
    [{ rule: {}, tool: {}, most_recent_instance: {} }],
    [],
    '',
  ])('does not take %j', (value) => expect(recognises(githubDependabot, value)).toBe(false))
})
