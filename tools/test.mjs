// npm test: installs what is missing, builds what has changed, runs all tests and closes with one line. Arguments filter by file name.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { spawnSync } from 'node:child_process'
import { install, root, run } from './install.mjs'
import { buildIfNeeded } from './build.mjs'
import { findOrInstallBrowser } from './browser.mjs'

/**
 * @typedef {{group: string, file: string, name: string, note: string | null}} LeftOut a test that did not run
 * @typedef {{passed: number, failed: number, broken: number, skipped: LeftOut[]}} Outcome `broken`: files and runners that failed outside of a test
 */

/**
 * @typedef {{title: string, file: string, tests: {status: string, annotations?: {type: string, description?: string}[]}[]}} Spec
 * @typedef {{title: string, suites?: Suite[], specs?: Spec[]}} Suite
 * @typedef {{errors?: unknown[], suites?: Suite[]}} PlaywrightReport what we read of https://playwright.dev/docs/test-reporters#json-reporter
 */

/**
 * Sums up a Playwright report. A test that passed at a second try has passed.
 * @param {PlaywrightReport} report
 * @returns {Outcome}
 */
export function readPlaywright(report) {
  /** @type {Outcome} */
  const outcome = { passed: 0, failed: 0, broken: report.errors?.length ?? 0, skipped: [] }
  /** @type {(suite: Suite, titles: string[]) => void} */
  const visit = (suite, titles) => {
    for (const child of suite.suites ?? []) visit(child, [...titles, child.title])
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        const note = test.annotations?.find(({ type }) => type === 'skip' || type === 'fixme')?.description ?? null
        if (test.status === 'skipped')
          outcome.skipped.push({ group: 'browser', file: spec.file, name: [...titles, spec.title].join(' > '), note })
        else if (test.status === 'unexpected') outcome.failed++
        else outcome.passed++
      }
    }
  }
  for (const suite of report.suites ?? []) visit(suite, [])
  return outcome
}

/**
 * The lines that say how many tests of which group were left out and why, most first.
 * @param {LeftOut[]} skipped
 * @param {(group: string) => string} reasonOf why the tests of a group are left out that do not say so themselves
 */
export function tellLeftOut(skipped, reasonOf) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  for (const { group, note } of skipped) {
    const line = `${group}: ${note ?? reasonOf(group)}`
    counts.set(line, (counts.get(line) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([line, count]) => `left out ${count} of ${line}`)
}

/**
 * The closing line.
 * @param {Outcome} outcome
 */
export const tellTotal = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped.length} skipped`

/**
 * Reads a runner's report; a runner that left none is itself what is broken.
 * @template T
 * @param {string} path
 * @param {(content: T) => Outcome} read
 * @returns {Outcome}
 */
function readReport(path, read) {
  if (!existsSync(path)) return { passed: 0, failed: 0, broken: 1, skipped: [] }
  return read(JSON.parse(readFileSync(path, 'utf8')))
}

/**
 * Why the tests of a group are left out that do not say so themselves.
 * @param {string} group
 */
function reasonOf(group) {
  const data = resolve(root, process.env['PLIMSOLL_REAL_DATA'] ?? '../shared/data')
  if (group === 'real' && !existsSync(data)) return 'there are no real reports here (PLIMSOLL_REAL_DATA names their folder)'
  return 'the test does not say why'
}

/**
 * Files of the browser tests whose name contains one of the filters, all without filters.
 * @param {string[]} filters
 */
function listBrowserTests(filters) {
  const folder = join(root, 'test', 'browser')
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => `test/browser/${file.replaceAll('\\', '/')}`)
    .filter((file) => /\.(test|spec)\.tsx?$/.test(file) && (filters.length === 0 || filters.some((filter) => file.includes(filter))))
}

/**
 * Runs vitest.
 * @param {string} folder for its report
 * @param {string[]} args
 * @returns {Outcome}
 */
function runVitest(folder, args) {
  const report = join(folder, 'vitest.json')
  const options = ['run', '--passWithNoTests', '--reporter=default', `--reporter=${join(root, 'tools', 'vitest-reporter.mjs')}`]
  const code = run(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...options, ...args], {
    env: { ...process.env, PLIMSOLL_TEST_REPORT: report },
  })
  const outcome = readReport(report, (/** @type {Outcome} */ content) => content)
  if (code !== 0 && outcome.failed + outcome.broken === 0) outcome.broken++
  return outcome
}

/**
 * Runs Playwright, or counts its tests as left out when there is no browser.
 * @param {string} folder for its report
 * @param {string[]} files
 * @returns {Promise<Outcome>}
 */
async function runPlaywright(folder, files) {
  const command = [join(root, 'node_modules', '@playwright', 'test', 'cli.js'), 'test', ...files]
  const report = join(folder, 'playwright.json')
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: report }
  if (await findOrInstallBrowser()) {
    const code = run(process.execPath, [...command, '--reporter=list,json'], { env })
    const outcome = readReport(report, readPlaywright)
    if (code !== 0 && outcome.failed + outcome.broken === 0) outcome.broken++
    return outcome
  }
  spawnSync(process.execPath, [...command, '--list', '--reporter=json'], { cwd: root, env, stdio: 'ignore' })
  const note = 'no browser could be installed (PLIMSOLL_BROWSER names one)'
  return readReport(report, (/** @type {PlaywrightReport} */ content) => {
    const listed = readPlaywright(content)
    const count = listed.passed + listed.failed + listed.skipped.length
    const skipped = Array.from({ length: count }, () => ({ group: 'browser', file: 'test/browser', name: '', note }))
    return { passed: 0, failed: 0, broken: listed.broken, skipped }
  })
}

/** @param {string[]} args */
async function main(args) {
  install()
  await buildIfNeeded()
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-test-'))
  try {
    const filters = args.filter((arg) => !arg.startsWith('-'))
    const browserTests = listBrowserTests(filters)
    const outcomes = [runVitest(folder, args)]
    if (browserTests.length > 0) outcomes.push(await runPlaywright(folder, filters.length === 0 ? [] : browserTests))
    /** @type {Outcome} */
    const total = { passed: 0, failed: 0, broken: 0, skipped: [] }
    for (const { passed, failed, broken, skipped } of outcomes) {
      total.passed += passed
      total.failed += failed
      total.broken += broken
      total.skipped.push(...skipped)
    }
    console.log('')
    for (const line of tellLeftOut(total.skipped, reasonOf)) console.log(line)
    if (total.broken > 0) console.log(`outside of tests: ${total.broken} failed, what is wrong stands above`)
    console.log(tellTotal(total))
    return total.failed + total.broken > 0 ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main(process.argv.slice(2))
