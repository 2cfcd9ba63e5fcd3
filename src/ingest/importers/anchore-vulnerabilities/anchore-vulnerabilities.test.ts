import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { formatInstant } from '../../../model/time.ts'
import { anchoreVulnerabilities } from './anchore-vulnerabilities.ts'

const records = (name: string) => sampleRecords(anchoreVulnerabilities, import.meta.dirname, name)

describe('anchore-vulnerabilities', () => {
  it('reads the answer of the API, though it names the image behind the items', async () => {
    const all = await records('engine.json')
    expect(all.slice(0, 3)).toEqual([
      { kind: 'report', source: 'anchore', tool: 'Anchore', tool_version: null, observed_at: null },
      {
        kind: 'asset',
        asset: 'image',
        type: 'image',
        name: 'registry.example.org/shop/web:1.4',
        names: [{ type: 'image', name: 'registry.example.org/shop/web:1.4' }],
        attributes: { image_digest: `sha256:${'2'.repeat(64)}` },
      },
      { kind: 'coverage', asset: 'image', subject: 'vulnerability', checks: 'non-os' },
    ])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'image',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'medium',
        cvss: 6.5,
        title: undefined,
        component: { name: 'brotli', version: '1.0.6-2.el8', type: 'rpm' },
      },
      {
        kind: 'finding',
        asset: 'image',
        vulnerability_ids: ['CVE-2099-0002'],
        severity: 'critical',
        cvss: undefined,
        title: undefined,
        component: { name: 'log4j-core', version: '2.14.1', type: 'java' },
        fixed_version: '2.15.0',
        place: '/app/lib/log4j-core-2.14.1.jar',
      },
    ])
    expect(of(all, 'vulnerability').map(({ aliases, url }) => [aliases, url])).toEqual([
      [undefined, 'https://access.example.org/CVE-2099-0001'],
      [['GHSA-2222-3333-4444'], undefined],
    ])
    expect(of(all, 'skipped')).toMatchObject([{ at: 'vulnerabilities[2]' }])
  })

  it('covers the half that was asked for, or all', async () => {
    const checks = async (name: string) => of(await records(name), 'coverage').map((coverage) => coverage.checks)
    expect(await checks('engine.json')).toEqual(['non-os'])
    expect(await checks('engine-no-vulnerabilities.json')).toEqual([undefined])
    expect(await checks('anchorectl-list.json')).toEqual([undefined])
  })

  it('reads the list of anchorectl, which names no image', async () => {
    const all = await records('anchorectl-list.json')
    expect(of(all, 'asset')[0]).toMatchObject({ type: 'image', names: [] })
    expect(of(all, 'finding')).toMatchObject([
      {
        vulnerability_ids: ['CVE-2099-0003'],
        severity: 'informational',
        fixed_version: '2.28-11',
        component: { name: 'libc6', type: 'dpkg' },
      },
    ])
    expect(of(all, 'finding')[0]).not.toHaveProperty('place')
    expect((await recordsOf(anchoreVulnerabilities, [])).map(({ kind }) => kind)).toEqual(['report', 'asset', 'coverage'])
  })

  it('reads a security evaluation, whose packages carry their version in the name', async () => {
    const all = await records('security-evaluation.json')
    expect(formatInstant(of(all, 'report')[0]!.observed_at)).toBe('2026-01-13T10:09:59.971000Z')
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'image', name: 'docker.io/shop/web:new' }])
    expect(
      of(all, 'finding').map(({ vulnerability_ids, component, cvss, fixed_version, place }) => [
        vulnerability_ids,
        component!.name,
        component!.version,
        cvss,
        fixed_version,
        place,
      ]),
    ).toEqual([
      [['CVE-2099-0004'], 'infinispan-commons', '13.0.22.Final', 2.7, '14.0.25.Final', '/app/lib/infinispan-commons-13.0.22.Final.jar'],
      [['CVE-2099-0005'], 'cups-libs', '1:2.2.6-61.el8_10', undefined, undefined, undefined],
    ])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(anchoreVulnerabilities, { vulnerabilities: [] })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['{"vulnerabilities":[]}', '{"imageDigest":"x","evaluations":[]}', '[{"vuln":"x"}]', '[]', ''])('does not take %s', (text) =>
    expect(anchoreVulnerabilities.detect({ name: 'x.json', text })).toBe(false),
  )
})
