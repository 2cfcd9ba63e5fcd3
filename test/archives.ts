import { deflateRawSync } from 'node:zlib'

/** A member of an archive made for a test. */
export interface Made {
  name: string
  content?: string | Uint8Array
  /** Unix file type and rights, for example 0o120777 for a link. Default: a regular file. */
  mode?: number
  /** Tar only: the type of the header; default '0'. */
  type?: string
  /** Zip only: says that it is this long when unpacked. */
  claims?: number
  /** Zip only: 1 = encrypted. */
  flags?: number
}

/** CRC-32 bit by bit: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.4.7 */
function crcOf(bytes: Uint8Array): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

/** A zip archive, written by hand: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
export function zipOf(members: Made[]): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { name, content = '', mode = 0, claims, flags = 0 } of members) {
    const plain = Buffer.from(content)
    const packed = deflateRawSync(plain)
    const path = Buffer.from(name)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(flags | 0x800, 2)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(crcOf(plain), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(claims ?? plain.length, 18)
    fields.writeUInt16LE(path.length, 22)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), fields, path, packed])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE((mode << 16) >>> 0, 6)
    rest.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0003'), fields, rest, path]))
    locals.push(local)
    offset += local.length
  }
  const table = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(members.length, 4)
  end.writeUInt16LE(members.length, 6)
  end.writeUInt32LE(table.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, table, Buffer.from('PK\u0005\u0006'), end])
}

/** A tar archive, written by hand: https://www.gnu.org/software/tar/manual/html_node/Standard.html */
export function tarOf(members: Made[]): Buffer {
  const blocks = members.flatMap(({ name, content = '', type = '0' }) => {
    const bytes = Buffer.from(content)
    const header = Buffer.alloc(512)
    header.write(name, 0, 100)
    header.write('0000644\0', 100)
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('        ', 148)
    header.write(type, 156)
    header.write('ustar\u000000', 257)
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    )
    const body = Buffer.alloc(Math.ceil(bytes.length / 512) * 512)
    bytes.copy(body)
    return [header, body]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}
