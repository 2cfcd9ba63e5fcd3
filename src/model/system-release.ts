/** An operating system as a feed of ends of support names it. */
export interface SystemRelease {
  product: string
  version: string
  /** The version is the whole name of the release: `2012-r2`. */
  whole: boolean
}

/** Products of endoflife.date by the names with which tools begin what they state of an operating system, in small letters. */
const names: readonly (readonly [product: string, ...names: string[]])[] = [
  ['almalinux', 'alma', 'almalinux', 'almalinux os', 'alma linux'],
  ['alpine-linux', 'alpine', 'alpine linux'],
  ['amazon-linux', 'amazon', 'amazonlinux', 'amazon linux', 'amazon linux ami', 'amzn'],
  ['centos', 'centos', 'centos linux'],
  ['centos-stream', 'centos stream'],
  ['debian', 'debian', 'debian linux', 'debian gnu/linux'],
  ['fedora', 'fedora', 'fedora linux'],
  ['freebsd', 'freebsd'],
  ['macos', 'macos', 'apple macos', 'mac os x', 'apple mac os x', 'os x'],
  ['opensuse', 'opensuse leap', 'opensuse-leap', 'opensuse.leap'],
  ['oracle-linux', 'oracle', 'oracle linux', 'oracle linux server', 'ol'],
  ['rhel', 'rhel', 'redhat', 'red hat', 'red hat enterprise linux', 'red hat enterprise linux server'],
  ['rocky-linux', 'rocky', 'rocky linux'],
  ['ubuntu', 'ubuntu', 'ubuntu linux'],
  ['vmware-esxi', 'esxi', 'vmware esxi'],
  ['vmware-photon', 'photon', 'photon os', 'vmware photon', 'vmware photon os', 'vmware photon linux'],
]

const productOf: ReadonlyMap<string, string> = new Map(names.flatMap(([product, ...all]) => all.map((name) => [name, product] as const)))

const WINDOWS_SERVER = /^(?:microsoft )?windows ?(?:server )?(20\d\d)( r2)?\b(?:.*\b(?:service pack|sp) ?(\d))?/
const WINDOWS = /^(?:microsoft )?windows ?(7|8\.1|8|10|11)\b(.*)$/

/** Home and Pro of a Windows release (`w`) and Enterprise and Education (`e`) are supported for different times. */
function windowsEdition(rest: string): string {
  if (/\b(?:enterprise|education)\b/.test(rest)) return '-e'
  return /\b(?:pro|home|professional)\b/.test(rest) ? '-w' : ''
}

/**
 * The release of an operating system that a tool states as text, such as "Debian GNU/Linux 12 (bookworm)" or "Linux Kernel 5.4 on Ubuntu 20.04". Empty
 * where the text does not tell one: several systems, a name that is not known, no version. Several: names that the same release may have.
 */
export function systemReleases(os: string): SystemRelease[] {
  const text = os
    .trim()
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replace(/^linux kernel \S+ on /, '')
  if (/,| or |\/(?!linux\b)/.test(text)) return []
  const server = WINDOWS_SERVER.exec(text)
  if (server) {
    const [, year, r2, pack] = server
    const version = `${year}${r2 ? '-r2' : ''}${pack ? `-sp${pack}` : ''}`
    return [{ product: 'windows-server', version, whole: true }]
  }
  const client = WINDOWS.exec(text)
  if (client) {
    const [, version, rest = ''] = client
    if (/\b(?:lts[bc]|iot)\b/.test(rest)) return []
    const pack = /\b(?:service pack|sp) ?(\d)/.exec(rest)?.[1]
    const release = /\b(?:version )?(\d\dh[12]|1[5-9]0[379]|1[5-9]11|1607|2004)\b/.exec(rest)?.[1]
    const named = `${version}${pack ? `-sp${pack}` : ''}${release ? `-${release}` : ''}`
    const edition = windowsEdition(rest)
    return [named, ...(release && edition ? [`${named}${edition}`] : [])].map((name) => ({
      product: 'windows',
      version: name,
      whole: true,
    }))
  }
  const [, name = '', version = ''] = /^(\D*?)[ :-]?(?:release |version |v)?(\d+(?:\.\d+)*)/.exec(text) ?? []
  const product = productOf.get(name.trim())
  if (product === undefined || /\bsp ?\d\b/.test(text)) return []
  return [{ product, version, whole: false }]
}
