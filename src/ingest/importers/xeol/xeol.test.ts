import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { xeol } from './xeol.ts'

const records = (name: string) => sampleRecords(xeol, import.meta.dirname, name)

describe('xeol', () => {
  it('reads an image: the finding, and the end of support of the software', async () => {
    const all = await records('image.json')
    expect(of(all, 'asset')).toMatchObject([
      {
        names: [{ type: 'image', name: 'docker.io/shop/web:15.1' }],
        attributes: { os: 'alpine 3.20.3', image_digest: `sha256:${'2'.repeat(64)}` },
      },
    ])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'target',
        control_id: 'xeol:end-of-life',
        title: 'Perl 5.38: end of life 2026-07-02',
        component: { name: 'perl', version: '5.38.2-r0', purl: 'pkg:apk/alpine/perl@5.38.2-r0', type: 'apk' },
        place: '/lib/apk/db/installed',
      },
      { kind: 'finding', asset: 'target', control_id: 'xeol:end-of-life', title: 'Odd: past its end of life', component: { name: 'odd' } },
    ])
    expect(of(all, 'software').map(({ name, end_of_support_at }) => [name, end_of_support_at])).toEqual([
      ['perl', Date.UTC(2026, 6, 2, 12) * 1000],
      ['odd', undefined],
    ])
    expect(of(all, 'skipped')).toMatchObject([{ at: 'matches[2]' }])
  })

  it('covers only as far ahead as it looked', async () => {
    expect(of(await records('image.json'), 'coverage')).toEqual([
      { kind: 'coverage', asset: 'target', subject: 'control', checks: 'end of life within 1y' },
    ])
    const all = await records('folder-none.json')
    expect(of(all, 'coverage').map(({ checks }) => checks)).toEqual(['end of life within 30d'])
    expect(of(all, 'asset')).toEqual([{ kind: 'asset', asset: 'target', type: 'repository', name: '', names: [] }])
    expect(of(all, 'report')[0]!.tool_version).toBeNull()
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(xeol, {})).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['{"matches":[],"descriptor":{"name":"grype"}}', '{"matches":[{"vulnerability":{}}]}', '[]', ''])('does not take %s', (text) =>
    expect(xeol.detect({ name: 'x.json', text })).toBe(false),
  )
})
