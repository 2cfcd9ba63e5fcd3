// npm test: installs what is missing, builds what has changed, runs all tests and closes with one line. Arguments filter by file name.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { spawnSync } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { install, root, run } from './install.mjs'
import { buildIfNeeded } from './build.mjs'
import { findOrInstallBrowser } from './browser.mjs'

/**
 * @typedef {{group: string, file: string, name: string, note: string | null}} LeftOut a test that did not run
 * @typedef {{file: string, name: string | null, message: string}} Failure `name`: null for what failed outside of a test
 * @typedef {{passed: number, failures: Failure[], skipped: LeftOut[]}} Outcome
 */

/**
 * @typedef {{status: string, annotations?: {type: string, description?: string}[], results?: {error?: {message?: string}}[]}} Test
 * @typedef {{title: string, file: string, tests: Test[]}} Spec
 * @typedef {{title: string, suites?: Suite[], specs?: Spec[]}} Suite
 * @typedef {{errors?: {message?: string}[], suites?: Suite[]}} PlaywrightReport what we read of https://playwright.dev/docs/test-reporters#json-reporter
 */

/**
 * Sums up a Playwright report. A test that passed at a second try has passed.
 * @param {PlaywrightReport} report
 * @returns {Outcome}
 */
export function readPlaywright(report) {
  /** @type {Outcome} */
  const outcome = {
    passed: 0,
    failures: (report.errors ?? []).map(({ message }) => ({ file: 'test/browser', name: null, message: message ?? '' })),
    skipped: [],
  }
  /** @type {(suite: Suite, titles: string[]) => void} */
  const visit = (suite, titles) => {
    for (const child of suite.suites ?? []) visit(child, [...titles, child.title])
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        const name = [...titles, spec.title].join(' > ')
        const note = test.annotations?.find(({ type }) => type === 'skip' || type === 'fixme')?.description ?? null
        if (test.status === 'skipped') outcome.skipped.push({ group: 'browser', file: spec.file, name, note })
        else if (test.status === 'unexpected')
          outcome.failures.push({ file: spec.file, name, message: test.results?.findLast(({ error }) => error)?.error?.message ?? '' })
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
 * The lines that say again, where a long output ends, what failed and the beginning of why.
 * @param {Failure[]} failures
 */
export const tellFailures = (failures) =>
  failures.flatMap(({ file, name, message }) => [
    `FAILED ${file}${name === null ? '' : ` > ${name}`}`,
    ...stripVTControlCharacters(message)
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(0, 12)
      .map((line) => `    ${line.slice(0, 300)}`),
  ])

/**
 * The closing line.
 * @param {Outcome} outcome
 */
export const tellTotal = ({ passed, failures, skipped }) => `${passed} passed, ${failures.length} failed, ${skipped.length} skipped`

/** @type {(file: string, message: string) => Outcome} a runner that failed as a whole */
const brokenRunner = (file, message) => ({ passed: 0, failures: [{ file, name: null, message }], skipped: [] })

/**
 * Reads a runner's report; a runner that left none is itself what is broken.
 * @template T
 * @param {string} path
 * @param {(content: T) => Outcome} read
 * @returns {Outcome}
 */
function readReport(path, read) {
  if (!existsSync(path)) return brokenRunner(basename(path), 'the runner left no report; what it said stands above')
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
  return endedWith(code, outcome, 'vitest')
}

/**
 * What a runner reported, and that it failed where only its exit code says so.
 * @param {number | null} code
 * @param {Outcome} outcome
 * @param {string} runner
 * @returns {Outcome}
 */
function endedWith(code, outcome, runner) {
  if (code === 0 || outcome.failures.length > 0) return outcome
  return { ...outcome, failures: brokenRunner(runner, `it ended with ${code}; why stands above`).failures }
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
    return endedWith(code, readReport(report, readPlaywright), 'playwright')
  }
  spawnSync(process.execPath, [...command, '--list', '--reporter=json'], { cwd: root, env, stdio: 'ignore' })
  const note = 'no browser could be installed (PLIMSOLL_BROWSER names one)'
  return readReport(report, (/** @type {PlaywrightReport} */ content) => {
    const listed = readPlaywright(content)
    const count = listed.passed + listed.skipped.length
    const skipped = Array.from({ length: count }, () => ({ group: 'browser', file: 'test/browser', name: '', note }))
    return { ...listed, passed: 0, skipped }
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
    const total = {
      passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
      failures: outcomes.flatMap(({ failures }) => failures),
      skipped: outcomes.flatMap(({ skipped }) => skipped),
    }
    console.log('')
    for (const line of [...tellLeftOut(total.skipped, reasonOf), ...tellFailures(total.failures)]) console.log(line)
    console.log(tellTotal(total))
    return total.failures.length > 0 ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main(process.argv.slice(2))
