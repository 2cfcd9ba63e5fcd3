import { describe, expect, it } from 'vitest'
import { endpointAsset } from './endpoint.ts'

describe('an endpoint', () => {
  it.each([
    ['WEB-1.example.com', 443, 'web-1.example.com:443'],
    ['10.0.0.1', '8443', '10.0.0.1:8443'],
    ['2001:db8::1', 443, '[2001:db8::1]:443'],
  ])('%s, %s is %s', (host, port, name) => {
    expect(endpointAsset(host, port)).toEqual({
      kind: 'asset',
      asset: name,
      type: 'application',
      name,
      names: [{ type: 'label', name }],
    })
  })

  it('is not named where every machine has one', () => {
    expect(endpointAsset('localhost', 22)).toMatchObject({ name: 'localhost:22', names: [] })
    expect(endpointAsset('127.0.0.1', 22)).toMatchObject({ name: '127.0.0.1:22', names: [] })
  })

  it('is nothing without a host or port', () => {
    expect([
      endpointAsset('', 443),
      endpointAsset('a b', 443),
      endpointAsset('web-1', 0),
      endpointAsset('web-1', '99999'),
      endpointAsset('web-1', 'x'),
    ]).toEqual([null, null, null, null, null])
  })

  it('says that the internet reaches it only where that is known', () => {
    expect(endpointAsset('web-1.example.com', 443, true)?.attributes).toEqual({ internet_facing: true })
  })
})
