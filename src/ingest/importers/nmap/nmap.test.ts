import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { nmap, scriptsOf } from './nmap.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const xml = (text: string) => openBytes('n.xml', Buffer.from(text))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of nmap.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('nmap', () => {
  it.each(['v7-vulners-and-library.xml', 'no-host.xml'])('knows %s by its content', async (name) => {
    expect(nmap.detect((await sample(name)).head)).toBe(true)
  })

  it('tells hosts by address and name; a host that is down is none', async () => {
    const all = await records(await sample('v7-vulners-and-library.xml'))
    expect(all[0]).toEqual({
      kind: 'report',
      source: 'nmap',
      tool: 'Nmap',
      tool_version: '7.94',
      observed_at: parseInstant('2026-01-01T00:00:00Z'),
    })
    expect(of(all, 'asset')).toEqual([
      {
        kind: 'asset',
        asset: 'h1',
        type: 'device',
        name: 'web-1.example.com',
        names: [
          { type: 'fqdn', name: 'web-1.example.com' },
          { type: 'ip', name: '10.0.0.1' },
        ],
        attributes: { os: 'Linux', os_family: 'linux' },
        observed_at: parseInstant('2026-01-01T00:01:00Z'),
      },
      {
        kind: 'asset',
        asset: 'h2',
        type: 'device',
        name: 'db-1.example.com',
        names: [
          { type: 'fqdn', name: 'db-1.example.com' },
          { type: 'ip', name: '10.0.0.2' },
        ],
        observed_at: parseInstant('2026-01-01T00:01:40Z'),
      },
    ])
  })

  it('states open ports and what scripts found, not exploits nor likely ports', async () => {
    const all = await records(await sample('v7-vulners-and-library.xml'))
    expect(of(all, 'finding').map((one) => [one.control_id ?? one.vulnerability_ids, one.place, one.title, one.cvss])).toEqual([
      ['nmap:open-port', '22/tcp', 'Open port 22/tcp: ssh OpenSSH 9.6', undefined],
      [['CVE-2024-6387'], '22/tcp', 'CVE-2024-6387', 8.1],
      ['nmap:open-port', '80/tcp', 'Open port 80/tcp: http?', undefined],
      [['CVE-2017-0143'], undefined, 'Remote Code Execution vulnerability in Microsoft SMBv1 servers (ms17-010)', undefined],
    ])
    expect(of(all, 'finding')[1]!.component).toEqual({ name: 'OpenSSH', version: '9.6' })
    expect(of(all, 'software')).toEqual([
      { kind: 'software', asset: 'h1', name: 'OpenSSH', version: '9.6', cpe: 'cpe:/a:openbsd:openssh:9.6', place: '22/tcp' },
    ])
    expect(of(all, 'skipped').map((one) => one.reason)).toEqual([
      'vulners: 1 exploits are listed beside the vulnerabilities; they are none themselves',
    ])
  })

  it('covers the same ports and scripts only, and nothing of a host that timed out', async () => {
    const all = await records(await sample('v7-vulners-and-library.xml'))
    expect(of(all, 'coverage')).toEqual([
      { kind: 'coverage', asset: 'h1', subject: 'control', access: 'remote', checks: 'tcp 22,80,445' },
      {
        kind: 'coverage',
        asset: 'h1',
        subject: 'vulnerability',
        access: 'remote',
        checks: 'tcp 22,80,445 with smb-vuln-ms17-010,vulners mincvss=5.0',
      },
    ])
    const narrow = await records(
      await xml(
        '<nmaprun scanner="nmap" args="nmap -p22 10.0.0.1" start="1767312000"><scaninfo protocol="tcp" services="22" numservices="1"/><host endtime="1767312001"><status state="up"/><address addr="10.0.0.1" addrtype="ipv4"/><ports/></host></nmaprun>',
      ),
    )
    expect(of(narrow, 'coverage').map((one) => [one.subject, one.checks])).toEqual([['control', 'tcp 22']])
  })

  it('names long lists of ports by a digest that differs with them', async () => {
    const scan = async (services: string) => {
      const all = await records(
        await xml(
          `<nmaprun scanner="nmap" start="1767312000"><scaninfo protocol="tcp" services="${services}" numservices="99"/><host><status state="up"/><address addr="10.0.0.1" addrtype="ipv4"/></host></nmaprun>`,
        ),
      )
      return of(all, 'coverage')[0]!.checks
    }
    const long = Array.from({ length: 99 }, (_, port) => port + 1).join(',')
    expect(await scan(long)).toMatch(/^tcp 99 ports [0-9a-f]{12}$/)
    expect(await scan(long)).not.toBe(await scan(`${long},443`))
  })

  it.each([
    ['nmap -sS 10.0.0.1', ''],
    ['nmap -sC 10.0.0.1', 'default'],
    ['nmap -sVC -p- 10.0.0.1', 'default'],
    ['nmap --script=nmap-vulners/vulners.nse --script-args mincvss=0 x', 'vulners'],
    ['nmap --script b --script a,b x', 'a,b'],
  ])('%s runs the scripts %j', (args, scripts) => {
    expect(scriptsOf(args)).toBe(scripts)
  })

  it('names long lists of scripts by a digest, too, so that no two are cut to the same words', () => {
    const all = Array.from({ length: 40 }, (_, index) => `http-vuln-cve2020-${index}`)
    const name = scriptsOf(`nmap --script=${all.join(',')} x`)
    expect(name).toMatch(/^40 scripts [0-9a-f]{12}$/)
    expect(scriptsOf(`nmap --script=${all.slice(1).join(',')} x`)).not.toBe(name)
  })

  it('reads vulscan and refuses another XML', async () => {
    const all = await records(
      await xml(
        '<nmaprun scanner="nmap" start="1767312000"><host><status state="up"/><address addr="10.0.0.1" addrtype="ipv4"/><ports><port protocol="tcp" portid="80"><state state="open"/><script id="vulscan" output="MITRE CVE:&#xa;[CVE-2020-1111] One&#xa;[CVE-2020-1111] One again&#xa;&#xa;Exploit-DB:&#xa;[46516] An exploit"/></port></ports></host></nmaprun>',
      ),
    )
    expect(
      of(all, 'finding')
        .filter((one) => one.vulnerability_ids)
        .map((one) => [one.vulnerability_ids, one.title]),
    ).toEqual([[['CVE-2020-1111'], 'One']])
    await expect(records(await xml('<other/>'))).rejects.toThrow('nmaprun')
  })
})
