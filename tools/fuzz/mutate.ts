import { gzipSync } from 'node:zlib'
import { tarOf, zipOf } from '../../test/archives.ts'
import { mutateCsv } from './mutate-csv.ts'
import { mutateJson } from './mutate-json.ts'
import { mutateXml } from './mutate-xml.ts'
import type { Random } from './random.ts'

/** What a text looks like, for the changes that fit it. */
function kindOf(text: string): 'json' | 'xml' | 'csv' | 'text' {
  const start = text.slice(0, 2000).trimStart()
  if (/^[[{]/.test(start)) return 'json'
  if (start.startsWith('<')) return 'xml'
  return /^[^\n]*[,;\t][^\n]*\n/.test(start) ? 'csv' : 'text'
}

/** Damages bytes: flips, cuts, zeros, parts that come again or from elsewhere. */
function damage(bytes: Buffer, other: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes)
  const at = random.below(bytes.length + 1)
  const length = random.below(Math.min(5000, bytes.length) + 1)
  switch (random.below(7)) {
    case 0:
      for (let times = 1 + random.below(20); times > 0 && changed.length > 0; times--)
        changed[random.below(changed.length)] = random.below(256)
      return changed
    case 1:
      return changed.subarray(0, at)
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)])
    case 4:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1)).subarray(0, 20_000)])
    case 5:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.alloc(random.pick([1, 10, 3000]), random.pick([0, 0x20, 0xff, 0x22, 0x0a])),
        bytes.subarray(at),
      ])
    default:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(random.pick(['fffe', 'efbbbf', 'c3', 'eda080', 'f4908080', '80']), 'hex'),
        bytes.subarray(at),
      ])
  }
}

/** The same in another encoding or packing. */
function wrap(bytes: Buffer, random: Random): Buffer {
  const text = () => bytes.toString('utf8').slice(0, 500_000)
  switch (random.below(9)) {
    case 0:
      return Buffer.from(`\ufeff${text()}`, 'utf16le')
    case 1:
      return Buffer.from(`\ufeff${text()}`, 'utf16le').swap16()
    case 2:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])
    case 3:
      return Buffer.from(text(), 'latin1')
    case 4:
      return gzipSync(bytes)
    case 5: {
      const packed = gzipSync(bytes)
      return packed.subarray(0, random.below(packed.length))
    }
    case 6:
      return zipOf([
        {
          name: random.pick(['a.json', '../a', 'x/y/z.xml', 'machines/a.json', 'machines/../b']),
          content: bytes,
          ...(random.chance(0.2) ? { mode: 0o120777 } : {}),
        },
      ])
    case 7:
      return tarOf([
        { name: random.pick(['a.json', '../a', 'products/x.md']), content: bytes, type: random.pick(['0', '0', '1', '2', 'x', 'L']) },
      ])
    default:
      return random.chance(0.5)
        ? gzipSync(Buffer.alloc(3_000_000, bytes.length > 0 ? bytes.subarray(0, 100) : 0))
        : zipOf([{ name: 'machines/bomb.json', content: Buffer.alloc(2_000_000, 0x20) }])
  }
}

/** A changed copy of a report; `other` gives parts. The same random gives the same. */
export function mutate(bytes: Buffer, other: Buffer, random: Random): Buffer {
  const way = random.next()
  if (way < 0.12) return damage(bytes, other, random)
  if (way < 0.15) return wrap(bytes, random)
  // Archives and other bytes have no structure that is known here.
  if (bytes.subarray(0, 2).toString('latin1') === 'PK') return damage(bytes, other, random)
  const text = bytes.toString('utf8')
  const donor = other.toString('utf8')
  const changers = { json: mutateJson, xml: mutateXml, csv: mutateCsv, text: mutateCsv } as const
  const changed = Buffer.from(changers[kindOf(text)](text, donor, random))
  if (way < 0.18) return damage(changed, other, random)
  return way < 0.2 ? wrap(changed, random) : changed
}
