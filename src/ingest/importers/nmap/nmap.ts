import { createHash } from 'node:crypto'
import { UserError } from '../../../errors.ts'
import { parseEpoch } from '../../../model/epoch.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { readXml, type XmlNode, xmlRoot } from '../../readers/xml.ts'
import { hostRecords } from './host.ts'
import type { Scope } from './scope.ts'

/** Longer lists are told by a digest: the store keeps 300 characters of the name of a set. */
const LONG = 120
const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12)

function portsOf(infos: XmlNode[]): string {
  const parts = infos.map(({ attributes: { protocol = '', services = '', numservices = '' } }) =>
    services.length <= LONG ? `${protocol} ${services}` : `${protocol} ${numservices} ports ${digest(services)}`,
  )
  const ports = parts.sort().join('; ')
  return ports.length <= LONG ? ports : `${parts.length} lists of ports ${digest(ports)}`
}

/** `--script` and the lowest CVSS that vulners was told to show, from the command line. */
export function scriptsOf(args: string): string {
  const scripts = [...args.slice(0, 20_000).matchAll(/(?:^|\s)--script[= ]"?([^\s"]{1,10000})/g)].flatMap(([, list]) => list!.split(','))
  if (/(?:^|\s)-(?:s[A-Z]*C[A-Z]*|A)(?:\s|$)/.test(args)) scripts.push('default')
  if (scripts.length === 0) return ''
  const names = [...new Set(scripts.map((script) => script.replace(/^.*\//, '').replace(/\.nse$/, '')))].sort()
  const least = /\bmincvss=(\d{1,2}(?:\.\d{1,2})?)\b/.exec(args)?.[1]
  const list = names.join(',')
  return (list.length <= LONG ? list : `${names.length} scripts ${digest(list)}`) + (least && +least > 0 ? ` mincvss=${least}` : '')
}

/** Nmap's XML (`-oX`), of all versions. Format: https://nmap.org/book/output-formats-xml-output.html and https://nmap.org/book/app-nmap-dtd.html */
export const nmap: Importer = reads({
  id: 'nmap',
  title: 'Nmap (XML)',
  version: 1,
  detect: ({ text }: Head) => xmlRoot(text) === 'nmaprun' && /<nmaprun\b[^>]{0,5000}?\bscanner="nmap"/.test(text),

  async *parse(file: Source): AsyncGenerator<Told> {
    const scope: Scope = { ports: '', scripts: '' }
    const infos: XmlNode[] = []
    let begun = false
    let hosts = 0
    yield* readXml(file.bytes(), {
      elements: ['nmaprun/scaninfo', 'nmaprun/host'],
      opens: ['nmaprun'],
    }).tell(function* (events) {
      for (const { name, node, line } of events) {
        if (name === 'nmaprun') {
          begun = true
          scope.scripts = scriptsOf(node.attributes['args'] ?? '')
          yield {
            kind: 'report',
            source: 'nmap',
            tool: 'Nmap',
            tool_version: node.attributes['version'] || null,
            observed_at: parseEpoch(node.attributes['start']),
          }
        } else if (name === 'scaninfo') {
          infos.push(node)
          scope.ports = portsOf(infos)
        } else yield* hostRecords(node, `h${++hosts}`, scope, `line ${line}`)
      }
    })

    if (!begun) throw new UserError('unreadable_report', 'Expected the XML of Nmap (-oX), with <nmaprun> as its outermost element')
  },
})
