import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { pingcastle } from './pingcastle.ts'

async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of pingcastle.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const text = (xml: string) => openBytes('p.xml', Buffer.from(xml))

describe('pingcastle', () => {
  it('tells the domain and its controllers', async () => {
    const file = await openFile(join(import.meta.dirname, 'samples/example-local.xml'))
    expect(pingcastle.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(of(all, 'report')[0]).toMatchObject({ tool_version: '3.3.0.0', observed_at: parseInstant('2026-01-01T00:00:00.5Z') })
    expect(of(all, 'asset').map((one) => [one.type, one.name, one.names])).toEqual([
      ['tenant', 'corp.example.com', [{ type: 'tenant_id', name: 'S-1-5-21-1-2-3' }]],
      [
        'device',
        'dc-1.corp.example.com',
        [
          { type: 'fqdn', name: 'dc-1.corp.example.com' },
          { type: 'ip', name: 'fe80::1' },
          { type: 'ip', name: '10.0.0.10' },
        ],
      ],
    ])
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'corp.example.com', subject: 'control' }])
  })

  it('gives each rule that matched a failed result, with what it saw', async () => {
    const all = await records(await openFile(join(import.meta.dirname, 'samples/example-local.xml')))
    expect(of(all, 'control_result')).toEqual([
      {
        kind: 'control_result',
        asset: 'corp.example.com',
        control_id: 'pingcastle:P-Kerberoasting',
        status: 'fail',
        severity: 'critical',
        evidence: 'Number of accounts: 2\nUser: svc-sql\nUser: svc-web',
      },
      {
        kind: 'control_result',
        asset: 'corp.example.com',
        control_id: 'pingcastle:A-AuditPowershell',
        status: 'fail',
        severity: 'informational',
        evidence: 'Not audited',
      },
    ])
    expect(of(all, 'control')[0]).toMatchObject({ title: 'P-Kerberoasting', category: 'Privileged Accounts' })
    expect(of(all, 'skipped').map((one) => one.reason)).toEqual(['expected a RiskId'])
  })

  it.each([
    ['0', 'informational'],
    ['1', 'low'],
    ['10', 'medium'],
    ['20', 'high'],
    ['50', 'critical'],
    ['many', undefined],
  ])('%s points are %s', async (points, severity) => {
    const all = await records(
      await text(
        `<HealthcheckData><DomainFQDN>a.example.com</DomainFQDN><RiskRules><HealthcheckRiskRule><Points>${points}</Points><RiskId>X</RiskId></HealthcheckRiskRule></RiskRules></HealthcheckData>`,
      ),
    )
    expect(of(all, 'control_result')[0]!.severity).toBe(severity)
  })

  it('takes no rules for a domain without risks, and refuses what names no domain', async () => {
    const all = await records(await text('<HealthcheckData><DomainFQDN>a.example.com</DomainFQDN><RiskRules/></HealthcheckData>'))
    expect(of(all, 'coverage')).toHaveLength(1)
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'label', name: 'pingcastle/a.example.com' }])
    await expect(records(await text('<HealthcheckData/>'))).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(records(await text('<HealthcheckData><RiskRules>'))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
