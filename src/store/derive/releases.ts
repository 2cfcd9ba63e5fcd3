import { productIdentity, type ReleaseFit, releasesOf, softwareIdentity } from '../../model/product-release.ts'
import { systemReleases } from '../../model/system-release.ts'
import type { Engine, Value } from '../engines/engine.ts'

/** A product as the feeds have ever told it. */
interface Product {
  product: string
  releases: string[]
}

/** Products by what identifies them, each with the identifier as the feed writes it. */
type Identified = Map<string, { product: Product; identifier: string }[]>

const columns = ['org_id', 'kind', 'purl', 'cpe', 'version', 'product', 'release', 'identifier', 'stem', 'fits'] as const

/**
 * Makes software_release anew for the touched organisations (temporary table `touched`), from all that reports and feeds have ever said, also what was taken
 * back since: so it holds good for every moment and whatever was known then.
 */
export async function deriveReleases(transaction: Engine): Promise<void> {
  const orgs = await transaction.query<{ org_id: number }>('select distinct org_id from touched order by org_id')
  await transaction.run('delete from software_release where org_id in (select org_id from touched)')
  const { products, identified } = await readProducts(transaction)
  if (products.size === 0) return
  for (const { org_id } of orgs) {
    await transaction.append('software_release', columns, await softwareRows(transaction, org_id, identified))
    await transaction.append('software_release', columns, await systemRows(transaction, org_id, products))
  }
  await transaction.analyze(['software_release'])
}

async function readProducts(engine: Engine): Promise<{ products: Map<string, Product>; identified: Identified }> {
  const products = new Map<string, Product>()
  for (const { product, release } of await engine.query<{ product: string; release: string }>(
    'select distinct product, release from end_of_life_history order by product, release',
  )) {
    const known = products.get(product)
    if (known) known.releases.push(release)
    else products.set(product, { product, releases: [release] })
  }
  const identified: Identified = new Map()
  const named = await engine.query<{ product: string; identifiers: string }>(
    'select distinct product, identifiers from end_of_life_history order by product, identifiers',
  )
  const seen = new Set<string>()
  for (const { product, identifiers } of named)
    for (const identifier of JSON.parse(identifiers) as string[]) {
      const key = productIdentity(identifier)
      if (key === null || seen.has(`${product}\n${identifier}`)) continue
      seen.add(`${product}\n${identifier}`)
      identified.set(key, [...(identified.get(key) ?? []), { product: products.get(product)!, identifier }])
    }
  return { products, identified }
}

/** What a package URL without version ends with, however its type spells it. */
const lastName = (name: string): string =>
  name
    .slice(name.lastIndexOf('/') + 1)
    .toLowerCase()
    .replaceAll(/[-_.]+|%2d/g, '-')

async function softwareRows(engine: Engine, org_id: number, identified: Identified): Promise<Value[][]> {
  const rows = await engine.query<{ purl: string | null; cpe: string | null; version: string }>(
    `select distinct purl, cpe, version from software_history where org_id = $org_id and version <> '' and (purl is not null or cpe is not null)`,
    { org_id },
  )
  const names = new Set([...identified.keys()].map(lastName))
  return rows.flatMap(({ purl, cpe, version }) => {
    // Taking a package URL apart takes long; most are of packages that no feed names.
    if (purl !== null && !names.has(lastName(purl.replace(/[?#].*$/s, '').replace(/@[^/]*$/, '')))) return []
    const key = softwareIdentity({ purl, cpe })
    const products = (key !== null && identified.get(key)) || []
    return products.flatMap(({ product, identifier }) =>
      releasesOf(version, product.releases).map((fit) => [
        org_id,
        'software',
        purl ?? '',
        cpe ?? '',
        version,
        product.product,
        ...written(fit, identifier),
      ]),
    )
  })
}

async function systemRows(engine: Engine, org_id: number, products: ReadonlyMap<string, Product>): Promise<Value[][]> {
  const rows = await engine.query<{ os: string }>(
    `select distinct value as os from attribute_history where org_id = $org_id and attribute = 'os'`,
    { org_id },
  )
  return rows.flatMap(({ os }) =>
    systemReleases(os).flatMap(({ product, version, whole }) => {
      const releases = products.get(product)?.releases ?? []
      const fits: ReleaseFit[] = whole
        ? releases.filter((release) => release === version).map((release) => ({ release, stem: release, fits: true }))
        : releasesOf(version, releases)
      return fits.map((fit) => [org_id, 'os', '', '', os, product, ...written(fit, '')])
    }),
  )
}

const written = ({ release, stem, fits }: ReleaseFit, identifier: string) => [release, identifier, stem, fits] as const
