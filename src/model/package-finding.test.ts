import { describe, expect, it } from 'vitest'
import { packageFinding, packageName } from './package-finding.ts'

describe('packageFinding', () => {
  const item = { asset: 'a', about: { ids: ['CVE-2099-0001'], aliases: ['GHSA-2222-3333-4444'] }, component: { name: 'left-pad' } }

  it('describes a vulnerability once and states only what is known', () => {
    const described = new Set<string>()
    const first = [...packageFinding({ ...item, title: 'A', severity: 'high', rating: { cvss: 7.5 }, published_at: null }, described)]
    expect(first).toEqual([
      {
        kind: 'vulnerability',
        vulnerability_id: 'CVE-2099-0001',
        title: 'A',
        severity: 'high',
        cvss: 7.5,
        aliases: ['GHSA-2222-3333-4444'],
      },
      {
        kind: 'finding',
        asset: 'a',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        title: 'A',
        component: { name: 'left-pad' },
      },
    ])
    expect([...packageFinding(item, described)].map(({ kind }) => kind)).toEqual(['finding'])
  })
})

it.each([
  ['org.example', 'web', 'maven', 'org.example:web'],
  ['org.example', 'web', 'pkg:maven/org.example/web@1', 'org.example:web'],
  ['@babel', 'core', 'npm', '@babel/core'],
  ['@babel', '@babel/core', 'npm', '@babel/core'],
  ['', 'left-pad', 'npm', 'left-pad'],
  [null, 'left-pad', null, 'left-pad'],
])('packageName(%s, %s, %s) is %s', (group, name, ecosystem, expected) => expect(packageName(group, name, ecosystem)).toBe(expected))
