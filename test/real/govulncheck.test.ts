import { describe, expect, it } from 'vitest'
import { govulncheck } from '../../src/ingest/importers/govulncheck/govulncheck.ts'
import { of } from '../reading.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const read = (name: string) => recordsOf(govulncheck, `${data!.root}/reports/govulncheck/${name}`)

describe.skipIf(data === null)(`govulncheck on real reports (${data ? 'present' : withoutRealData})`, () => {
  it('calls only what has a call trace', async () => {
    const all = await read('issue_14642.json.gz')
    const findings = of(all, 'finding')
    // jq: 40 pairs of osv and module, 22 of them with a function in the first frame of some trace.
    expect(findings.filter(({ severity }) => severity === undefined)).toHaveLength(22)
    expect(
      findings.filter(
        ({ severity, place }) => severity === 'informational' && /\((?:imported, not called|required, not imported)\)$/.test(place!),
      ),
    ).toHaveLength(18)
    expect(of(all, 'asset')[0]!.name).toBe('github.com/alielmi98/golang-expense-tracker-api')
    // GO-2026-4870 is GHSA and CVE, too; stdlib is fixed in 1.25.9.
    expect(
      findings.filter(({ component }) => component!.name === 'stdlib').every(({ component }) => component!.version === 'v1.24.4'),
    ).toBe(true)
    expect(of(all, 'skipped')).toEqual([])
  })

  it('reads versions of modules that stand behind the vulnerabilities', async () => {
    const findings = of(await read('many_vulns.json'), 'finding')
    expect(findings.map(({ vulnerability_ids, component }) => [vulnerability_ids, component!.version])).toEqual([
      [['CVE-2022-41717'], 'v1.19.0'],
      [['CVE-2022-41720'], 'v1.19.0'],
      [['CVE-2022-27664'], 'v1.19.0'],
    ])
  })
})
