import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { cargoAudit } from './cargo-audit.ts'

const sample = (name: string) => readSample(cargoAudit, import.meta.dirname, name)
const whole = {
  database: { 'advisory-count': 1 },
  lockfile: { 'dependency-count': 1 },
  settings: { ignore: [], informational_warnings: ['notice', 'unsound', 'unmaintained'] },
  vulnerabilities: { list: [] },
  warnings: {},
}

describe('cargo-audit', () => {
  it('reads vulnerabilities and warnings', async () => {
    const all = await sample('warnings.json')
    expect(of(all, 'coverage')).toEqual([
      { kind: 'coverage', asset: 'target', subject: 'vulnerability' },
      { kind: 'coverage', asset: 'target', subject: 'control', checks: 'yanked' },
    ])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        title: 'Stops',
        component: { name: 'web', version: '0.13.9', type: 'cargo' },
        fixed_version: '1.1.0, >=0.13.10, <0.14.0',
      },
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['RUSTSEC-2099-0002'],
        severity: 'informational',
        title: 'old is unmaintained',
        component: { name: 'old', version: '0.1.2', type: 'cargo' },
      },
      {
        kind: 'finding',
        asset: 'target',
        control_id: 'cargo-audit:yanked',
        severity: 'informational',
        title: 'gone 0.4.7 is yanked',
        component: { name: 'gone', version: '0.4.7', type: 'cargo' },
      },
    ])
    expect(of(all, 'vulnerability')[0]).toMatchObject({
      aliases: ['RUSTSEC-2099-0001', 'GHSA-2222-3333-4444'],
      url: 'https://rustsec.org/advisories/RUSTSEC-2099-0001.html',
    })
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['warnings.yanked[1]'])
  })

  it('closes all that is gone when nothing narrowed it, but not what is yanked', async () => {
    const before = await sample('warnings.json')
    expect(closedBy(before, await readText(cargoAudit, whole))).toEqual(['CVE-2099-0001 in web', 'RUSTSEC-2099-0002 in old'])
  })

  it.each([
    { ignore: ['RUSTSEC-2099-0001'] },
    { target_os: 'linux' },
    { target_arch: ['arm'] },
    { informational_warnings: ['unmaintained'] },
  ])('closes nothing of a whole report when %j narrowed it', async (settings) => {
    const narrowed = await readText(cargoAudit, { ...whole, settings: { ...whole.settings, ...settings } })
    expect(closedBy(await sample('warnings.json'), narrowed)).toEqual([])
    const again = await readText(cargoAudit, { ...whole, settings: { ...whole.settings, ...settings } })
    expect(of(again, 'coverage')[0]!.checks).toBe(of(narrowed, 'coverage')[0]!.checks)
  })

  it('closes only what is as grave as was asked for', async () => {
    const severe = await readText(cargoAudit, { ...whole, settings: { ...whole.settings, severity: 'high' } })
    expect(closedBy(await sample('warnings.json'), severe)).toEqual(['CVE-2099-0001 in web'])
    expect(of(await sample('narrowed-no-findings.json'), 'coverage')).toEqual([
      {
        kind: 'coverage',
        asset: 'target',
        subject: 'vulnerability',
        checks: 'without RUSTSEC-2099-0009; on "linux"; warnings: unmaintained',
        min_severity: 'high',
      },
    ])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(cargoAudit, { vulnerabilities: {} })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([{ lockfile: {}, vulnerabilities: {} }, { lockfile: 'Cargo.lock', database: {} }, { vulnerabilities: { list: [] } }, [], ''])(
    'does not take %j',
    (value) => expect(recognises(cargoAudit, value)).toBe(false),
  )
})
