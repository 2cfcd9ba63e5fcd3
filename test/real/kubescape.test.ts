import { describe, expect, it } from 'vitest'
import { kubescape } from '../../src/ingest/importers/kubescape/kubescape.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

describe.skipIf(!data)(`Kubescape on real reports (${data ? 'present' : withoutRealData})`, () => {
  const read = (name: string) => recordsOf(kubescape, data!.files('reports/kubescape').find(({ path }) => path.endsWith(name))!.file)

  it('reads a scan of files: each failed control of each resource is a finding of its own', async () => {
    const findings = (await read('many_findings.json.gz')).filter((one) => one.kind === 'finding')
    expect(findings).toHaveLength(289)
    expect(new Set(findings.map((one) => `${one.control_id} ${one.component?.name}`)).size).toBe(289)
    expect(findings.every((one) => one.severity !== undefined && one.place !== undefined)).toBe(true)
    expect(findings[0]).toMatchObject({
      control_id: 'kubescape:C-0017',
      severity: 'low',
      component: { name: 'examples/online-boutique/paymentservice.yaml Deployment/paymentservice' },
    })
  })

  it('reads the totals of the same run alike from summaryDetails and from JUnit', async () => {
    const failed = async (name: string) =>
      (await read(name)).flatMap((one) => (one.kind === 'control_result' && one.status === 'fail' ? [one.control_id] : [])).sort()
    expect(await failed('own__summaryDetails.json')).toHaveLength(16)
    expect(await failed('own__junit.xml')).toEqual(await failed('own__summaryDetails.json'))
    const exec = (await read('own__summaryDetails.json')).find((one) => one.kind === 'control_result')
    expect(exec).toMatchObject({ control_id: 'kubescape:C-0002', passed: 151, total: 153, severity: 'medium' })
  })

  it('takes no random word for a status', async () => {
    const all = await read('own__posture_report.json.gz')
    expect(all.filter((one) => one.kind === 'skipped')).toHaveLength(10)
    expect(all.filter((one) => one.kind === 'finding' || one.kind === 'control_result')).toEqual([])
  })
})
