import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { usualVulnerability, Vulnerability } from './items.ts'

const text = fc.oneof(fc.constantFrom('', ' ', 'CVE-2024-1', ' 1.2 '), fc.string({ maxLength: 8 }))
const anything = fc.oneof({ weight: 40, arbitrary: text }, fc.constantFrom(null, undefined, 0, 1.5, true, [], {}, Number.NaN))
const scores = fc.record(
  {
    V2Vector: anything,
    V3Vector: text,
    V40Vector: text,
    V2Score: fc.oneof(fc.float(), anything),
    V3Score: fc.constantFrom(9.8, null),
    V40Score: fc.double(),
  },
  { requiredKeys: [] },
)
const item = fc.record(
  {
    VulnerabilityID: anything,
    VendorIDs: fc.oneof(fc.array(text, { maxLength: 3 }), anything),
    PkgName: anything,
    PkgPath: anything,
    PkgIdentifier: fc.oneof(fc.record({ PURL: anything, UID: text }, { requiredKeys: [] }), anything),
    InstalledVersion: text,
    FixedVersion: anything,
    Severity: text,
    Title: text,
    Description: text,
    PublishedDate: anything,
    CVSS: fc.oneof(fc.dictionary(fc.constantFrom('nvd', 'ghsa', 'constructor', '__proto__', 'x'), fc.oneof(scores, anything)), anything),
    Other: fc.anything(),
  },
  { requiredKeys: ['VulnerabilityID', 'PkgName'] },
)

describe('usualVulnerability', () => {
  it('gives what the schema gives, or leaves the item to it', () => {
    let usual = 0
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: item }, fc.anything()), (value) => {
        const quick = usualVulnerability(value)
        if (quick === null) return
        usual++
        expect(Vulnerability.parse(value)).toEqual(quick)
      }),
      { numRuns: 2000 },
    )
    expect(usual).toBeGreaterThan(20)
  })
})
