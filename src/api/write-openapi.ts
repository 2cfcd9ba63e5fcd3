import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Catalog } from '../insights/catalog.ts'
import { packageRoot, packageVersion } from '../root.ts'
import type { Store } from '../store/store.ts'
import { buildApp } from './app.ts'

/** The OpenAPI description as text, always the same for the same program. No database is opened. */
export async function describeApi(): Promise<string> {
  // Nothing is asked while the routes are only described.
  const app = buildApp({ store: {} as Store, catalog: {} as Catalog, version: packageVersion() })
  try {
    await app.ready()
    return `${JSON.stringify({ 'x-generated': 'by src/api/write-openapi.ts, do not edit', ...app.swagger() }, null, 2)}\n`
  } finally {
    await app.close()
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(join(packageRoot(), 'src', 'api', 'openapi.json'), await describeApi())
}
