import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stigControlId } from './stig.ts'

describe('stigControlId', () => {
  it.each([
    ['xccdf_mil.disa.stig_rule_SV-230221r743913_rule', 'stig:SV-230221'],
    ['SV-230221r858734_rule', 'stig:SV-230221'],
    ['SV-230221', 'stig:SV-230221'],
    ['V-230221', 'stig:SV-230221'],
    ['xccdf_mil.disa.stig_group_V-230221', 'stig:SV-230221'],
    ['SV-86483r4_rule', 'stig:SV-86483'],
    ['V-71859', 'stig:V-71859'],
  ])('%s is %s', (text, id) => expect(stigControlId(text)).toBe(id))

  it.each(['', 'RHEL-08-010000', 'SV-', 'V-1x', 'xccdf_org.ssgproject.content_rule_SV-230221r1_rule', 'CVE-2020-12345'])(
    '%s is none',
    (text) => expect(stigControlId(text)).toBeNull(),
  )

  it('is the same for every revision', () =>
    fc.assert(
      fc.property(fc.nat(999_999), fc.nat(), (number, revision) => {
        expect(stigControlId(`SV-${number}r${revision}_rule`)).toBe(stigControlId(`SV-${number}`))
      }),
    ))
})
