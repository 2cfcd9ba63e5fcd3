import { describe, expect, it } from 'vitest'
import { readQuery, writeQuery } from './query.ts'

describe('the query builder', () => {
  it.each([
    { 'asset.type': 'device' },
    { all: [{ 'asset.name': '~dc' }, { not: { 'asset.os_family': 'linux' } }] },
    { any: [{ 'asset.internet_facing': true }, { 'asset.asset_group': null }, { not: { 'software.name': '~agent' } }] },
  ])('writes what it reads: %o', (written) => {
    expect(writeQuery(readQuery(written)!)).toEqual(written)
  })
  it.each([
    { all: [{ any: [{ 'asset.type': 'device' }] }] },
    { 'asset.criticality': '>= high' },
    { 'asset.type': ['device', 'image'] },
    7,
    null,
  ])('leaves what it cannot show to JSON: %o', (written) => {
    expect(readQuery(written)).toBeNull()
  })
})
