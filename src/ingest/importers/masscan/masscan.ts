import { parseEpoch } from '../../../model/epoch.ts'
import { hostNames } from '../../../model/host-name.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { fieldsOf, numberOf, objectsIn, textOf } from '../../readers/json-fields.ts'
import { peek } from '../../readers/peek.ts'

const CONTROL = 'masscan:open-port'

/**
 * Masscan's JSON (`-oJ`): one line per open port, any number of lines per host. It does not say which addresses and ports were asked, so it
 * covers nothing. Format: https://github.com/robertdavidgraham/masscan/blob/master/src/out-json.c
 */
export const masscan: Importer = reads({
  id: 'masscan',
  title: 'Masscan (JSON)',
  version: 1,
  detect({ text }: Head) {
    const outline = jsonOutline(text)
    const ports = outline?.members.get('ports')
    return (
      outline?.list === true && outline.members.has('ip') && typeof ports === 'object' && ports !== null && /"proto"\s*:/.test(ports.text)
    )
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 4096)
    const begun = parseEpoch(/"timestamp"\s*:\s*"?(\d{9,10})\b/.exec(text)?.[1])
    yield { kind: 'report', source: 'masscan', tool: 'masscan', tool_version: null, observed_at: begun }
    yield { kind: 'control', control_id: CONTROL, title: 'Open port', severity: 'informational', category: 'Network', product: 'masscan' }
    const told = new Map<string, number | null>()
    yield* readJson(bytes, ['$[*]']).tell(function* (matches) {
      for (const { value, at } of matches) {
        const item = fieldsOf(value)
        const [address] = hostNames([textOf(item.ip)])
        if (!address || !Array.isArray(item.ports)) {
          // The last line of old versions: {"finished": 1}.
          if (!('finished' in item)) yield { kind: 'skipped', at, reason: 'expected the address of a host and its ports' }
          continue
        }
        const observed_at = parseEpoch(item.timestamp)
        const known = told.get(address.name)
        if (known === undefined || (observed_at !== null && (known === null || observed_at > known))) {
          told.set(address.name, observed_at)
          yield {
            kind: 'asset',
            asset: address.name,
            type: 'device',
            name: address.name,
            names: [address],
            ...(observed_at !== null && { observed_at }),
          }
        }
        for (const [index, port] of objectsIn(item.ports).entries()) {
          const number = numberOf(port.port)
          if (number === null || textOf(port.status) === '') {
            // A line with the banner of a service repeats a port that another line states.
            if (!('service' in port)) yield { kind: 'skipped', at: `${at}.ports[${index}]`, reason: 'expected a port with its status' }
            continue
          }
          if (textOf(port.status) !== 'open') continue
          const place = `${number}/${textOf(port.proto) || 'tcp'}`
          yield {
            kind: 'finding',
            asset: address.name,
            control_id: CONTROL,
            severity: 'informational',
            title: `Open port ${place}`,
            place,
            access: 'remote',
          }
        }
      }
    })
  },
})
