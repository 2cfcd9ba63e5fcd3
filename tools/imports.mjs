// Keeps the rooms of the house apart: which folder may import which, and no cycles. docs/architecture.md draws the same picture.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Files of src/ that every room may import. */
const free = new Set(['src/errors.ts', 'src/root.ts'])

/** What each room of src/ may import beside itself. */
const rooms = new Map([
  ['model', []],
  ['store', ['model']],
  ['ingest', ['store', 'model']],
  ['insights', ['store', 'model']],
  ['notices', ['insights', 'store', 'model']],
  ['access', ['store', 'model']],
  ['demo', ['ingest', 'insights', 'store', 'model']],
  ['api', ['demo', 'ingest', 'notices', 'insights', 'access', 'store', 'model']],
  ['cli', ['demo', 'api', 'ingest', 'notices', 'insights', 'access', 'store', 'model']],
])

/**
 * The files that a file imports, as written, in order: static, re-exported, type-only and dynamic ones.
 * @param {string} text a module in the style of this repository (imports begin a line, single quotes)
 */
export function listImports(text) {
  const code = text.replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, '')
  const found = []
  for (const match of code.matchAll(
    /^(?:import|export)\s[^'";]*?\bfrom\s*['"]([^'"\n]+)['"]|^import\s*['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]/gm,
  )) {
    found.push(match[1] ?? match[2] ?? match[3] ?? '')
  }
  return found
}

/**
 * The room of a file: the folder under src/ that it lies in, null outside of src/ and for files of src/ itself.
 * @param {string} file
 */
const roomOf = (file) => /^src\/([^/]+)\//.exec(file)?.[1] ?? null

/**
 * What is wrong with one import; null when nothing is.
 * @param {string} from path of the importing file from the project's folder
 * @param {string} to path of the imported file, or a package's name
 */
export function judgeImport(from, to) {
  const inProject = /^(src|web|test|tools|bench|bin|catalog)\//.test(to)
  if (!inProject) return null
  if (from.startsWith('web/')) {
    return to.startsWith('web/') || to === 'src/api/openapi.json' ? null : 'web knows the server only through the generated openapi.d.ts'
  }
  if (!from.startsWith('src/')) return null
  const isTest = /\.test\.tsx?$/.test(from)
  if (!to.startsWith('src/')) return isTest && to.startsWith('test/') ? null : `src imports nothing from ${to.split('/')[0]}/`
  if (/\.test\.tsx?$/.test(to)) return 'a test is not imported'
  if (isTest || free.has(to)) return null
  const [room, target] = [roomOf(from), roomOf(to)]
  if (room === null) return target === null ? null : 'files of src/ itself import nothing from its rooms'
  if (target === null) return `${to} belongs to no room`
  const allowed = rooms.get(room)
  if (!allowed) return `src/${room} is a room without a rule: give it one in tools/imports.mjs and docs/architecture.md`
  const format = /^src\/ingest\/(?:importers|feeds)\/([^/]+)\//.exec(from)?.[0]
  if (format) {
    const fine =
      to.startsWith(format) || to.startsWith('src/model/') || to.startsWith('src/ingest/readers/') || to === 'src/ingest/importer.ts'
    return fine ? null : 'a format imports only model, readers and importer.ts'
  }
  if (
    from.startsWith('src/ingest/readers/') &&
    room === target &&
    !to.startsWith('src/ingest/readers/') &&
    to !== 'src/ingest/importer.ts'
  ) {
    return 'readers know no format'
  }
  if (room === target || allowed.includes(target)) return null
  return allowed.length === 0 ? `${room} imports nothing but itself` : `${room} imports only ${allowed.join(', ')}`
}

/**
 * Import cycles, each as the list of its files, found once.
 * @param {Map<string, string[]>} graph file → the files of the project that it imports
 */
export function findCycles(graph) {
  /** @type {string[][]} */
  const cycles = []
  const done = new Set()
  /** @type {string[]} */
  const path = []
  const visit = (/** @type {string} */ file) => {
    if (done.has(file)) return
    const start = path.indexOf(file)
    if (start >= 0) {
      cycles.push(path.slice(start))
      return
    }
    path.push(file)
    for (const next of graph.get(file) ?? []) visit(next)
    path.pop()
    done.add(file)
  }
  for (const file of graph.keys()) visit(file)
  return cycles
}

/** All modules of the project, as paths from its folder. */
function listModules() {
  return ['src', 'web', 'test', 'bench'].flatMap((room) =>
    existsSync(join(root, room))
      ? readdirSync(join(root, room), { recursive: true, withFileTypes: true })
          .filter(
            (entry) => entry.isFile() && /(?<!\.d)\.(ts|tsx|mts|js|mjs)$/.test(entry.name) && !entry.parentPath.includes('node_modules'),
          )
          .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      : [],
  )
}

/** Every breach in the project, one line each; and how many modules were looked at. */
export function checkImports() {
  /** @type {Map<string, string[]>} */
  const graph = new Map()
  const problems = []
  for (const file of listModules()) {
    const local = []
    for (const specifier of listImports(readFileSync(join(root, file), 'utf8'))) {
      const to = specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier
      const problem = judgeImport(file, to)
      if (problem) problems.push(`${file} imports ${to}: ${problem}`)
      if (specifier.startsWith('.')) local.push(to)
    }
    graph.set(file, local)
  }
  for (const cycle of findCycles(graph)) problems.push(`import cycle: ${[...cycle, cycle[0]].join(' → ')}`)
  return { problems, modules: graph.size }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { problems, modules } = checkImports()
  for (const problem of problems) console.error(problem)
  if (problems.length === 0) console.log(`${modules} modules`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
