import { describe, expect, it } from 'vitest'
import { frameworkKey, frameworkNamed, isFramework, sectionOf } from './framework.ts'

describe('frameworks', () => {
  it('are the same whatever the signs in their names', () => {
    expect(frameworkKey('CIS-1.4')).toBe(frameworkKey('CIS 1.4'))
    expect(frameworkKey('PCI DSS v3.2.1')).toBe('pci-dss-v3-2-1')
    expect(frameworkKey('–')).toBe('')
    expect(frameworkKey(`x${'-y'.repeat(80)}`).length).toBeLessThanOrEqual(100)
  })

  it('are benchmarks of one product each where CIS numbers them alone', () => {
    for (const name of ['CIS-3.0', 'CIS 1.4.0', 'cis_v2', 'CIS']) {
      const keys = ['aws', 'Azure', 'gcp', 'm365', null].map((product) => frameworkKey(frameworkNamed(name, product)))
      expect(new Set(keys).size, name).toBe(keys.length)
    }
    expect(frameworkNamed('CIS-3.0', 'azure')).toBe('CIS-3.0 for Azure')
    for (const name of ['CIS GCP V1.1', 'CISA', 'CIS_Linux_2.0.0', 'PCI-4.0', 'CIS Controls'])
      expect(frameworkNamed(name, 'aws')).toBe(name)
    expect(frameworkNamed('CIS-3.0', 'a cloud of which nobody heard')).toBe('CIS-3.0')
  })

  it('are no lists of weaknesses or references', () => {
    for (const name of ['CWE', 'CWE Top 25', 'CCI', '', '---']) expect(isFramework(name), name).toBe(false)
    for (const name of ['CIS-3.0', 'CISA', 'NIST-800-53-Revision-5', 'OWASP Top 10']) expect(isFramework(name), name).toBe(true)
  })

  it.each([
    ['CIS-3.0', '2.1.4', '2'],
    ['NIST-800-53-Revision-5', 'ac_2_12', 'AC'],
    ['NIST.800-53.r5', 'AC-2(12)', 'AC'],
    ['ISO27001-2013', 'A.9.1', 'A.9'],
    ['SOC2', 'cc_6_7', 'CC.6'],
    ['HIPAA', '164_308_a_1_ii_a', '164.308'],
    ['ENS-RD2022', 'op.acc.2', 'OP.ACC'],
    ['AWS-Foundational-Security-Best-Practices', 'IAM.1', 'IAM'],
    ['MITRE-ATTACK', 'T1078', 'T'],
    ['GDPR', 'article_25', 'article'],
    ['PCI-3.2.1', 'ec2', 'EC2'],
    ['CISA SCuBA', 'MS.AAD.1.1', 'MS.AAD'],
    ['x', '***', '***'],
  ])('%s %s lies in %s', (framework, requirement, section) => expect(sectionOf(framework, requirement)).toBe(section))
})
