import { describe, expect, it } from 'vitest'
import { lynis } from '../../src/ingest/importers/lynis/lynis.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { formatInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe.skipIf(!data)(`Lynis on real reports (${data ? 'present' : withoutRealData})`, () => {
  const read = (name: string) => recordsOf(lynis, data!.files('reports/lynis').find(({ path }) => path.endsWith(name))!.file)

  it('reads a whole audit', async () => {
    const all = await read('lynis_many_vuln.dat')
    const failed = of(all, 'control_result').filter(({ status }) => status === 'fail')
    expect(failed).toHaveLength(38)
    // 37 suggestions and one warning, about 30 tests.
    expect(
      of(all, 'control')
        .filter(({ severity }) => severity === 'medium')
        .map(({ control_id }) => control_id),
    ).toEqual(['lynis:LOGG-2138'])
    expect(of(all, 'control').find(({ control_id }) => control_id === 'lynis:FILE-7524')).toMatchObject({
      title: 'Consider restricting file permissions',
      remediation: 'Use chmod to change file permissions',
    })
    expect(of(all, 'software')).toHaveLength(86)
    expect(of(all, 'software').find(({ name }) => name === 'bash')?.version).toBe('5.2.37-2+b9')
    expect(formatInstant(of(all, 'report')[0]!.observed_at)).toBe('2026-07-31T00:00:30Z')
    expect(of(all, 'asset')[0]).toMatchObject({
      name: '82103dde74c7',
      attributes: { os: 'Debian GNU/Linux 13 (trixie)', os_family: 'linux' },
    })
    expect(of(all, 'skipped')).toEqual([])
  })

  it('takes an audit of one test for that', async () => {
    const all = await read('lynis_one_vuln.dat')
    expect(of(all, 'control_result').map(({ control_id, status }) => [control_id, status])).toEqual([
      ['lynis:LYNIS', 'fail'],
      ['lynis:BOOT-5104', 'pass'],
    ])
  })
})
