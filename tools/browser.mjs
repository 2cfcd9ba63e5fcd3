// Finds, or installs, a browser for the browser tests.
import { existsSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { root, run } from './install.mjs'

/** Names of the programs that Playwright's `chromium` can drive, in the order in which they are looked for on PATH. */
const programs = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/**
 * The path of a browser: PLIMSOLL_BROWSER when set, one of the system's, or the one that Playwright installed. Null when there is none.
 * @returns {Promise<string | null>}
 */
export async function findBrowser() {
  const given = process.env['PLIMSOLL_BROWSER']
  if (given) return given
  for (const program of programs) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
      const path = join(folder, program)
      if (folder !== '' && existsSync(path)) return path
    }
  }
  const { chromium } = await import('@playwright/test')
  const path = chromium.executablePath()
  return existsSync(path) ? path : null
}

/**
 * Finds a browser or installs one: Debian's package when we may, otherwise Playwright's own. Null when neither works.
 * @returns {Promise<string | null>}
 */
export async function findOrInstallBrowser() {
  const found = await findBrowser()
  if (found) return found
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  if (process.getuid?.() === 0 && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0) {
    console.error('Installing the browser for the browser tests (apt-get install chromium) …')
    const install = () => run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], quiet)
    if (install() !== 0 && run('apt-get', ['update', '-qq'], quiet) === 0) install()
    const installed = await findBrowser()
    if (installed) return installed
  }
  console.error('Installing the browser for the browser tests (playwright install chromium) …')
  const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js')
  // Its libraries come from the system's packages, which only root may install.
  run(process.execPath, [cli, 'install', ...(process.getuid?.() === 0 ? ['--with-deps'] : []), 'chromium'])
  return findBrowser()
}
