import { describe, expect, it } from 'vitest'
import { stigChecklist } from '../../src/ingest/importers/stig-checklist/stig-checklist.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

/** `<STATUS>` elements, counted with grep: Open, NotAFinding, Not_Applicable, Not_Reviewed. */
const expected: Record<string, [number, number, number, number]> = {
  'heimdall__RHEL8V1R3.ckl.gz': [1, 1, 1, 376],
  'heimdall__invalid_metadata.ckl': [0, 0, 0, 3],
  'heimdall__small_ckl_overrides.ckl': [4, 2, 1, 4],
  'heimdall__three_stig_checklist.ckl.gz': [0, 0, 0, 438],
}

describe.skipIf(!data)(`STIG checklists on real files (${data ? 'present' : withoutRealData})`, () => {
  const files = data?.files('reports/stig-checklist') ?? []

  it.each(files)('$path', async ({ path, file }) => {
    const all = await recordsOf(stigChecklist, file)
    const statuses = of(all, 'control_result').map(({ status }) => status)
    const count = (word: string) => statuses.filter((status) => status === word).length
    expect([count('fail'), count('pass'), count('not_applicable'), count('not_run')]).toEqual(expected[path.split('/').at(-1)!])
    expect(of(all, 'skipped')).toEqual([])
    // Each rule is a control of its own.
    expect(new Set(of(all, 'control').map(({ control_id }) => control_id)).size).toBe(statuses.length)
    expect(of(all, 'control').every(({ title, severity, frameworks }) => title && severity && frameworks!.length > 0)).toBe(true)
  })

  it('takes overridden severities, and only real addresses as names', async () => {
    const [small, invalid] = await Promise.all(
      ['small_ckl_overrides.ckl', 'invalid_metadata.ckl'].map((name) =>
        recordsOf(stigChecklist, files.find(({ path }) => path.endsWith(name))!.file),
      ),
    )
    const controls = new Map(of(small!, 'control').map((one) => [one.control_id, one.severity]))
    const changed = of(small!, 'control_result').filter((one) => one.severity !== controls.get(one.control_id))
    expect(changed.map(({ severity }) => severity).sort()).toEqual(['high', 'low', 'medium'])
    expect(of(invalid!, 'asset')[0]!.names).toEqual([{ type: 'hostname', name: 'valid' }])
    expect(of(small!, 'asset')[0]!.names).toEqual([])
  })
})
