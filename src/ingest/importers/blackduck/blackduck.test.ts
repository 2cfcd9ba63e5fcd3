import { describe, expect, it } from 'vitest'
import { zipOf } from '../../../../test/archives.ts'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes } from '../../readers/file.ts'
import { blackduck } from './blackduck.ts'

const sample = (name: string) => readSample(blackduck, import.meta.dirname, name)

async function read(bytes: Uint8Array): Promise<FileRecord[]> {
  const { source } = await openBytes('report.zip', bytes)
  const all: FileRecord[] = []
  for await (const record of blackduck.parse(source, {})) all.push(record)
  return all
}

const COMPONENTS = 'Component name,Component version name,Origin name,Origin id,Project path\n'
const SECURITY =
  'Component name,Component version name,Vulnerability id,Base score,Vulnerability source,Remediation status,Security Risk,Project path\n'

describe('blackduck', () => {
  it('reads the archive: components and their vulnerabilities', async () => {
    const all = await sample('project-version.zip')
    expect(of(all, 'asset')).toEqual([
      { kind: 'asset', asset: 'shop 1.0', type: 'application', name: 'shop 1.0', names: [{ type: 'label', name: 'blackduck/shop 1.0' }] },
    ])
    expect(of(all, 'software').map(({ name, version }) => [name, version])).toEqual([
      ['org.example:web', '1.2'],
      ['quiet', '3.0'],
    ])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'shop 1.0',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        component: { name: 'org.example:web', version: '1.2', type: 'maven' },
      },
      {
        kind: 'finding',
        asset: 'shop 1.0',
        vulnerability_ids: ['CVE-2099-0003'],
        severity: 'low',
        component: { name: 'Left Pad', version: '1.0.0' },
      },
    ])
    expect(of(all, 'vulnerability')[0]!.aliases).toEqual(['BDSA-2099-0001'])
    expect(of(all, 'skipped').map(({ reason }) => reason)).toEqual([
      'CVE-2099-0002 in org.example:web: ignored in the tool',
      'Expected a component and a Vulnerability id',
    ])
    expect(of(all, 'coverage').map(({ subject }) => subject)).toEqual(['vulnerability', 'software'])
  })

  it('reads a security.csv of older versions, which names no project', async () => {
    const all = await sample('security-old.csv')
    expect(of(all, 'asset')[0]).toMatchObject({ name: '', names: [] })
    expect(of(all, 'finding')).toMatchObject([
      { vulnerability_ids: ['vulndb:106409'], component: { name: 'org.example:web', version: '1.2' } },
    ])
    expect(of(all, 'coverage').map(({ subject }) => subject)).toEqual(['vulnerability'])
  })

  it('takes the project of components.csv where an older security.csv names none', async () => {
    const all = await read(
      zipOf([
        { name: 'components.csv', content: `${COMPONENTS}Quiet,3.0,npmjs,quiet/3.0,shop 1.0\n` },
        { name: 'security.csv', content: 'Project name,Version,Vulnerability id\nWeb,1.2,CVE-2099-0001\n' },
      ]),
    )
    expect(of(all, 'asset').map(({ name }) => name)).toEqual(['shop 1.0'])
    expect(of(all, 'finding').map(({ asset }) => asset)).toEqual(['shop 1.0'])
  })

  it('closes what is gone of the same project version, also when nothing is left', async () => {
    const before = await sample('project-version.zip')
    const after = (project: string) =>
      read(
        zipOf([
          { name: 'components.csv', content: `${COMPONENTS}Quiet,3.0,npmjs,quiet/3.0,${project}\n` },
          { name: 'security.csv', content: SECURITY },
        ]),
      )
    expect(closedBy(before, await after('shop 1.0'))).toHaveLength(2)
    expect(closedBy(before, await after('shop 2.0'))).toEqual([])
  })

  it('refuses archives that are damaged, lead outside or have no security.csv', async () => {
    await expect(read(zipOf([{ name: 'components.csv', content: COMPONENTS }]))).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(read(zipOf([{ name: '../security.csv', content: SECURITY }]))).rejects.toMatchObject({ code: 'damaged_file' })
    const whole = zipOf([{ name: 'security.csv', content: SECURITY }])
    await expect(read(whole.subarray(0, whole.length - 10))).rejects.toMatchObject({ code: 'damaged_file' })
    await expect(readText(blackduck, 'a,b\n1,2\n')).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['Vulnerability id,Base score', 'PK\u0003\u0004 xl/workbook.xml', 'PK\u0003\u0004 machines/a.json', '{}', ''])(
    'does not take %j',
    (text) => expect(recognises(blackduck, text)).toBe(false),
  )
})
