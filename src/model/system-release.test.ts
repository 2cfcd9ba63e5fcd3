import { describe, expect, it } from 'vitest'
import { systemReleases } from './system-release.ts'

const told = (os: string) => systemReleases(os).map(({ product, version }) => `${product} ${version}`)

describe('the operating system that a text states', () => {
  it.each([
    ['Ubuntu 24.04.2 LTS (Noble Numbat)', 'ubuntu 24.04.2'],
    ['Linux Kernel 5.13.0-37-generic on Ubuntu 20.04', 'ubuntu 20.04'],
    ['Linux Kernel 3.2 on Debian 7.0 (wheezy)', 'debian 7.0'],
    ['Debian GNU/Linux 12 (bookworm)', 'debian 12'],
    ['Linux Kernel 3.10.0-862.el7.x86_64 on CentOS Linux release 7.5.1804 (Core)', 'centos 7.5.1804'],
    ['CentOS Stream 9', 'centos-stream 9'],
    ['alpine-3.11.5', 'alpine-linux 3.11.5'],
    ['opensuse-leap 15.1', 'opensuse 15.1'],
    ['Rocky Linux 9.5 (Blue Onyx)', 'rocky-linux 9.5'],
    ['amazon 2 (Karoo)', 'amazon-linux 2'],
    ['Apple Mac OS X 10.13.6', 'macos 10.13.6'],
    ['redhat 9.1', 'rhel 9.1'],
    ['Microsoft Windows Server 2008 R2 Standard Service Pack 1', 'windows-server 2008-r2-sp1'],
    ['Microsoft Windows Server 2012 R2 Standard', 'windows-server 2012-r2'],
    ['Windows 2012 Standard', 'windows-server 2012'],
    ['Windows Server 2016 Standard 14393', 'windows-server 2016'],
    ['Windows 7 Professional Service Pack 1', 'windows 7-sp1'],
    ['Windows 8.1', 'windows 8.1'],
  ])('%s', (os, expected) => expect(told(os)).toEqual([expected]))

  it('a release of Windows goes by its edition too, which may be left out', () => {
    expect(told('Microsoft Windows 11 Enterprise 23H2')).toEqual(['windows 11-23h2', 'windows 11-23h2-e'])
    expect(told('Windows 10 Pro 22H2')).toEqual(['windows 10-22h2', 'windows 10-22h2-w'])
    expect(told('Windows11 23H2')).toEqual(['windows 11-23h2'])
  })

  it.each([
    'Windows 2008 R2/7',
    'Linux Kernel 3.10,Linux Kernel 3.5',
    'Microsoft Windows 7 or Microsoft Windows Server 2008 R2',
    'Ubuntu / Tiny Core Linux / Linux 2.6.x',
    'Linux Kernel 2.6',
    'SUSE Linux Enterprise Server 15 SP5',
    'Windows 10 Enterprise LTSB 1607',
    'FancyOS',
    'Linux Ubuntu Operating System',
    '',
  ])('does not tell one: %s', (os) => expect(told(os)).toEqual([]))
})
