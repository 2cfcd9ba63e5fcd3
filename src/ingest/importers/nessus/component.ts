import type { FindingRecord } from '../../../model/record.ts'
import { remembered } from '../../../model/remembered.ts'

/** The fields of an item that its component is read from. */
export interface ComponentSource {
  title: string
  /** Plugin family, "Windows : Microsoft Bulletins"; '' when the layout does not say. */
  family: string
  output: string
  /** CPEs, one each, as written. */
  cpes: string[]
  /** Numbers of the Microsoft updates that the cross references name. */
  updates: string[]
}

export interface Found {
  component: FindingRecord['component']
  fixed_version: string | null
  /** Where it is installed, when the output names exactly one path. */
  path: string | null
}

interface Block {
  name: string | null
  installed: string | null
  fixed: string | null
}

const MAX_LINES = 3000

/**
 * The component of an item, its version and the version that fixes it, from the fields that plugins write line by line into
 * the plugin's output (`Installed version : 1.2`, `Fixed version : 1.3`, `Remote package installed : …`, `Should be : …`), then from the
 * plugin's title ("Product < 1.3") and its CPE. Free text is not searched: what is not stated in these stays unknown.
 * One item has one component; where the output lists several packages it is the one that the title names, else the shortest name.
 */
export function componentOf(item: ComponentSource): Found {
  const { title } = item
  const { blocks, packages, paths } = readOutput(item.output)
  const path = paths.size === 1 ? [...paths][0]! : null
  if (packages.length > 0) return { ...fromPackages(packages, title), path }

  const named = new Set(blocks.map((block) => block.name).filter((name) => name !== null))
  const cpe = fromCpe(item.cpes)
  const installed = only(blocks.map((block) => block.installed))
  const fixed = only(blocks.map((block) => block.fixed))
  const kb = knowledgeBase(item)
  const versioned = titleProduct(title)
  if (versioned !== null) return { component: component(versioned, installed, cpe), fixed_version: fixed, path }
  if (named.size === 1) return { component: component([...named][0]!, installed, cpe), fixed_version: fixed ?? kb, path }
  if (named.size === 0 && isWindowsUpdate(item)) {
    return { component: { name: 'Microsoft Windows', vendor: 'microsoft', type: 'operating_system' }, fixed_version: kb, path: null }
  }
  const updated = updatedProduct(item)
  if (updated !== null) return { component: component(updated, installed, cpe), fixed_version: fixed ?? kb, path }
  if (cpe) return { component: { ...cpe, ...(installed && { version: installed }) }, fixed_version: fixed ?? kb, path }
  return { component: undefined, fixed_version: fixed ?? kb, path }
}

function component(name: string, version: string | null, cpe: FindingRecord['component']): FindingRecord['component'] {
  return { name, ...(version && { version }), ...(cpe?.vendor && { vendor: cpe.vendor }) }
}

/** The value that all that state one agree on. */
function only(values: (string | null)[]): string | null {
  const stated = new Set(values.filter((value) => value !== null))
  return stated.size === 1 ? [...stated][0]! : null
}

function readOutput(output: string): { blocks: Block[]; packages: Block[]; paths: Set<string> } {
  const blocks: Block[] = []
  const packages: Block[] = []
  const paths = new Set<string>()
  let product: string | null = null
  let current: Block | null = null
  let open: Block | null = null
  for (const line of output.slice(0, 1_000_000).split('\n', MAX_LINES)) {
    const colon = line.indexOf(':')
    if (colon < 3 || colon > 60) continue
    const key = keyOf(line.slice(0, colon))
    const value = line.slice(colon + 1).trim()
    if (value === '' || value.length > 300) continue
    if (key === 'product') {
      product = value
      current = null
    } else if (key === 'path') {
      paths.add(value)
      current = null
    } else if (key === 'remote package installed' || key === 'installed package' || key === 'package installed') {
      open = { ...splitPackage(value), fixed: null }
      packages.push(open)
    } else if ((key === 'should be' || key === 'fixed package') && open) {
      open.fixed = splitPackage(value).installed
      open = null
    } else if (key === 'installed version' || key === 'remote version') {
      current = { name: product, installed: VERSION.test(value) ? value : null, fixed: null }
      blocks.push(current)
    } else if (key === 'fixed version' || key === 'should be') {
      if (!current) blocks.push((current = { name: product, installed: null, fixed: null }))
      current.fixed = VERSION.test(value) ? value : null
      current = null
    }
  }
  if (product !== null && blocks.length === 0) blocks.push({ name: product, installed: null, fixed: null })
  return { blocks, packages, paths }
}

/** What stands before the colon of a line: plugins write the same few hundred. */
const keyOf = remembered((text) =>
  text
    .replace(/^[\s-]+/, '')
    .trim()
    .toLowerCase(),
)

const VERSION = /^v?\d[\w.+:~-]{0,60}(?: [\w.()+ -]{0,40})?$/i
// An underscore stands between a Debian name and version, but also inside an RPM's release (`-61.el7_5.1`), which comes after the last hyphen.
const RPM = /^(\S{1,120})-(\d[^\s_-]{0,80}-\d[^\s-]{0,80})$/
const DEBIAN = /^([a-z0-9][a-z0-9+.-]{0,100})_(\d\S{0,100})$/
const BSD = /^(\S{1,120}?)(?:-|>=|=)(\d[^\s-]{0,80})$/

/** `bash_4.3-7` (Debian), `curl-7.29.0-59.el7` (RPM), `php56-5.6.26` (BSD): name and version. A bare name has no version. */
export function splitPackage(text: string): { name: string; installed: string | null } {
  for (const pattern of [RPM, DEBIAN, BSD]) {
    const match = pattern.exec(text)
    if (match && /\d/.test(match[2]!)) return { name: match[1]!, installed: match[2]! }
  }
  return { name: text, installed: null }
}

function fromPackages(packages: Block[], title: string): Omit<Found, 'path'> {
  const listed = (/^[^:]{1,120} : ([^(]{1,200})/.exec(title)?.[1] ?? '').split(/[/,]/).map((name) => name.trim().split(' ')[0]!)
  const chosen =
    packages.find((one) => listed.includes(one.name!)) ??
    packages.toSorted((a, b) => a.name!.length - b.name!.length || (a.name! < b.name! ? -1 : 1))[0]!
  return {
    component: { name: chosen.name!, ...(chosen.installed && { version: chosen.installed }), type: 'package' },
    fixed_version: chosen.fixed,
  }
}

/** "Mozilla Firefox < 62.0 Multiple Vulnerabilities" names the product before the version. Null for titles of another form. */
export function titleProduct(title: string): string | null {
  const at = /\s<=?\s+v?\d/.exec(title.slice(0, 200))?.index
  if (at === undefined) return null
  const name = title
    .slice(0, at)
    .replace(/(?:\s+v?\d[\w.]*)+$/, '')
    .trim()
  return name.length >= 2 && /[A-Za-z]/.test(name) ? name : null
}

function isWindowsUpdate({ family, title }: ComponentSource): boolean {
  return family === 'Windows : Microsoft Bulletins' && /\bWindows\b/.test(title)
}

/** "MS16-088: Security Update for Microsoft Office (3170008)" and "KB4287903: Security update for Adobe Flash Player (June 2018)". */
function updatedProduct({ family, title }: ComponentSource): string | null {
  if (family !== 'Windows : Microsoft Bulletins') return null
  const rest = /\bSecurity Updates? for ([^(]{2,100})/i.exec(title.slice(0, 300))?.[1]
  return (
    rest
      ?.split(/ to Address | Could /)[0]!
      .replace(/ Products\s*$/, '')
      .trim() || null
  )
}

/** The one Microsoft update that the title or the cross references name: `KB4287903`. */
function knowledgeBase({ title, updates }: ComponentSource): string | null {
  const named = /\bKB(\d{6,8})\b/.exec(title)?.[1] ?? /^MS\d\d-\d{3}: .{1,200}\((\d{6,8})\)/.exec(title)?.[1]
  if (named) return `KB${named}`
  const listed = new Set(updates.filter((id) => /^\d{6,8}$/.test(id)))
  return listed.size === 1 ? `KB${[...listed][0]}` : null
}

/** Vendor and product of the item's CPE, when all its CPEs agree; applications come before operating systems. */
function fromCpe(cpes: string[]): FindingRecord['component'] {
  const all = cpes.map((line) => /^\s*(?:p-)?cpe:\/([aoh]):([^:\s]{1,100}):([^:\s]{1,100})/.exec(line)).filter((match) => match !== null)
  const applications = all.filter((match) => match[1] === 'a')
  const chosen = applications.length > 0 ? applications : all
  const distinct = new Set(chosen.map((match) => `${match[2]}:${match[3]}`))
  if (distinct.size !== 1) return undefined
  const [, part, vendor, product] = chosen[0]!
  return { name: decode(product!), vendor: decode(vendor!), ...(part === 'o' && { type: 'operating_system' }) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
