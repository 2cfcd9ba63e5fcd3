import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { formatInstant } from '../../../model/time.ts'
import { rkhunter } from './rkhunter.ts'

const records = (name: string) => sampleRecords(rkhunter, import.meta.dirname, name)

describe('rkhunter', () => {
  it('reads each check that warns, with its reason', async () => {
    const all = await records('host.txt')
    expect(formatInstant(of(all, 'report')[0]!.observed_at)).toBe('2026-03-01T05:10:38Z')
    expect(of(all, 'asset')).toMatchObject([{ type: 'device', names: [{ type: 'fqdn', name: 'web-1.example.com' }] }])
    expect(of(all, 'finding').map(({ control_id, component, title }) => [control_id, component!.name, title])).toEqual([
      ['rkhunter:additional_rkts', "Checking hard link count on '/sbin/init'", "Checking hard link count on '/sbin/init'"],
      ['rkhunter:additional_rkts', 'Example Rootkit additional checks', "Error from '/usr/bin/stat' command when checking '/sbin/init'"],
      [
        'rkhunter:system_configs_syslog',
        'Checking for a running system logging daemon',
        'No running system logging daemon has been found.',
      ],
    ])
  })

  it('covers what the same choice of tests looks for, when the run has ended', async () => {
    expect(of(await records('host.txt'), 'coverage')).toEqual([
      { kind: 'coverage', asset: 'host', subject: 'control', checks: 'tests all, without apps suspscan' },
    ])
    const stopped = await records('stopped.txt')
    expect(of(stopped, 'coverage')).toEqual([])
    expect(of(stopped, 'asset')[0]!.names).toEqual([{ type: 'hostname', name: 'build7' }])
    // CET is an hour, or several, by where one is.
    expect(of(stopped, 'report')[0]!.observed_at).toBeNull()
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(rkhunter, 'hello\n')).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['Running Rootkit Hunter version 1\n', '[05:10:38] Info: x\n', ''])('does not take %s', (text) =>
    expect(rkhunter.detect({ name: 'x.log', text })).toBe(false),
  )
})
