import { hostNames } from '../../../model/host-name.ts'
import type { FileRecord } from '../../../model/record.ts'
import { remembered } from '../../../model/remembered.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { fieldsOf, numberOf, textOf } from '../../readers/json-fields.ts'
import { peek } from '../../readers/peek.ts'

const CONTROL = 'naabu:open-port'

/**
 * Naabu's JSON lines (`-json`): one per open port. They do not say what was asked, so they cover nothing.
 * Format: https://docs.projectdiscovery.io/tools/naabu/running
 */
export const naabu: Importer = reads({
  id: 'naabu',
  title: 'Naabu (JSON lines)',
  version: 1,
  detect({ text }: Head) {
    const members = jsonOutline(text)?.members
    return (
      members !== undefined &&
      (typeof members.get('ip') === 'string' || typeof members.get('host') === 'string') &&
      typeof members.get('port') === 'number' &&
      typeof members.get('protocol') === 'string' &&
      typeof members.get('tls') === 'boolean'
    )
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 4096)
    const begun = /"timestamp"\s*:\s*"([^"]{1,60})"/.exec(text)?.[1]
    yield { kind: 'report', source: 'naabu', tool: 'naabu', tool_version: null, observed_at: begun ? parseInstant(begun) : null }
    yield { kind: 'control', control_id: CONTROL, title: 'Open port', severity: 'informational', category: 'Network', product: 'naabu' }
    const told = new Map<string, number | null>()
    const timeOf = remembered(parseInstant)
    const isList = text.trimStart().startsWith('[')
    yield* readJson(bytes, [isList ? '$[*]' : '$']).tell((matches) => {
      const records: FileRecord[] = []
      for (const { value, at, document } of matches) {
        const item = fieldsOf(value)
        const names = hostNames([textOf(item.host), textOf(item.ip)])
        const port = numberOf(item.port)
        if (names.length === 0 || port === null) {
          records.push({ kind: 'skipped', at: isList ? at : `line ${document + 1}`, reason: 'expected the host or address and the port' })
          continue
        }
        const asset = names.map(({ name }) => name).join(' ')
        const observed_at = timeOf(textOf(item.timestamp))
        const known = told.get(asset)
        if (known === undefined || (observed_at !== null && (known === null || observed_at > known))) {
          told.set(asset, observed_at)
          records.push({ kind: 'asset', asset, type: 'device', name: names[0]!.name, names, ...(observed_at !== null && { observed_at }) })
        }
        const place = `${port}/${textOf(item.protocol) || 'tcp'}`
        const tls = item.tls === true ? ' (TLS)' : ''
        records.push({
          kind: 'finding',
          asset,
          control_id: CONTROL,
          severity: 'informational',
          title: `Open port ${place}${tls}`,
          place,
          access: 'remote',
        })
      }
      return records
    })
  },
})
