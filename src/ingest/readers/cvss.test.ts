import { describe, expect, it } from 'vitest'
import { bestRating, scoreVector } from './cvss.ts'

describe('scoreVector', () => {
  // Published scores: CVE-2021-44228 (v3.1), CVE-2014-0160 (v2, NVD), the first example of https://www.first.org/cvss/v4.0/examples (CVE-2022-41741).
  it.each([
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10, '3.1'],
    ['AV:N/AC:L/Au:N/C:P/I:N/A:N', 5, '2.0'],
    ['(AV:N/AC:L/Au:N/C:P/I:N/A:N)', 5, '2.0'],
    ['CVSS2#AV:N/AC:L/Au:N/C:P/I:N/A:N', 5, '2.0'],
    ['CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.3, '4.0'],
    ['AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10, '3.1'],
  ])('%s scores %d', (vector, cvss, version) => expect(scoreVector(vector)).toMatchObject({ cvss, version }))

  it('leaves out what follows the base metrics', () => {
    expect(scoreVector('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/E:U/RL:O')).toMatchObject({
      cvss: 10,
      cvss_vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
    })
  })

  it.each(['', 'junk', 'CVSS:3.1/AV:N', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H', 'CVSS:9.9/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H'])(
    'refuses %j',
    (text) => expect(scoreVector(text)).toBeNull(),
  )
})

describe('bestRating', () => {
  const v2 = 'AV:N/AC:L/Au:N/C:P/I:N/A:N'
  const v3 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N'
  const v4 = 'CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'
  it('takes v4 before v3 before v2, whatever their order, and the first of one version', () => {
    expect(bestRating([{ vector: v2 }, { vector: v3 }, { vector: v4 }])?.cvss).toBe(7.3)
    expect(bestRating([{ vector: v3, score: 7.5 }, { vector: v2 }, { vector: v3, score: 6 }])).toEqual({ cvss: 7.5, cvss_vector: v3 })
    expect(
      bestRating([
        { score: 9, version: 2 },
        { score: 4, version: 3 },
      ]),
    ).toEqual({ cvss: 4 })
  })
  it('computes what is not stated and refuses what is no score', () => {
    expect(bestRating([{ vector: v3, score: null }])?.cvss).toBe(7.5)
    expect(bestRating([{ vector: v3, score: 0 }])?.cvss).toBe(7.5)
    expect(bestRating([{ score: 11 }, { score: -1 }, { score: 0 }, { vector: 'x' }, {}])).toBeNull()
  })
})
