import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { defenderVulnerabilities } from '../../src/ingest/importers/defender-vulnerabilities/defender-vulnerabilities.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { realData, withoutRealData } from './data.ts'

const data = realData()
const read = async (file: string) => {
  const opened = await openFile(file)
  const records: FileRecord[] = []
  for await (const record of defenderVulnerabilities.parse(opened.source, {})) records.push(record)
  const of = <K extends FileRecord['kind']>(kind: K) => records.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
  return { opened, of }
}

/** Lists of the same API that are not about devices' vulnerabilities: scores and tasks. */
const others = ['exposure-score-by-machine-groups.json', 'remediation-tasks.json']
/** Rows of each list as the files hold them. */
const stated: Record<string, Partial<Record<FileRecord['kind'], number>>> = {
  'machines-vulnerabilities.json': { asset: 2, finding: 2, coverage: 2 },
  'recommendations.json': { asset: 0, control: 1 },
  'secure-config-assessment-by-machine.json': { asset: 4, control: 4, control_result: 4, coverage: 0 },
  // The one row is a change "Fixed" without a CVE.
  'software-vulnerability-changes-delta.json': { finding: 0, coverage: 0, skipped: 1 },
  'vulnerabilities.json': { asset: 0, vulnerability: 1 },
}

describe.skipIf(!data)(`defender-vulnerabilities on real files (${data ? data.root : withoutRealData})`, () => {
  it.each(data?.files('reports/ms-defender') ?? [])('$path', async ({ path, file, expected_findings }) => {
    const { opened, of } = await read(file)
    expect(defenderVulnerabilities.detect(opened.head)).toBe(true)
    expect(of('finding')).toHaveLength(expected_findings!)
    // The made-up machines of the samples have no real dates; nothing else is skipped.
    expect(of('skipped').every(({ at }) => at.endsWith('.lastSeen'))).toBe(true)
    const known = new Set(of('asset').map((one) => one.asset))
    expect(of('finding').every((one) => known.has(one.asset))).toBe(true)
    // All but one file name a next page, so that they cover nothing.
    expect(of('coverage')).toHaveLength(path.endsWith('defender_error_handling.zip') ? 1 : 0)
  })

  const zip = (name: string) => data!.files('reports/ms-defender').find(({ path }) => path.endsWith(name))!.file

  it('keeps rows of machines that the list of machines leaves out', async () => {
    const { of } = await read(zip('defender_wrong_machines.zip'))
    expect(new Set(of('asset').map((one) => one.asset)).size).toBe(3)
  })

  it('reads a real machine with its 421 rows', async () => {
    const { of } = await read(zip('defender_error_handling.zip'))
    const agent = 'Microsoft Defender for Endpoint'
    expect(of('asset')).toMatchObject([{ name: 'dvs-cstancu', attributes: { os_family: 'windows', endpoint_agent: agent } }])
    const count = (severity: string) => of('finding').filter((one) => one.severity === severity).length
    expect(['low', 'medium', 'high', 'critical'].map(count)).toEqual([39, 136, 241, 5])
    expect(of('finding').filter((one) => one.fixed_version?.startsWith('KB'))).toHaveLength(32)
  })

  it.each(data?.files('reports/defender-tvm-api') ?? [])('$path', async ({ path, file }) => {
    const name = path.split('/').at(-1)!
    const { opened, of } = await read(file)
    expect(defenderVulnerabilities.detect(opened.head)).toBe(!others.includes(name))
    for (const [kind, count] of Object.entries(stated[name] ?? {}))
      expect([kind, of(kind as FileRecord['kind']).length]).toEqual([kind, count])
  })

  it('reads the impact on users of each device, and the active alert of each product, as the files state them', async () => {
    const real = (name: string) => data!.files('reports/defender-tvm-api').find(({ path }) => path.endsWith(name))!.file
    const rows = async (file: string) => JSON.parse(await readFile(file, 'utf8')).value as Record<string, unknown>[]
    const [results, list] = [real('secure-config-assessment-by-machine.json'), real('/recommendations.json')]
    const stated = (await rows(results)).map((row) => [row['deviceId'], row['isExpectedUserImpact']])
    expect(stated).toHaveLength(4)
    expect((await read(results)).of('control_result').map((one) => [one.asset, one.user_impact])).toEqual(stated)
    expect((await read(list)).of('control').map((one) => one.details)).toEqual(
      (await rows(list)).map((row) => ({
        active_alert: row['activeAlert'],
        software_name: row['productName'],
        software_vendor: row['vendor'],
      })),
    )
  })
})
