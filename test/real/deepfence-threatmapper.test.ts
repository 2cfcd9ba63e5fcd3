import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inspectFile } from '../../src/ingest/ingest.ts'
import { deepfenceThreatmapper } from '../../src/ingest/importers/deepfence-threatmapper/deepfence-threatmapper.ts'
import { of } from '../samples.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const records = (name: string) => recordsOf(deepfenceThreatmapper, join(data!.root, 'reports', name))

describe.skipIf(!data)(`deepfence-threatmapper on real reports (${data ? 'present' : withoutRealData})`, () => {
  it('reads compliance of one host: 2 passed, 1 failed, 4 are for a person', async () => {
    const statuses = of(await records('deepfence-threatmapper/compliance_report.csv'), 'control_result').map(({ status }) => status)
    expect(['pass', 'fail', 'not_run'].map((one) => statuses.filter((status) => status === one).length)).toEqual([2, 1, 4])
  })

  it('reads malware without the folder that the scanner unpacked to', async () => {
    const all = await records('deepfence-threatmapper/malware_report.csv')
    expect(of(all, 'finding')).toHaveLength(9)
    expect(of(all, 'finding').every(({ place }) => !place!.startsWith('/tmp/Deepfence'))).toBe(true)
  })

  it.each(['deepfence-threatmapper/malware_report.xlsx', 'dsop/many_vuln.xlsx.gz', 'dsop/zero_vuln.xlsx'])(
    '%s is told to be a workbook',
    async (name) => {
      const { error } = await inspectFile(join(data!.root, 'reports', name))
      expect(error).toMatchObject({ code: 'unknown_format', message: expect.stringMatching(/Office document.*CSV/) })
    },
  )
})
