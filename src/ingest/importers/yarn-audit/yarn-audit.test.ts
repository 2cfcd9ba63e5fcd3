import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { yarnAudit } from './yarn-audit.ts'

const sample = (name: string) => readSample(yarnAudit, import.meta.dirname, name)
const summary = (moderate: number, totalDependencies = 47) => ({
  type: 'auditSummary',
  data: { vulnerabilities: { moderate }, totalDependencies },
})
const lines = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join('\n')

describe('yarn-audit', () => {
  it('reads Yarn 1: one line is one path, with the version on that path', async () => {
    const all = await sample('yarn-1.jsonl')
    expect(
      of(all, 'finding').map(({ vulnerability_ids, component, place, severity, fixed_version }) => [
        vulnerability_ids,
        component!.version,
        place,
        severity,
        fixed_version,
      ]),
    ).toEqual([
      [['npm:1179'], '1.0.0', 'shop>left-pad', 'medium', '1.9.9'],
      [['npm:1179'], '1.0.1', 'mail>left-pad', 'medium', '1.9.9'],
    ])
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'target', subject: 'vulnerability' }])
    expect(of(all, 'vulnerability')).toHaveLength(1)
  })

  it('reads Yarn 4: packages that are deprecated are findings of their own kind', async () => {
    const all = await sample('yarn-4.jsonl')
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'target',
        control_id: 'yarn-audit:deprecated-package',
        severity: 'medium',
        title: 'Use new-pad',
        component: { name: 'old-pad', version: '1.0.0', type: 'npm' },
        place: 'shop@workspace:. and 1 more',
      },
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['GHSA-2222-3333-4444'],
        severity: 'low',
        title: 'Pads too much',
        component: { name: 'left-pad', version: '1.0.0, 1.0.1', type: 'npm' },
        place: 'shop@workspace:.',
      },
    ])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['line 3'])
  })

  it('closes nothing without a lock file, without its summary, after an error, or when it lists less than it counts', async () => {
    const before = await sample('yarn-1.jsonl')
    const gone = ['npm:1179 in left-pad', 'npm:1179 in left-pad']
    expect(closedBy(before, await readText(yarnAudit, lines(summary(0))))).toEqual(gone)
    expect(closedBy(before, await sample('yarn-1-no-lockfile.jsonl'))).toEqual([])
    expect(closedBy(before, await readText(yarnAudit, lines(summary(2))))).toEqual([])
    expect(closedBy(before, await readText(yarnAudit, lines(summary(0), { type: 'error', data: 'offline' })))).toEqual([])
    const other = { type: 'auditAdvisory', data: { advisory: { module_name: 'x', id: 7 } } }
    expect(closedBy(before, await readText(yarnAudit, lines(other)))).toEqual([])
  })

  it('closes no deprecation when none is listed', async () => {
    const before = await sample('yarn-4.jsonl')
    const without = lines({ value: 'x', children: { ID: 7, Issue: 'i', Severity: 'low' } })
    expect(closedBy(before, await readText(yarnAudit, without))).toEqual(['GHSA-2222-3333-4444 in left-pad'])
    expect(closedBy(before, await readText(yarnAudit, ''))).toEqual(['GHSA-2222-3333-4444 in left-pad'])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(yarnAudit, { hello: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([
    '{"type":"info","data":"yarn install"}',
    '{"value":"x","children":[]}',
    '{"type":"auditSummary"}',
    '[{"type":"auditSummary","data":{}}]',
    '',
  ])('does not take %s', (text) => expect(recognises(yarnAudit, text)).toBe(false))
})
