import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { govulncheck } from './govulncheck.ts'

const sample = (name: string) => readSample(govulncheck, import.meta.dirname, name)
const config = (more: object = {}) => ({ config: { protocol_version: 'v1.0.0', scan_level: 'symbol', ...more } })
const bill = (path: string) => ({ SBOM: { modules: [{ path }] } })
const stream = (...messages: unknown[]) => messages.map((message) => JSON.stringify(message)).join('\n')

describe('govulncheck', () => {
  it('reads a stream: one finding for each vulnerability of a module, as near as the code comes to it', async () => {
    const all = await sample('stream.json')
    expect(of(all, 'report')[0]).toMatchObject({ tool_version: 'v1.1.4', observed_at: null })
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'repository', name: 'https://github.com/acme/shop' }])
    expect(of(all, 'coverage')).toEqual([
      { kind: 'coverage', asset: 'target', subject: 'vulnerability', checks: 'github.com/Acme/Shop/api' },
    ])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['CVE-2099-0001'],
        title: 'Stops when asked',
        component: { name: 'example.org/web', version: 'v1.1.0', type: 'golang' },
        fixed_version: 'v1.2.0',
        place: 'main.go:12 calls example.org/web/serve.*Server.Run',
      },
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['CVE-2099-0002'],
        severity: 'informational',
        title: 'Stops when asked',
        component: { name: 'example.org/web', version: 'v1.1.0', type: 'golang' },
        fixed_version: 'v1.2.0',
        place: 'example.org/web/serve (imported, not called)',
      },
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['GO-2099-0003'],
        severity: 'informational',
        title: 'Stops when asked',
        component: { name: 'example.org/mail', version: 'v0.9.0', type: 'golang' },
        fixed_version: '1.2.0',
        place: 'example.org/mail (required, not imported)',
      },
    ])
    // What is only looked up is no finding, and that nothing calls it says nothing of the vulnerability itself.
    expect(of(all, 'vulnerability').map(({ vulnerability_id, severity }) => [vulnerability_id, severity])).toEqual([
      ['CVE-2099-0001', undefined],
      ['CVE-2099-0002', undefined],
      ['GO-2099-0003', undefined],
    ])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['message 15, finding'])
  })

  it('does not call harmless what it did not look at: a scan of modules only', async () => {
    const all = await sample('list-modules-only.json')
    expect(of(all, 'asset')[0]!.names).toEqual([])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['CVE-2099-0001'],
        title: 'Stops when asked',
        component: { name: 'example.org/web', version: 'v1.1.0', type: 'golang' },
        fixed_version: 'v1.2.0',
      },
    ])
  })

  it('reads the graphs of before 1.0', async () => {
    const all = await sample('before-1.0.json')
    expect(of(all, 'asset')[0]!.name).toBe('github.com/acme/shop')
    expect(of(all, 'finding')).toMatchObject([
      {
        vulnerability_ids: ['CVE-2099-0001'],
        component: { name: 'stdlib', version: 'v1.19.0' },
        place: 'net/http.Serve',
        fixed_version: '1.2.0',
      },
    ])
    expect(of(all, 'finding')[0]!.severity).toBeUndefined()
  })

  it('closes only what it found in the same module of a repository', async () => {
    const before = await sample('stream.json')
    const gone = await readText(govulncheck, stream(config(), bill('github.com/Acme/Shop/api')))
    expect(closedBy(before, gone)).toHaveLength(3)
    expect(closedBy(before, await readText(govulncheck, stream(config(), bill('github.com/Acme/Shop/web'))))).toEqual([])
    expect(closedBy(before, await readText(govulncheck, stream(config(), bill('github.com/Acme/Mail'))))).toEqual([])
    expect(closedBy(before, await readText(govulncheck, stream(config())))).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(govulncheck, { hello: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(readText(govulncheck, '{"config":{"protocol_version":"v1.0.0"}}\n{"finding":')).rejects.toMatchObject({
      code: 'unreadable_report',
    })
  })

  it.each([{ config: {} }, { config: 'x' }, { Calls: {} }, { Vulns: [] }, { runs: [], version: '2.1.0' }, ''])(
    'does not take %j',
    (value) => expect(recognises(govulncheck, value)).toBe(false),
  )
})
