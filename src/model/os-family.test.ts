import { expect, it } from 'vitest'
import { parseOsFamily } from './os-family.ts'

it.each([
  ['Microsoft Windows 10 Pro', 'windows'],
  ['Windows11', 'windows'],
  ['Microsoft Windows Server 2016 Standard', 'windows_server'],
  ['WindowsServer2019', 'windows_server'],
  ['Windows 2000 Server', 'windows_server'],
  ['Windows 2012 Standard', 'windows_server'],
  ['macOS 14.1', 'macos'],
  ['Apple Mac OS X 10.15', 'macos'],
  ['Linux Kernel 4.15 on Ubuntu 18.04', 'linux'],
  ['Red Hat Enterprise Linux 9', 'linux'],
  ['iOS 17', 'ios'],
  ['Cisco IOS XE 17.3', 'network'],
  ['Android 14', 'android'],
  ['FreeBSD 10.3', 'other'],
  ['VMware ESXi 7', 'other'],
])('%s is %s', (text, family) => {
  expect(parseOsFamily(text)).toBe(family)
})

it.each([[''], [null], ['unknown'], ['general-purpose']])('%s says nothing', (text) => {
  expect(parseOsFamily(text)).toBeNull()
})
