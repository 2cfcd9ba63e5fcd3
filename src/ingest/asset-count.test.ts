import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AssetCount } from './asset-count.ts'

interface Told {
  asset: string
  names: { type: string; name: string }[]
}

/** The same by its definition: the different names that the assets have at last. */
function countOf(all: readonly Told[]): number {
  const last = new Map(
    all.map(({ asset, names }) => [asset, JSON.stringify(names.length ? names.map((one) => Object.values(one)).toSorted() : asset)]),
  )
  return new Set(last.values()).size
}

const told = (few: string[]): fc.Arbitrary<Told> => {
  const text = fc.constantFrom(...few)
  const names = fc.array(fc.record({ type: fc.constantFrom('fqdn', 'ip'), name: text }), { maxLength: 3 })
  return fc.record({ asset: text, names })
}

function count(all: readonly Told[]): number {
  const assets = new AssetCount()
  for (const { asset, names } of all) assets.tell(asset, names)
  return assets.size
}

describe('AssetCount', () => {
  it("counts the different names that assets have at last, in any order of an asset's names", () =>
    fc.assert(
      fc.property(fc.array(told(['a', 'b', 'c', 'ab', 'ip a', '']), { maxLength: 40 }), (all) => {
        expect(count(all)).toBe(countOf(all))
      }),
    ))

  it('counts as many as there are, many more than its first room holds', () =>
    fc.assert(
      fc.property(fc.integer({ min: 900, max: 9000 }), fc.integer({ min: 1, max: 50 }), (many, looks) => {
        const all = Array.from({ length: many }, (_, n) => ({
          asset: `line ${n}`,
          names: [{ type: 'fqdn', name: `host-${n % (many - looks)}.example.org` }],
        }))
        expect(count(all)).toBe(countOf(all))
      }),
      { numRuns: 20 },
    ))

  it('can be asked in between', () => {
    const assets = new AssetCount()
    expect(assets.size).toBe(0)
    assets.tell('1', [{ type: 'fqdn', name: 'a' }])
    assets.tell('2', [{ type: 'fqdn', name: 'a' }])
    expect(assets.size).toBe(1)
    assets.tell('2', [{ type: 'fqdn', name: 'b' }])
    expect(assets.size).toBe(2)
  })
})
