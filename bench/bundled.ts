import { join } from 'node:path'
import { build } from 'esbuild'
import { packageRoot } from '../src/root.ts'

/** A file of the bench built as the product is: what tsx adds to every function, so that it keeps its name, costs a fifth of the time. */
export async function bundled(name: string): Promise<string> {
  const outfile = join(packageRoot(), `node_modules/.cache/plimsoll/bench-${name}.mjs`)
  const entry = join(packageRoot(), `bench/${name}.ts`)
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external' })
  return outfile
}
