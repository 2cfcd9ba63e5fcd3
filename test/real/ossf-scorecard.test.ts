import { describe, expect, it } from 'vitest'
import { ossfScorecard } from '../../src/ingest/importers/ossf-scorecard/ossf-scorecard.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

describe.skipIf(!data)(`ossf-scorecard on the real history (${data ? data.root : withoutRealData})`, () => {
  it('tells 757 dated scores of 50 repositories, the oldest first', async () => {
    const [entry] = data!.files('reports/ossf-scorecard')
    const records = await recordsOf(ossfScorecard, entry!.file)
    const results = records.filter((one) => one.kind === 'control_result')
    expect(results).toHaveLength(757)
    const looks = new Map(records.flatMap((one) => (one.kind === 'asset' ? [[one.asset, one] as const] : [])))
    expect(looks.size).toBe(757)
    const repositoryOf = (asset: string) => looks.get(asset)!.names[0]!.name
    expect(new Set(results.map((one) => repositoryOf(one.asset))).size).toBe(50)
    const times = records.flatMap((one) => (one.kind === 'asset' ? [one.observed_at!] : []))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times[0]).toBe(parseInstant('2022-11-28'))
    const gyp = results.filter((one) => repositoryOf(one.asset) === 'https://github.com/nodejs/node-gyp')
    expect(gyp).toHaveLength(30)
    expect([gyp[0]!.points, gyp.at(-1)!.points]).toEqual([5.5, 6.9])
  })
})
