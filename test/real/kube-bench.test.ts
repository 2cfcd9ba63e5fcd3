import { describe, expect, it } from 'vitest'
import { kubeBench } from '../../src/ingest/importers/kube-bench/kube-bench.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

/** PASS, FAIL, and WARN with INFO, counted with jq; of the text by its own total, which agrees with grep. */
const expected: Record<string, [number, number, number]> = {
  'kube-bench-controls.json.gz': [37, 36, 49],
  'kube-bench-report-many-vuln.json': [20, 4, 0],
  'kube-bench-report-one-vuln.json': [22, 1, 0],
  'own__Expected_output_stig.txt': [8, 6, 81],
}

describe.skipIf(!data)(`kube-bench on real reports (${data ? 'present' : withoutRealData})`, () => {
  it.each(data?.files('reports/kube-bench') ?? [])('$path', async ({ path, file }) => {
    const all = await recordsOf(kubeBench, file)
    const results = all.filter((one) => one.kind === 'control_result')
    const count = (status: string) => results.filter((one) => one.status === status).length
    expect([count('pass'), count('fail'), count('not_run')]).toEqual(expected[path.split('/').at(-1)!])
    expect(all.filter((one) => one.kind === 'skipped')).toEqual([])
  })
})
