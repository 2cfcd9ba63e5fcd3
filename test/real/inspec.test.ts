import { describe, expect, it } from 'vitest'
import { inspec } from '../../src/ingest/importers/inspec/inspec.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

describe.skipIf(!data)(`InSpec on real reports (${data ? 'present' : withoutRealData})`, () => {
  it('reads the line of a control that passed', async () => {
    const file = data!.files('reports/chefinspect').find(({ path }) => path.endsWith('one_finding.log'))!
    expect(await recordsOf(inspec, file.file)).toMatchObject([
      { kind: 'report', observed_at: parseInstant('2022-10-03T11:02:14Z') },
      { kind: 'asset', name: 'logsrv01.domain.dk', type: 'device', attributes: { os: 'redhat 8.5', os_family: 'linux' } },
      {
        kind: 'control',
        control_id: 'inspec:cis-dil-benchmark/cis-dil-benchmark-2.2.1.1',
        title: 'Ensure time synchronization is in use',
        severity: 'informational',
        frameworks: [
          { framework: 'ISO27001_2013', requirement: 'A.12.4.4' },
          { framework: 'CIS', requirement: 'distribution-independent-linux:2.2.1.1' },
        ],
      },
      { kind: 'control_result', status: 'pass' },
      { kind: 'coverage', checks: 'cis-dil-benchmark' },
    ])
  })
})
