import { describe, expect, it } from 'vitest'
import { outpost24 } from '../../src/ingest/importers/outpost24/outpost24.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

describe.skipIf(!data)(`outpost24 on real reports (${data ? data.root : withoutRealData})`, () => {
  // <detail> elements, and their <risk> 1 and 2, counted by grep.
  it.each([
    ['one.xml', 1, 0, 1],
    ['sample.xml', 24, 13, 11],
  ])('%s', async (name, details, low, medium) => {
    const records = await recordsOf(outpost24, data!.files('reports/outpost24').find(({ path }) => path.endsWith(`/${name}`))!.file)
    const findings = records.filter((one) => one.kind === 'finding')
    expect(findings).toHaveLength(details)
    expect(findings.filter(({ severity }) => severity === 'low')).toHaveLength(low)
    expect(findings.filter(({ severity }) => severity === 'medium')).toHaveLength(medium)
    expect(findings.every(({ component, place }) => component?.name.startsWith('Fake Product') && place === '443/tcp')).toBe(true)
    expect(records.filter((one) => one.kind === 'skipped' || one.kind === 'coverage')).toEqual([])
    // The only target is called localhost, which is nobody's name.
    expect(records.flatMap((one) => (one.kind === 'asset' ? [one.names] : []))).toEqual([[]])
  })
})
