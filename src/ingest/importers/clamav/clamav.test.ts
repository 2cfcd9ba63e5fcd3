import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { formatInstant } from '../../../model/time.ts'
import { clamav } from './clamav.ts'

const records = (name: string) => sampleRecords(clamav, import.meta.dirname, name)

describe('clamav', () => {
  it('reads what was found, with the time of the summary', async () => {
    const all = await records('scan.txt')
    expect(of(all, 'report')).toMatchObject([{ tool_version: '1.2.2' }])
    expect(formatInstant(of(all, 'report')[0]!.observed_at)).toBe('2026-03-01T18:41:55Z')
    expect(of(all, 'finding').map(({ control_id, place }) => [control_id, place])).toEqual([
      ['clamav:Example.Trojan.Alpha.UNOFFICIAL', '/srv/files/invoice.bin'],
      ['clamav:Example.Trojan.Alpha.UNOFFICIAL', '/srv/files/a: b.bin'],
    ])
    expect(of(all, 'skipped')).toMatchObject([{ at: 'line 3' }])
  })

  it('covers nothing: a scan of one folder says nothing of another', async () => {
    expect((await records('no-summary.txt')).map(({ kind }) => kind)).toEqual(['report', 'asset'])
    expect(of(await records('scan.txt'), 'coverage')).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(clamav, 'hello\n')).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['Example.Alpha:0:*:4745\n', 'status: OK\n', '{"a":": OK"}\n', ''])('does not take %s', (text) =>
    expect(clamav.detect({ name: 'x.txt', text })).toBe(false),
  )
})
