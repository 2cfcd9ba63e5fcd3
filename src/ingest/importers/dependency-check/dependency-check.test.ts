import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { formatInstant } from '../../../model/time.ts'
import { dependencyCheck } from './dependency-check.ts'
import { parseScanDate } from './from-csv.ts'

const sample = (name: string) => readSample(dependencyCheck, import.meta.dirname, name)
const web = { name: 'org.example:web', version: '1.2', type: 'maven', purl: 'pkg:maven/org.example/web@1.2' }

describe('dependency-check', () => {
  it('reads the XML report: packages, scores out of words, suppressed items', async () => {
    const all = await sample('project.xml')
    expect(of(all, 'report')[0]).toMatchObject({ tool_version: '9.0.1', observed_at: Date.UTC(2026, 2, 1, 9, 0, 0, 500) * 1000 })
    expect(of(all, 'asset')[0]).toMatchObject({
      type: 'application',
      name: 'com.example:shop',
      names: [{ type: 'label', name: 'dependency-check/com.example:shop' }],
    })
    expect(of(all, 'coverage').map(({ subject, checks }) => [subject, checks])).toEqual([
      ['vulnerability', undefined],
      ['software', undefined],
    ])
    expect(of(all, 'software')).toEqual([
      { kind: 'software', asset: 'project', name: web.name, version: '1.2', purl: web.purl, place: '/build/lib/web-1.2.jar' },
    ])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'project',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        component: web,
        place: '/build/lib/web-1.2.jar',
      },
      {
        kind: 'finding',
        asset: 'project',
        vulnerability_ids: ['dependency-check:web issue: 162'],
        severity: 'low',
        component: web,
        place: '/build/lib/web-1.2.jar',
      },
    ])
    expect(of(all, 'vulnerability')[0]).toMatchObject({
      description: 'Stops when asked nicely.',
      cvss_vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
      url: 'https://example.org/advisory',
    })
    expect(of(all, 'skipped').map(({ reason }) => reason)).toEqual(['CVE-2099-0002 in web-1.2.jar: suppressed in the scan (not used)'])
  })

  it('reads the schema of 2016 and asks which asset a project without a name is', async () => {
    const all = await sample('old-schema.xml')
    expect(formatInstant(of(all, 'report')[0]!.observed_at)).toBe('2016-11-05T18:52:15.748000Z')
    expect(of(all, 'asset')[0]).toMatchObject({ name: '', names: [] })
    expect(of(all, 'finding')[0]).toMatchObject({
      severity: 'medium',
      cvss: 7.5,
      component: { name: 'org.example:library', version: '6.7.8', type: 'maven' },
    })
    expect(of(all, 'vulnerability')[0]!.cvss_vector).toBe('AV:N/AC:L/Au:N/C:P/I:P/A:P')
  })

  it('reads the JSON report, wherever the project stands in it', async () => {
    const all = await sample('project.json')
    expect(all.slice(0, 3).map(({ kind }) => kind)).toEqual(['report', 'asset', 'coverage'])
    expect(of(all, 'report')[0]).toMatchObject({ tool_version: '12.1.0', observed_at: Date.UTC(2026, 2, 1, 10) * 1000 })
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'project',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'critical',
        cvss: 9.3,
        exploit_stage: 'known_exploited',
        component: { name: 'left-pad', version: '1.0.0', type: 'npm', purl: 'pkg:npm/left-pad@1.0.0' },
        place: '/build/package-lock.json?left-pad',
      },
    ])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['dependencies[0]', 'dependencies[1]'])
  })

  it('reads the CSV report, which lists only vulnerable dependencies', async () => {
    const all = await sample('project.csv')
    expect(formatInstant(of(all, 'report')[0]!.observed_at)).toBe('2026-03-01T09:00:00Z')
    expect(of(all, 'coverage').map(({ subject }) => subject)).toEqual(['vulnerability'])
    expect(of(all, 'finding')).toMatchObject([{ vulnerability_ids: ['CVE-2099-0001'], severity: 'high', cvss: 7.5, component: web }])
    expect(of(all, 'skipped').map(({ at, reason }) => [at, reason.split(':')[0]])).toEqual([
      ['line 3', 'another project, Other'],
      ['line 4', 'Expected DependencyName and CVE'],
    ])
  })

  it('closes what a later scan of the same project no longer has, and nothing of another project', async () => {
    const before = await sample('project.xml')
    const xml = (name: string) =>
      `<analysis xmlns="https://x/dependency-check.2.5.xsd"><projectInfo><groupID>com.example</groupID><artifactID>${name}</artifactID></projectInfo><dependencies/></analysis>`
    expect(closedBy(before, await readText(dependencyCheck, xml('shop')))).toEqual([
      'CVE-2099-0001 in org.example:web',
      'dependency-check:web issue: 162 in org.example:web',
    ])
    expect(closedBy(before, await readText(dependencyCheck, xml('mail')))).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(dependencyCheck, '{"hello":1}')).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(readText(dependencyCheck, '<analysis xmlns="https://x/dependency-check.2.5.xsd"><projectInfo>')).rejects.toMatchObject({
      code: 'unreadable_report',
    })
  })

  it.each([
    '<analysis/>',
    '<report xmlns="dependency-check"/>',
    '{"reportSchema":"1.1"}',
    '[{"reportSchema":"1.1","scanInfo":{}}]',
    'Project,ScanDate',
    '',
  ])('does not take %s', (text) => expect(recognises(dependencyCheck, text)).toBe(false))
})

it.each([
  ['Tue, 1 Mar 2022 14:05:09 GMT', '2022-03-01T14:05:09Z'],
  ['Sun, 13 Nov 2022 14:05:09 -0500', '2022-11-13T19:05:09Z'],
  ['2022-11-13T19:05:09Z', '2022-11-13T19:05:09Z'],
  ['Tue, 31 Feb 2022 14:05:09 GMT', null],
  ['yesterday', null],
])('the date %s is %s', (text, expected) => expect(formatInstant(parseScanDate(text))).toBe(expected))
