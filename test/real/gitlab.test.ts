import { describe, expect, it } from 'vitest'
import { gitlab } from '../../src/ingest/importers/gitlab/gitlab.ts'
import { of } from '../reading.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const read = (name: string) => recordsOf(gitlab, `${data!.root}/reports/gitlab/gitlab_${name}`)

describe.skipIf(data === null)(`gitlab on real reports (${data ? 'present' : withoutRealData})`, () => {
  it('calls a rule the same in version 14 and 15 of the format', async () => {
    for (const name of ['dast__gitlab_dast_many_vul', 'sast__gl-sast-report-cwe', 'sast__gl-sast-report-confidence']) {
      const [before, after] = await Promise.all(['_v14.json', '_v15.json'].map((version) => read(name + version)))
      const subjects = (all: typeof before) => of(all!, 'finding').map(({ control_id, component }) => `${control_id} in ${component?.name}`)
      expect(subjects(after)).toEqual(subjects(before))
    }
  })

  it('reads the image, its packages and the time of the scan', async () => {
    const all = await read('container_scan__gl-container-scanning-report-5-vuln_v15.json')
    expect(of(all, 'asset')[0]).toMatchObject({ type: 'image', attributes: { os: 'debian 10.9', os_family: 'linux' } })
    expect(of(all, 'report')[0]!.observed_at).toBe(Date.UTC(2021, 5, 1, 21, 21, 0) * 1000)
    expect(of(all, 'finding').map(({ vulnerability_ids }) => vulnerability_ids![0])).toContain('CVE-2021-33574')
    expect(of(all, 'finding').every(({ component }) => component?.version === '2.28-10')).toBe(true)
  })

  it('reads fixed versions out of the analyzer’s sentences', async () => {
    const findings = of(await read('dep_scan__gl-dependency-scanning-report-2-vuln-missing-component_v14.json'), 'finding')
    expect(findings.map(({ fixed_version }) => fixed_version)).toEqual(['2.2.3', 'v0.0.0-20201216223049-8b5274cf687f'])
  })
})
