import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { gitlab } from './gitlab.ts'

const sample = (name: string) => readSample(gitlab, import.meta.dirname, name)
const empty = (type: string, id: string, status = 'success') => ({
  version: '15.0.0',
  vulnerabilities: [],
  scan: { type, status, scanner: { id } },
})

describe('gitlab', () => {
  it('reads dependency scanning: packages, fixed versions, the list of dependencies', async () => {
    const all = await sample('dependency-scanning-15.json')
    expect(of(all, 'report')[0]).toMatchObject({
      tool: 'Gemnasium',
      tool_version: '1.2.3',
      observed_at: Date.UTC(2026, 2, 1, 10, 0, 30) * 1000,
    })
    expect(of(all, 'asset')).toEqual([{ kind: 'asset', asset: 'repository', type: 'repository', name: '', names: [] }])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'repository',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        title: 'Stops',
        component: { name: 'org.example/web', version: '1.2' },
        fixed_version: '1.3',
        place: 'web/pom.xml',
      },
      {
        kind: 'finding',
        asset: 'repository',
        vulnerability_ids: ['gitlab:gemnasium:7368'],
        title: 'Expands',
        component: { name: 'web/pom.xml' },
        place: 'web/pom.xml',
      },
    ])
    expect(of(all, 'vulnerability')[0]!.url).toBe('https://example.org/CVE-2099-0001')
    expect(of(all, 'software').map(({ name }) => name)).toEqual(['org.example/web', 'org.example/mail'])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['vulnerabilities[2]', 'vulnerabilities[3]'])
  })

  it('reads container scanning about an image', async () => {
    const all = await sample('container-scanning-14.json')
    expect(of(all, 'asset')[0]).toMatchObject({
      type: 'image',
      names: [{ type: 'image', name: 'registry.example.org/shop/web:1.4' }],
      attributes: { os: 'debian:9.4', os_family: 'linux' },
    })
    expect(of(all, 'finding')).toMatchObject([
      { vulnerability_ids: ['CVE-2099-0002'], component: { name: 'apt', version: '1.4.8' }, fixed_version: '1.4.9' },
    ])
  })

  it('reads SAST: places of a rule are numbered, the id of a rule has no spaces', async () => {
    const all = await sample('sast-15.json')
    expect(of(all, 'control')).toMatchObject([
      {
        control_id: 'gitlab:njsscan:node_username',
        frameworks: [{ framework: 'CWE', requirement: 'CWE-798' }],
        description: 'A name in plain text.',
      },
    ])
    expect(of(all, 'finding').map(({ component, place, severity }) => [component!.name, place, severity])).toEqual([
      ['data/a.js', 'data/a.js:246', 'high'],
      ['data/a.js (2)', 'data/a.js:250', 'high'],
    ])
  })

  it('reads secrets of the format before scan, and asks for its time', async () => {
    const all = await sample('secrets-before-3.json')
    expect(of(all, 'report')[0]!.observed_at).toBeNull()
    expect(of(all, 'finding')).toMatchObject([{ control_id: 'gitlab:gitleaks:PKCS8', severity: 'critical', place: 'docker/key.pem:1' }])
  })

  it('reads DAST: the hosts that were scanned, with or without findings', async () => {
    const all = await sample('dast-15.json')
    expect(of(all, 'asset').map(({ type, names }) => [type, names[0]])).toEqual([
      ['application', { type: 'fqdn', name: 'api.example.com' }],
      ['application', { type: 'ip', name: '2001:db8::1' }],
    ])
    expect(of(all, 'finding')).toMatchObject([
      { control_id: 'gitlab:zaproxy:10021', component: { name: 'GET /v1/trees (X-Content-Type-Options)', type: 'request' } },
    ])
    expect(of(all, 'coverage').map(({ subject, checks, access }) => [subject, checks, access])).toEqual([
      ['control', 'dast/zaproxy', 'remote'],
      ['control', 'dast/zaproxy', 'remote'],
    ])
  })

  it('closes only what the same analyzer of the same kind found, and nothing when it failed', async () => {
    const before = await sample('sast-15.json')
    const gone = ['gitlab:njsscan:node_username in data/a.js', 'gitlab:njsscan:node_username in data/a.js (2)']
    expect(closedBy(before, await readText(gitlab, empty('sast', 'njsscan')))).toEqual(gone)
    for (const other of [
      empty('sast', 'semgrep'),
      empty('secret_detection', 'njsscan'),
      empty('sast', 'njsscan', 'failure'),
      { vulnerabilities: [] },
    ])
      expect(closedBy(before, await readText(gitlab, other))).toEqual([])
    const dependencies = await sample('dependency-scanning-15.json')
    expect(closedBy(dependencies, before)).toEqual([])
    expect(closedBy(dependencies, await readText(gitlab, empty('dependency_scanning', 'gemnasium')))).toHaveLength(2)
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(gitlab, { hello: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([
    { vulnerabilities: [] },
    { vulnerabilities: {}, scan: { scanner: {}, type: 'sast' } },
    { vulnerabilities: [{ name: 'x', library: {} }] },
    [],
    '',
  ])('does not take %j', (value) => expect(recognises(gitlab, value)).toBe(false))
})
