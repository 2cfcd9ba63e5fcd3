import { kebabName } from '../../../model/kebab-name.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import { parsePackage } from '../../../model/package-url.ts'
import type { FileRecord, SoftwareRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import type { Creation, Package } from './package.ts'
import { ASSET, describeSubject, findRoot, isLayer } from './subject.ts'

/** The packages of a bill, which can be gone over several times. */
export interface Packages {
  all(): Iterable<Package>
}

/** All that a bill says, once it is read to its end. `skipped`: what could not be read. */
export function* recordsOfBill(creation: Creation, packages: Packages, skipped: Iterable<FileRecord>): Generator<FileRecord> {
  const tool = toolOf(creation.tools)
  const source = tool.name ? `spdx:${kebabName(tool.name)}` : 'spdx'
  yield { kind: 'report', source, tool: tool.name, tool_version: tool.version, observed_at: parseInstant(creation.created ?? '') }
  const root = findRoot(creation, packages.all())
  const asset = describeSubject(creation, root?.root ?? null)
  const system = firstSystem(packages.all())
  const os = system && [system.name, system.version].filter(Boolean).join(' ')
  const os_family = parseOsFamily(os)
  yield { ...asset, ...(os && { attributes: { ...asset.attributes, os, ...(os_family && { os_family }) } }) }
  yield* skipped
  // What the bill is about is the asset, not software on it; a bill about several things lists them.
  let findings = 0
  let place = 0
  for (const one of packages.all()) {
    if (place++ !== root?.place && isSoftware(one)) yield softwareOf(one)
    for (const record of advisoriesOf(one, source)) {
      findings++
      yield record
    }
  }
  yield { kind: 'coverage', asset: ASSET, subject: 'software' }
  // Naming advisories is optional: a bill without any does not say that anybody looked.
  if (findings > 0) yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability', checks: 'advisories' }
}

const isSystem = (one: Package): boolean => one.purpose === 'OPERATING-SYSTEM' || one.id.startsWith('SPDXRef-OperatingSystem-')

function firstSystem(packages: Iterable<Package>): Package | undefined {
  for (const one of packages) if (isSystem(one)) return one
  return undefined
}

function isSoftware(one: Package): boolean {
  if (isLayer(one) || one.purpose === 'FILE' || one.purpose === 'CONTAINER') return false
  // Trivy lists lock files as applications without a version.
  return !(one.id.startsWith('SPDXRef-Application-') && one.version === undefined && one.purl === undefined)
}

function softwareOf(one: Package): SoftwareRecord {
  const { purl, cpe, version } = one
  return {
    kind: 'software',
    asset: ASSET,
    name: nameOf(one),
    version,
    purl,
    cpe,
    vendor: one.supplier,
    place: placeOf(one.source_info) ?? (purl && /^pkg:([a-z0-9.+-]{1,40})\//.exec(purl)?.[1]),
  }
}

/** SPDX has no field for a group, so that of Maven is taken from the package URL: group:name, as its own tools write it. */
function nameOf({ name: own, purl }: Package): string {
  if (!purl || !/^\s*pkg:\/*maven\//i.test(purl)) return own
  const [, group, name] = /^pkg:maven\/(.+)\/([^/]+)$/.exec(parsePackage(purl)?.name ?? '') ?? []
  return group !== undefined && name !== undefined && own === decodeURIComponent(name) ? `${decodeURIComponent(group)}:${own}` : own
}

/** Syft's sentence: "acquired package info from APK DB: /lib/apk/db/installed", "… from the following paths: /bin/a, /bin/b". */
const placeOf = (info: string | undefined): string | undefined =>
  info && /^acquired package info from [^:]{1,100}: ([^,]{1,500})/.exec(info)?.[1]?.trim()

/** "a reference to the published security advisory that may affect one or more elements": one finding for each. */
function* advisoriesOf(one: Package, source: string): Generator<FileRecord> {
  for (const locator of one.advisories) {
    const known =
      /\b(?:CVE-\d{4}-\d{4,10}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|RUSTSEC-\d{4}-\d{4}|PYSEC-\d{4}-\d{1,6}|GO-\d{4}-\d{4,6})\b/i.exec(
        locator,
      )?.[0]
    const vulnerability_id =
      known === undefined ? `${source}:${locator}` : /^(?:CVE|RUSTSEC|PYSEC|GO)/i.test(known) ? known.toUpperCase() : known
    if (locator.startsWith('https://')) yield { kind: 'vulnerability', vulnerability_id, url: locator }
    const { purl, version } = one
    yield {
      kind: 'finding',
      asset: ASSET,
      vulnerability_ids: [vulnerability_id],
      component: { name: nameOf(one), ...(version && { version }), ...(purl && { purl }) },
    }
  }
}

/** "syft-1.2.0" → syft and 1.2.0; the first creator that is a tool. */
function toolOf(tools: readonly string[]): { name: string | null; version: string | null } {
  const first = tools.find((tool) => tool !== '')
  if (first === undefined) return { name: null, version: null }
  const [, name, version] = /^(.{1,200}?)[-_ ]v?(\d[\w.+-]{0,100})$/.exec(first) ?? []
  return name !== undefined && version !== undefined ? { name, version } : { name: first, version: null }
}
