import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { osvScanner } from './osv-scanner.ts'

const sample = (name: string) => readSample(osvScanner, import.meta.dirname, name)

describe('osv-scanner', () => {
  it('reads lock files and asks whose they are', async () => {
    const all = await sample('lockfiles.json')
    expect(of(all, 'report')[0]).toMatchObject({ source: 'osv-scanner', observed_at: null })
    expect(of(all, 'asset')).toEqual([{ kind: 'asset', asset: 'target', type: 'repository', name: '', names: [] }])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        title: 'Pads too much',
        component: { name: 'left-pad', version: '1.0.0', type: 'npm' },
        fixed_version: '1.9.9',
        place: '/build/shop/package-lock.json',
      },
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['MAL-2099-1'],
        title: 'Not what it says',
        component: { name: 'left-pad', version: '1.0.0', type: 'npm' },
        place: '/build/shop/package-lock.json',
      },
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['OSV-2099-17'],
        severity: 'medium',
        component: { name: 'commit 0123456789abcdef0123456789abcdef01234567' },
        place: '/build/shop/',
      },
    ])
    expect(of(all, 'vulnerability')[0]).toMatchObject({ aliases: ['GHSA-2222-3333-4444'] })
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['results[0].packages[0].vulnerabilities[2]'])
  })

  it('reads an image, where one advisory is about two CVEs', async () => {
    const all = await sample('image.json')
    expect(of(all, 'asset')[0]).toMatchObject({ type: 'image', names: [], attributes: { os_family: 'linux' } })
    expect(of(all, 'finding')).toMatchObject([
      {
        vulnerability_ids: ['CVE-2099-0002', 'CVE-2099-0003'],
        severity: 'critical',
        fixed_version: '5.2-2',
        component: { name: 'bash', type: 'debian' },
      },
    ])
  })

  it('closes what is gone, also when a run without findings wrote nothing', async () => {
    const before = await sample('lockfiles.json')
    const without = { results: [{ source: { path: 'x', type: 'lockfile' }, packages: [] }] }
    expect(closedBy(before, await readText(osvScanner, without))).toHaveLength(3)
    expect(closedBy(before, await readText(osvScanner, ''))).toHaveLength(3)
    expect(closedBy(before, before)).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(osvScanner, { hello: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(readText(osvScanner, '{"results":[{"source":')).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([{ results: [] }, { results: [{ check_id: 'x', path: 'y' }], errors: [] }, [{ results: [] }], { results: { a: 1 } }, ''])(
    'does not take %j',
    (value) => expect(recognises(osvScanner, value)).toBe(false),
  )
})
