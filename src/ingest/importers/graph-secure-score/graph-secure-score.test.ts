import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { graphSecureScore } from './graph-secure-score.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of graphSecureScore.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const tenant = '0a000000-0000-4000-8000-000000000001'

describe('graphSecureScore', () => {
  it.each(['scores-two-days.json', 'profiles.json', 'bare-array.json', 'powershell-5.1.json', 'powershell-profiles.json'])(
    'knows %s by its content',
    async (name) => {
      expect(graphSecureScore.detect((await sample(name)).head)).toBe(true)
    },
  )

  it('gives each day its own report about the tenant, the oldest first', async () => {
    const all = await records(await sample('scores-two-days.json'))
    expect(of(all, 'report').map((one) => [one.observed_at, one.tenant_id])).toEqual([
      [parseInstant('2026-03-01T00:00:00Z'), tenant],
      [parseInstant('2026-03-02T00:00:00Z'), tenant],
    ])
    expect(of(all, 'asset').map((one) => one.names)).toEqual([[{ type: 'tenant_id', name: tenant }], [{ type: 'tenant_id', name: tenant }]])
    expect(of(all, 'score_total')[1]).toEqual({
      kind: 'score_total',
      score: 'secure_score',
      points: 12.5,
      max_points: 40,
      details: { active_users: 812, licensed_users: 900, services: ['HasExchange'] },
      comparisons: [
        { basis: 'AllTenants', category: 'Total', value: 41.2 },
        { basis: 'AllTenants', category: 'Identity', value: 10.5 },
        { basis: 'AllTenants', category: 'Identity max', value: 30 },
      ],
    })
  })

  it('keeps points and counts, and does not judge points without a maximum', async () => {
    const results = of(await records(await sample('scores-two-days.json')), 'control_result').slice(-4)
    expect(results).toEqual([
      {
        kind: 'control_result',
        asset: tenant,
        control_id: 'microsoft-secure-score:AdminMFAV2',
        status: 'pass',
        points: 10,
        max_points: 10,
        passed: 4,
        total: 4,
        evidence: '0 of 4 users left',
      },
      {
        kind: 'control_result',
        asset: tenant,
        control_id: 'microsoft-secure-score:MFARegistrationV2',
        status: 'fail',
        points: 2.5,
        passed: 450,
        total: 900,
      },
      { kind: 'control_result', asset: tenant, control_id: 'microsoft-secure-score:spo_legacy_auth', status: 'fail', points: 0 },
      { kind: 'control_result', asset: tenant, control_id: 'microsoft-secure-score:exo_mystery', status: 'not_run', points: 3 },
    ])
  })

  it('describes controls of a snapshot only in part, so that a profile is not lost', async () => {
    const controls = of(await records(await sample('scores-two-days.json')), 'control')
    expect(controls.find((one) => one.control_id === 'microsoft-secure-score:AdminMFAV2')).toEqual({
      kind: 'control',
      control_id: 'microsoft-secure-score:AdminMFAV2',
      title: 'AdminMFAV2',
      category: 'Identity',
      description: 'Second factor for admins',
      partial: true,
    })
    expect(controls.every((one) => one.partial)).toBe(true)
    expect(of(await records(await sample('profiles.json')), 'control').some((one) => one.partial)).toBe(false)
  })

  it('tells where an item is unreadable', async () => {
    const all = await records(await sample('scores-two-days.json'))
    expect(of(all, 'skipped')).toEqual([
      { kind: 'skipped', at: 'value[0].controlScores[4]', reason: 'Expected an object with controlName' },
    ])
  })

  it('describes controls by their profiles, under the ids of the scores', async () => {
    const all = await records(await sample('profiles.json'))
    expect(of(all, 'report')).toEqual([
      {
        kind: 'report',
        source: 'microsoft-secure-score',
        tool: 'Microsoft Secure Score',
        tool_version: null,
        observed_at: null,
        tenant_id: tenant,
      },
    ])
    expect(of(all, 'control')).toEqual([
      {
        kind: 'control',
        control_id: 'microsoft-secure-score:AdminMFAV2',
        title: 'Second factor for administrators',
        category: 'Identity',
        description: 'Tier: Core. Protects against: Account breach, Password cracking.',
        remediation: 'Open Policies & switch it on. User impact: moderate. Effort: low. Administrators sign in twice.',
        url: 'https://entra.example.com/mfa',
        product: 'AzureAD',
        max_points: 10,
        frameworks: [{ framework: 'NIST 800-171', requirement: '3.5.3' }],
        details: {
          action_type: 'Config',
          tier: 'Core',
          rank: 1,
          user_impact: 'Moderate',
          implementation_cost: 'Low',
          threats: ['Account breach', 'Password cracking'],
          remediation_impact: 'Administrators sign in twice.',
          deprecated: false,
        },
      },
      {
        kind: 'control',
        control_id: 'microsoft-secure-score:OldThing',
        title: 'An old thing',
        category: 'Data',
        description: 'Tier: Advanced. Deprecated by Microsoft.',
        product: 'EXO',
        max_points: 1,
        details: { action_type: 'Review', tier: 'Advanced', deprecated: true },
      },
    ])
  })

  it("reads what PowerShell's ConvertTo-Json wrote as if Graph had", async () => {
    const all = await records(await sample('powershell-5.1.json'))
    expect(of(all, 'report')[0]).toMatchObject({ observed_at: parseInstant('2026-01-01T00:00:00Z'), tenant_id: tenant })
    expect(of(all, 'score_total')[0]).toMatchObject({
      points: 10,
      max_points: 20,
      comparisons: [
        { basis: 'AllTenants', category: 'Total', value: 45.5 },
        { basis: 'AllTenants', category: 'Identity', value: 30 },
        { basis: 'AllTenants', category: 'Identity max', value: 60 },
      ],
    })
    expect(of(all, 'control_result').map((one) => [one.control_id, one.status, one.points, one.passed, one.evidence])).toEqual([
      ['microsoft-secure-score:AdminMFAV2', 'pass', 10, 2, 'You have 2 of 2.'],
      ['microsoft-secure-score:spo_legacy_auth', 'fail', 0, undefined, undefined],
    ])
    expect(of(all, 'coverage')).toHaveLength(1)
    const profiles = await records(await sample('powershell-profiles.json'))
    expect(of(profiles, 'control')[0]).toMatchObject({
      control_id: 'microsoft-secure-score:AdminMFAV2',
      title: 'Require MFA for administrative roles',
      max_points: 10,
      product: 'AzureAD',
    })
  })

  it('covers nothing where ConvertTo-Json left the controls out', async () => {
    const cut =
      '{"AzureTenantId":"0a000000-0000-4000-8000-000000000001","ControlScores":["Microsoft.Graph.PowerShell.Models.MicrosoftGraphControlScore"],"CreatedDateTime":"2026-01-01T00:00:00Z","CurrentScore":1,"MaxScore":2}'
    const all = await records(await openBytes('x.json', Buffer.from(cut)))
    expect(of(all, 'score_total')).toHaveLength(1)
    expect(of(all, 'coverage')).toEqual([])
    expect(of(all, 'skipped')[0]!.reason).toContain('-Depth 10')
  })

  it('refuses an error answer, an empty list and a cut page', async () => {
    const refused = async (text: string) => records(await openBytes('x.json', Buffer.from(text)))
    await expect(refused('{"error":{"code":"x","message":"Token expired"}}')).rejects.toMatchObject({
      code: 'unreadable_report',
      message: expect.stringContaining('Token expired'),
    })
    await expect(refused('{"value":[]}')).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(refused('{"value":[{"id":"a","maxScore":1,"azureTen')).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
