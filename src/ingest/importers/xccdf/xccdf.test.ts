import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { frameworkOf } from './frameworks.ts'
import { controlIdOf, shortId } from './rule.ts'
import { xccdf } from './xccdf.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const made = (xml: string) => openBytes('x.xml', new TextEncoder().encode(xml))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of xccdf.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
/** A run of rules by their results: `a:pass b:fail`; those that begin with "cve" ask for an update. */
const run = (results: string, profile = 'p', target = 'web-1.example.com') => {
  const list = results.split(' ').map((one) => one.split(':') as [string, string])
  const rules = list.map(([id]) =>
    id.startsWith('cve')
      ? `<Rule id="${id}"><title>${id}</title><ident system="http://cve.mitre.org">CVE-2026-${id.slice(3)}</ident></Rule>`
      : `<Rule id="${id}"><title>${id}</title></Rule>`,
  )
  return made(`<Benchmark xmlns="http://checklists.nist.gov/xccdf/1.1" id="b">${rules.join('')}<TestResult end-time="2026-03-02T09:00:00Z">
    <profile idref="${profile}"/><target>${target}</target>${list.map(([id, result]) => `<rule-result idref="${id}"><result>${result}</result></rule-result>`).join('')}
  </TestResult></Benchmark>`)
}

describe('xccdf', () => {
  it.each(['xccdf-1.2-openscap.xml', 'xccdf-1.2-scc-stig.xml', 'xccdf-1.1-missing-updates.xml', 'arf-1.1.xml', 'oval-5.xml'])(
    'knows %s by its content',
    async (name) => expect(xccdf.detect((await sample(name)).head)).toBe(true),
  )

  it('leaves other XML alone', () => {
    expect(xccdf.detect({ name: 'x.xml', text: '<Benchmark><other/></Benchmark>' })).toBe(false)
    expect(xccdf.detect({ name: 'x.xml', text: '<oval_results/>' })).toBe(false)
    expect(xccdf.detect({ name: 'x.xml', text: '<report><Benchmark xmlns="http://checklists.nist.gov/xccdf/1.2"/></report>' })).toBe(false)
  })

  it('says which tool looked at which host, and when', async () => {
    const all = await records(await sample('xccdf-1.2-openscap.xml'))
    expect(all[0]).toEqual({
      kind: 'report',
      source: 'openscap',
      tool: 'OpenSCAP',
      tool_version: '1.3.9',
      observed_at: parseInstant('2026-03-02T09:05:00Z'),
    })
    expect(of(all, 'asset')).toEqual([
      {
        kind: 'asset',
        asset: 'host',
        type: 'device',
        name: 'web-1.example.com',
        names: [
          { type: 'fqdn', name: 'web-1.example.com' },
          { type: 'hostname', name: 'web-1' },
          { type: 'ip', name: '10.0.0.5' },
        ],
        attributes: { os: 'example example linux 1', os_family: 'linux' },
      },
    ])
  })

  it('gives each selected rule one result, and says nothing of those that were not selected', async () => {
    const all = await records(await sample('xccdf-1.2-openscap.xml'))
    expect(of(all, 'control_result')).toEqual([
      {
        kind: 'control_result',
        asset: 'host',
        control_id: 'xccdf:org.example.content/sshd_no_root',
        status: 'fail',
        severity: 'high',
        evidence: 'PermitRootLogin is yes',
      },
      { kind: 'control_result', asset: 'host', control_id: 'xccdf:org.example.content/sshd_keepalive', status: 'pass' },
      {
        kind: 'control_result',
        asset: 'host',
        control_id: 'xccdf:org.example.content/cron',
        status: 'not_run',
        severity: 'low',
        evidence: 'notchecked',
      },
    ])
    expect(of(all, 'skipped').map(({ reason }) => reason)).toEqual([expect.stringContaining('maybe')])
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'host', subject: 'control', checks: 'LINUX-1 standard' }])
  })

  it('describes a rule with its group and frameworks, the text in order', async () => {
    const [control] = of(await records(await sample('xccdf-1.2-openscap.xml')), 'control')
    expect(control).toEqual({
      kind: 'control',
      control_id: 'xccdf:org.example.content/sshd_no_root',
      title: 'Disable SSH Root Login',
      severity: 'high',
      category: 'SSH Server',
      description: 'Set PermitRootLogin in sshd_config:\nPermitRootLogin no',
      remediation: 'Edit sshd_config.',
      product: 'LINUX-1',
      frameworks: [
        { framework: 'CCE', requirement: 'CCE-80001-1' },
        { framework: 'NIST 800-53 Rev. 4', requirement: 'AC-6(2)' },
        { framework: 'PCI DSS 3.2', requirement: 'Req-2.2.4' },
        { framework: 'DISA SRG', requirement: 'SRG-OS-000109-GPOS-00056' },
      ],
    })
  })

  it('names DISA rules as every tool does, whatever the prefix of the elements', async () => {
    const all = await records(await sample('xccdf-1.2-scc-stig.xml'))
    expect(all[0]).toMatchObject({ source: 'scc', tool: 'SCAP Compliance Checker', tool_version: '5.4' })
    expect(of(all, 'control')[0]).toMatchObject({
      control_id: 'stig:SV-900001',
      title: 'The system must show a banner.',
      description: 'A banner tells who may sign in.',
      remediation: 'Write a banner.',
      frameworks: [
        { framework: 'DISA STIG', requirement: 'EXMP-01-000001' },
        { framework: 'DISA SRG', requirement: 'SRG-OS-000023-GPOS-00006' },
        { framework: 'CCI', requirement: 'CCI-000048' },
      ],
    })
    expect(of(all, 'asset')[0]).toMatchObject({ name: 'db-1', attributes: { os: 'Red Hat 9.4', os_family: 'linux' } })
  })

  it('takes a missing update as a vulnerability', async () => {
    const all = await records(await sample('xccdf-1.1-missing-updates.xml'))
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'host',
        vulnerability_ids: ['CVE-2026-1001', 'CVE-2026-1002'],
        severity: 'high',
        title: 'RHSA-2026:0001: kernel security and bug fix update (Important)',
        component: { name: 'kernel' },
        fixed_version: 'RHSA-2026:0001',
      },
      expect.objectContaining({ vulnerability_ids: ['RHSA-2026:0002'], component: { name: 'openssl' } }),
    ])
    expect(of(all, 'control_result')).toEqual([])
    expect(of(all, 'coverage')).toEqual([
      { kind: 'coverage', asset: 'host', subject: 'vulnerability', checks: 'generated-xccdf com.example.all.xml default' },
    ])
  })

  it('reads the results in an ARF, and asks for the name of "localhost"', async () => {
    const all = await records(await sample('arf-1.1.xml'))
    expect(of(all, 'control_result')).toMatchObject([{ control_id: 'xccdf:org.example.content/cron', status: 'fail' }])
    expect(of(all, 'control')[0]).toMatchObject({ title: 'Enable cron' })
    expect(of(all, 'asset')[0]).toMatchObject({ name: '', names: [] })
  })

  it('covers one profile only: another one closes nothing of it', async () => {
    const checks = async (profile: string) => of(await records(await run('a:fail', profile)), 'coverage').map((one) => one.checks)
    expect(await checks('full')).toEqual(['b full'])
    expect(await checks('half')).toEqual(['b half'])
  })

  it('covers no updates when one of them was not answered or left out', async () => {
    const subjects = async (results: string) => of(await records(await run(results)), 'coverage').map((one) => one.subject)
    expect(await subjects('cve1000:pass cve1001:fail a:pass')).toEqual(['control', 'vulnerability'])
    for (const word of ['error', 'unknown', 'notchecked', 'notselected'])
      expect(await subjects(`cve1000:${word} cve1001:fail a:pass`)).toEqual(['control'])
    expect(of(await records(await run('cve1000:error')), 'skipped')[0]!.reason).toContain('error')
  })

  it('has one status for each word', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.constantFrom('pass', 'fixed', 'fail', 'notapplicable', 'error', 'unknown', 'notchecked', 'informational', 'notselected'),
          { minLength: 1, maxLength: 12 },
        ),
        async (words) => {
          const all = await records(await run(words.map((word, place) => `r${place}:${word}`).join(' ')))
          const count = (...some: string[]) => words.filter((word) => some.includes(word)).length
          const results = of(all, 'control_result').map(({ status }) => status)
          expect(results.filter((one) => one === 'fail')).toHaveLength(count('fail'))
          expect(results.filter((one) => one === 'pass')).toHaveLength(count('pass', 'fixed'))
          expect(results.filter((one) => one === 'not_run')).toHaveLength(count('error', 'unknown', 'notchecked', 'informational'))
          expect(results).toHaveLength(words.length - count('notselected'))
        },
      ),
      { numRuns: 30 },
    ))

  it('begins a report with each TestResult', async () => {
    const one = (host: string) =>
      `<TestResult end-time="2026-03-02T09:00:00Z"><target>${host}</target><rule-result idref="a"><result>fail</result></rule-result></TestResult>`
    const all = await records(
      await made(`<Benchmark xmlns="http://checklists.nist.gov/xccdf/1.2" id="b">${one('h-1')}${one('h-2')}</Benchmark>`),
    )
    const report = ['report', 'asset', 'control', 'control_result', 'coverage']
    expect(all.map(({ kind }) => kind)).toEqual(report.concat(report))
    expect(of(all, 'asset').map(({ name }) => name)).toEqual(['h-1', 'h-2'])
  })

  it('reads OVAL results: true is good for compliance and bad for updates', async () => {
    const all = await records(await sample('oval-5.xml'))
    expect(all[0]).toMatchObject({ source: 'openscap', tool_version: '1.3.9', observed_at: parseInstant('2026-03-02T10:00:00Z') })
    expect(of(all, 'asset')[0]).toMatchObject({ name: 'web-1.example.com', attributes: { os: 'Ubuntu 24.04', os_family: 'linux' } })
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'host',
        vulnerability_ids: ['CVE-2026-1001', 'CVE-2026-1002'],
        severity: 'medium',
        title: 'USN-7001-1: curl vulnerabilities',
        fixed_version: 'USN-7001-1',
      },
    ])
    expect(of(all, 'control_result').map(({ control_id, status }) => [control_id, status])).toEqual([
      ['xccdf:oval:org.example:def:3', 'fail'],
      ['xccdf:oval:org.example:def:5', 'not_run'],
    ])
    expect(of(all, 'coverage').map(({ subject, checks }) => [subject, checks])).toEqual([
      ['control', 'OVAL'],
      ['vulnerability', 'OVAL com.example.patch'],
    ])
    expect(of(all, 'skipped')).toHaveLength(1)
  })

  it('closes no update of OVAL content that it could not answer', async () => {
    const text = (result: string) =>
      `<oval_results xmlns="http://oval.mitre.org/XMLSchema/oval-results-5"><oval_definitions><definitions><definition id="oval:a:def:1" class="patch"><metadata><title>x</title></metadata></definition></definitions></oval_definitions><results><system><definitions><definition definition_id="oval:a:def:1" result="${result}"/></definitions></system></results></oval_results>`
    for (const result of ['error', 'unknown', 'not evaluated']) expect(of(await records(await made(text(result))), 'coverage')).toEqual([])
    for (const result of ['true', 'false', 'not applicable'])
      expect(of(await records(await made(text(result))), 'coverage')).toHaveLength(1)
  })

  it('refuses a benchmark without results', async () => {
    await expect(
      records(await made('<Benchmark xmlns="http://checklists.nist.gov/xccdf/1.2" id="b"><Rule id="a"/></Benchmark>')),
    ).rejects.toMatchObject({
      code: 'unreadable_report',
    })
  })
})

describe('names', () => {
  it.each([
    ['xccdf_org.ssgproject.content_rule_aide_installed', 'xccdf:org.ssgproject.content/aide_installed'],
    ['xccdf_mil.disa.stig_rule_SV-230221r743913_rule', 'stig:SV-230221'],
    ['no-finger', 'xccdf:b/no-finger'],
  ])('%s is %s', (rule, id) => expect(controlIdOf(rule, 'b')).toBe(id))

  it('shortens ids of benchmarks and profiles', () => {
    expect(shortId('xccdf_org.ssgproject.content_benchmark_RHEL-8')).toBe('RHEL-8')
    expect(shortId('xccdf_mil.disa.stig_profile_MAC-1_Classified')).toBe('MAC-1_Classified')
    expect(shortId('other')).toBe('other')
  })

  it.each([
    ['https://public.cyber.mil/stigs/cci/', 'CCI-000366', 'CCI'],
    ['https://nvlpubs.nist.gov/nistpubs/CSWP/NIST.CSWP.04162018.pdf', 'PR.AC-4', 'NIST CSF'],
    ['https://www.cisecurity.org/controls/', '11', 'CIS Controls'],
    ['https://www.cisecurity.org/benchmark/red_hat_linux/', '5.2.10', 'CIS'],
    ['https://example.com', 'x', null],
    ['', 'x', null],
  ])('%s %s', (href, requirement, framework) => expect(frameworkOf(requirement, href)).toBe(framework))
})
