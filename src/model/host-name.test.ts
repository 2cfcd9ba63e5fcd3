import { describe, expect, it } from 'vitest'
import { hostNames, identifyingNames, readHostName } from './host-name.ts'

describe('the name of a host', () => {
  it.each([
    ['10.0.0.1', 'ip', '10.0.0.1'],
    ['10.10.10.10.', 'ip', '10.10.10.10'],
    ['[2001:DB8::1]', 'ip', '2001:db8::1'],
    ['fe80::1%eth0', 'ip', 'fe80::1'],
    ['WEB-1.Example.com.', 'fqdn', 'web-1.example.com'],
    ['web_1', 'hostname', 'web_1'],
    ['nas.local', 'hostname', 'nas'],
  ])('%s is a %s', (text, type, name) => {
    expect(readHostName(text)).toEqual({ type, name })
  })

  it.each([
    '',
    ' ',
    'localhost',
    'localhost.localdomain',
    '198.51.10',
    '300.1.1.1',
    'a b',
    'https://web-1',
    'a..b',
    'web-1:443',
    '-x',
    '*.example.com',
  ])('%j is none', (text) => {
    expect(readHostName(text)).toBeNull()
  })

  it('names each once', () => {
    expect(hostNames(['web-1', 'WEB-1', '10.0.0.1', 'localhost'])).toEqual([
      { type: 'hostname', name: 'web-1' },
      { type: 'ip', name: '10.0.0.1' },
    ])
  })

  it('leaves out what every machine calls itself, and sorts the strongest first', () => {
    const own = [
      '127.0.0.1',
      '0:0:0:0:0:0:0:1',
      '::1',
      '0.0.0.0',
      'fe80:0:0:0:a00:27ff:fe6d:f716',
      'fe80::1%eth0',
      '169.254.1.1',
      'LOCALHOST.LOCALDOMAIN',
      'localhost',
      null,
      '',
    ]
    expect(identifyingNames(own)).toEqual([])
    expect(identifyingNames([...own, '10.0.0.5', '2001:DB8:0:0:0:0:0:1', '2001:db8::1', 'web-1', 'WEB-1.example.com.', 'WEB-1'])).toEqual([
      { type: 'fqdn', name: 'web-1.example.com' },
      { type: 'hostname', name: 'web-1' },
      { type: 'ip', name: '10.0.0.5' },
      { type: 'ip', name: '2001:db8::1' },
    ])
  })
})
