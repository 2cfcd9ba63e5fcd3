import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { formatInstant } from '../../../model/time.ts'
import { harbor } from './harbor.ts'

const records = (name: string) => sampleRecords(harbor, import.meta.dirname, name)

describe('harbor', () => {
  it('reads the answer by media type', async () => {
    const all = await records('by-media-type.json')
    expect(of(all, 'report')).toMatchObject([{ source: 'harbor', tool: 'Harbor (Trivy)', tool_version: 'v0.60.0' }])
    expect(of(all, 'asset')).toMatchObject([{ type: 'image', names: [{ type: 'image', name: `sha256:${'2'.repeat(64)}` }] }])
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'image', subject: 'vulnerability' }])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'image',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.8,
        title: undefined,
        component: { name: 'e2fsprogs', version: '1.46.2-2' },
        fixed_version: '1.46.2-3',
      },
    ])
    expect(of(all, 'skipped')).toMatchObject([{ at: expect.stringContaining('vulnerabilities[1]') }])
  })

  it('reads the bare answer, and asks for the image when several are in it', async () => {
    const all = await records('bare.json')
    expect(formatInstant(of(all, 'report')[0]!.observed_at)).toBe('2026-03-01T22:14:12.726598Z')
    expect(of(all, 'asset')[0]!.names).toEqual([])
    expect(of(all, 'finding').map(({ severity }) => severity)).toEqual(['informational', 'informational'])
    expect(of(all, 'vulnerability')).toHaveLength(1)
  })

  it('takes a vector for want of the preferred score', async () => {
    const all = await recordsOf(harbor, {
      generated_at: '2026-03-01T00:00:00Z',
      vulnerabilities: [
        {
          id: 'CVE-2099-0003',
          package: 'a',
          vendor_attributes: { CVSS: { x: { V3Vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' } } },
        },
      ],
    })
    expect(of(all, 'finding')[0]!.cvss).toBe(7.5)
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(harbor, {})).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['{"vulnerabilities":[]}', '{"a":{"generated_at":"x","scanner":{},"vulnerabilities":[]}}', '[]', '{}', ''])(
    'does not take %s',
    (text) => expect(harbor.detect({ name: 'x.json', text })).toBe(false),
  )
})
