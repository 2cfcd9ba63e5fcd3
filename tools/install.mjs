// Installs what is missing. Node built-ins only: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The project's folder, an absolute path. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The oldest Node that Plimsoll runs on: `engines` of package.json. */
const oldest = { major: 20, minor: 19 }

/**
 * Whether this version of Node is new enough.
 * @param {string} version "20.19.0"
 */
export function isNodeNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > oldest.major || (major === oldest.major && minor >= oldest.minor)
}

/**
 * Whether what is installed is what the lock file asks for. Optional packages may be absent: they are for other machines.
 * @param {{packages?: Record<string, {version?: string, optional?: boolean, link?: boolean}>}} wanted content of package-lock.json
 * @param {{packages?: Record<string, {version?: string}>} | null} installed content of node_modules/.package-lock.json, null when there is none
 */
export function isInstalled(wanted, installed) {
  if (!installed?.packages) return false
  const have = new Map(Object.entries(installed.packages))
  const want = new Map(Object.entries(wanted.packages ?? {}))
  want.delete('')
  for (const [place, { version, optional }] of want) {
    const found = have.get(place)
    if (found ? found.version !== version : !optional) return false
  }
  return [...have.keys()].every((place) => want.has(place))
}

/**
 * Reads a JSON file; null when it is absent or broken.
 * @param {string} path
 */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

/**
 * Runs a program to its end with our own input and output, and returns its exit code (1 when it could not be started).
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) console.error(`${program} could not be started: ${error.message}`)
  return status ?? 1
}

/**
 * Runs npm, the one that started us where there is one, and returns its exit code.
 * @param {string[]} args
 */
export function npm(args) {
  const self = process.env['npm_execpath']
  return self?.endsWith('.js') ? run(process.execPath, [self, ...args]) : run('npm', args, { shell: process.platform === 'win32' })
}

/** Makes node_modules what package-lock.json says; does nothing when it is already. Ends the program with a message when it cannot. */
export function install() {
  if (!isNodeNewEnough(process.versions.node)) {
    console.error(
      `Plimsoll needs Node.js ${oldest.major}.${oldest.minor} or later; this is ${process.versions.node}. Get a newer one from https://nodejs.org/`,
    )
    process.exit(1)
  }
  const lock = readJson(join(root, 'package-lock.json'))
  if (lock === null) {
    console.error('package-lock.json is missing or broken: get it back with "git checkout package-lock.json".')
    process.exit(1)
  }
  if (isInstalled(lock, readJson(join(root, 'node_modules', '.package-lock.json')))) return
  console.error(existsSync(join(root, 'node_modules')) ? 'Bringing the dependencies up to date …' : 'Installing the dependencies …')
  const code = npm(['ci', '--no-audit', '--no-fund'])
  if (code !== 0) {
    console.error('The dependencies could not be installed: npm says why above. Is the package registry reachable?')
    process.exit(code)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) install()
