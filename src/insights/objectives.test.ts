import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadCatalog } from './catalog.ts'
import { compileObjective, type DescribedControl } from './objectives.ts'

const control = (part: Partial<DescribedControl>): DescribedControl => ({
  control_id: 'tool:1',
  title: 'A rule',
  category: null,
  frameworks: [],
  ...part,
})
const objective = (
  controls: Partial<Record<'ids' | 'titles' | 'categories' | 'requirements', string[]>>,
  except: Partial<Record<'ids' | 'titles', string[]>> = {},
) =>
  compileObjective(
    'x',
    {
      title: 'Something',
      why: 'Because it is so.',
      source: 'https://example.com',
      controls: { ids: [], titles: [], categories: [], requirements: [], ...controls },
      except: { ids: [], titles: [], ...except },
    },
    '',
  )

describe('an objective', () => {
  it('finds words of a title at the edges of words only', () => {
    const { pursues } = objective({ titles: ['MFA', 'cipher*', 'log*rotation'] })
    for (const title of ['Require MFA for all', 'mfa', 'MFA-protected', 'Weak ciphers', 'Log file rotation'])
      expect([title, pursues(control({ title }))]).toEqual([title, true])
    for (const title of ['Comfar', 'MFAs', 'decipher', 'Catalog rotation', 'rotation of logs'])
      expect([title, pursues(control({ title }))]).toEqual([title, false])
  })

  it('fits ids as a whole, requirements by framework and requirement', () => {
    const { pursues } = objective({ ids: ['prowler:*_mfa_*'], requirements: ['NIST* IA-2(1)'] })
    expect(pursues(control({ control_id: 'prowler:iam_root_mfa_enabled' }))).toBe(true)
    expect(pursues(control({ control_id: 'other:iam_root_mfa_enabled' }))).toBe(false)
    expect(pursues(control({ frameworks: [{ framework: 'NIST-800-53-Revision-5', requirement: 'ia-2(1)' }] }))).toBe(true)
    expect(
      pursues(
        control({
          frameworks: [
            { framework: 'NIST-800-53-Revision-5', requirement: 'ia-2(11)' },
            { framework: 'CIS', requirement: 'IA-2(1)' },
          ],
        }),
      ),
    ).toBe(false)
  })

  it('leaves out what an exception names', () => {
    const { pursues } = objective({ titles: ['MFA'] }, { titles: ['MFA delete'] })
    expect(pursues(control({ title: 'Bucket has MFA Delete' }))).toBe(false)
  })

  it('takes every sign of a rule literally but the star', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((text) => !text.includes('*') && text.trim() === text && text !== ''),
        (text) => {
          expect(objective({ ids: [text] }).pursues(control({ control_id: text }))).toBe(true)
          expect(objective({ ids: [text] }).pursues(control({ control_id: `${text}x` }))).toBe(false)
        },
      ),
    )
  })

  it('refuses a rule that fits everything, and one without a requirement', () => {
    for (const rule of [{ ids: ['**'] }, { titles: [' * '] }, { requirements: ['NIST'] }])
      expect(() => objective(rule)).toThrow(expect.objectContaining({ code: 'bad_objective' }) as Error)
  })
})

describe('the vocabulary', () => {
  const { objectives } = loadCatalog()
  const told = (part: Partial<DescribedControl>) =>
    [...objectives.values()].filter(({ pursues }) => pursues(control(part))).map(({ id }) => id)

  // What each tool calls the same thing, by the titles and ids that it gives.
  it.each<[string, Partial<DescribedControl>[]]>([
    [
      'multi-factor-sign-in',
      [
        { control_id: 'prowler:iam_root_mfa_enabled', title: 'Ensure MFA is enabled for the root account' },
        { control_id: 'scubagear:MS.AAD.3.1v1', title: 'MS.AAD.3.1v1' },
        { control_id: 'microsoft-secure-score:AdminMFAV2', title: 'AdminMFAV2' },
        { control_id: 'maester:CISA.MS.AAD.3.6', title: 'Phishing-resistant MFA SHALL be required for highly privileged roles.' },
        { control_id: 'microsoft-secure-score:MDA_Zendesk_MFA', title: 'Enable and adopt two-factor authentication (2FA)' },
      ],
    ],
    [
      'legacy-authentication',
      [
        { control_id: 'scubagear:MS.AAD.1.1v1', title: 'MS.AAD.1.1v1' },
        { control_id: 'microsoft-secure-score:BlockLegacyAuthentication', title: 'BlockLegacyAuthentication' },
      ],
    ],
    [
      'encryption-at-rest',
      [
        { control_id: 'prowler:extra729', title: 'Ensure there are no EBS Volumes unencrypted' },
        { control_id: 'checkov:CKV_AWS_19', title: 'Ensure all data stored in the S3 bucket is securely encrypted at rest' },
        { control_id: 'defender:scid-2090', title: 'Encrypt all BitLocker-supported drives' },
      ],
    ],
    [
      'public-storage',
      [
        { control_id: 'prowler:extra72', title: 'Ensure there are no EBS Snapshots set as Public' },
        { control_id: 'trivy:AVD-AWS-0086', title: 'S3 Access block should block public ACL' },
      ],
    ],
    [
      'open-network',
      [{ control_id: 'prowler:extra748', title: 'Ensure no security groups allow ingress from 0.0.0.0/0 or ::/0 to any port' }],
    ],
    [
      'audit-logging',
      [
        { control_id: 'prowler:check21', title: 'Ensure CloudTrail is enabled in all regions' },
        { control_id: 'lynis:ACCT-9628', title: 'Enable auditd to collect audit information' },
      ],
    ],
    [
      'container-hardening',
      [
        { control_id: 'trivy:KSV012', title: 'Runs as root user' },
        { control_id: 'kubescape:C-0057', title: 'Privileged container' },
      ],
    ],
    [
      'email-authentication',
      [{ control_id: 'scubagear:MS.EXO.4.1v1', title: 'MS.EXO.4.1v1' }, { title: 'Ensure DMARC records are published' }],
    ],
  ])('%s', (id, controls) => {
    for (const part of controls) expect([part.control_id, told(part)]).toEqual([part.control_id, expect.arrayContaining([id])])
  })

  it('does not take one thing for another', () => {
    expect(told({ title: 'Ensure MFA Delete is enabled on S3 buckets' })).not.toContain('multi-factor-sign-in')
    expect(told({ title: 'Ensure public IP addresses are not assigned' })).not.toContain('public-storage')
    expect(told({ title: 'Ensure certificate pinning' })).toEqual(['certificates'])
    expect(told({ title: 'Number of printers should be retrievable' })).toEqual([])
  })
})
