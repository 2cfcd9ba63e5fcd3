import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostAddress, hostName, hostNames } from './host-names.ts'

describe('hostAddress', () => {
  it.each([
    ['10.0.0.5', '10.0.0.5'],
    [' 10.0.0.5/24 ', '10.0.0.5'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
  ])('%s is %s', (text, address) => expect(hostAddress(text)).toBe(address))

  it.each([
    '127.0.0.1',
    '0:0:0:0:0:0:0:1',
    '::1',
    '::',
    '0.0.0.0',
    'fe80:0:0:0:a00:27ff:fe6d:f716',
    'fe80::1%eth0',
    '169.254.1.1',
    '::ffff:127.0.0.1',
    'web-1',
    '',
    '10.0.0.256',
  ])('%s names no machine', (text) => expect(hostAddress(text)).toBeNull())

  it('has one spelling for an IPv6 address', () =>
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const address = hostAddress(text)
        if (address !== null) expect(hostAddress(address)).toBe(address)
      }),
    ))
})

describe('hostName', () => {
  it.each([
    ['Web-1.Example.COM.', { type: 'fqdn', name: 'web-1.example.com' }],
    ['LOCKDOWN.', { type: 'hostname', name: 'lockdown' }],
    ['web-1.localdomain', { type: 'hostname', name: 'web-1' }],
  ])('%s', (text, name) => expect(hostName(text)).toEqual(name))

  it.each(['localhost', 'LOCALHOST.LOCALDOMAIN', '10.0.0.5', '', 'a b', 'x'.repeat(300), '[Not Specified]'])('%s is none', (text) =>
    expect(hostName(text)).toBeNull(),
  )
})

describe('hostNames', () => {
  it('sorts the strongest first and says each once', () => {
    expect(hostNames(['127.0.0.1', '10.0.0.5', 'web-1', 'WEB-1', null, '', 'web-1.example.com', '10.0.0.5', 'localhost'])).toEqual([
      { type: 'fqdn', name: 'web-1.example.com' },
      { type: 'hostname', name: 'web-1' },
      { type: 'ip', name: '10.0.0.5' },
    ])
    expect(hostNames(['localhost', '127.0.0.1'])).toEqual([])
  })
})
