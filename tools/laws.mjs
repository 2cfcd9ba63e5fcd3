// npm run test:laws: the long form of the laws' properties, several laws at a time. Ends with a table of what was tried.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { install, root } from './install.mjs'

/** @typedef {{law: number, title: string, engine: string, cases: number, seconds: number, seed: number, outcome: string}} Trial */

/**
 * The table of what was tried, one line per property and engine.
 * @param {Trial[]} trials
 */
export function tellTrials(trials) {
  const rows = trials
    .toSorted((a, b) => a.law - b.law || (a.title < b.title ? -1 : a.title > b.title ? 1 : a.engine < b.engine ? -1 : 1))
    .map(({ law, title, engine, cases, seconds, seed, outcome }) => [
      `${law}`,
      title,
      engine,
      `${cases}`,
      seconds.toFixed(1),
      `${seed}`,
      outcome,
    ])
  const all = [['law', 'property', 'engine', 'cases', 'seconds', 'seed', 'outcome'], ...rows]
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)))
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  )
}

/**
 * Runs the tests of one file; resolves to whether all passed.
 * @param {string} file
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<boolean>}
 */
function runFile(file, env) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'laws', file], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (/** @type {Buffer} */ chunk) => {
      said = (said + chunk.toString('utf8')).slice(-200_000)
    })
  return new Promise((resolve) => {
    child.once('close', (code) => {
      if (code !== 0) console.log(said)
      console.log(`${file}: ${code === 0 ? 'passed' : 'FAILED, with what stands above'}`)
      resolve(code === 0)
    })
  })
}

const usage = `npm run test:laws [-- [--cases 2000] [--postgres 200] [--seed N] [--at-once N] [law …]]
  --cases     cases per law on DuckDB
  --postgres  cases per law on PostgreSQL, and of comparing both
  --seed      the same seed tries the same cases; default: a new one
  --at-once   laws at the same time; default: one per processor core
  law         numbers of laws; default: all`

/** @param {string[]} args */
async function main(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      cases: { type: 'string', default: '2000' },
      postgres: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 0x7f_ff_ff_ff) + 1) },
      'at-once': { type: 'string', default: String(availableParallelism()) },
      help: { type: 'boolean', default: false },
    },
  })
  const numbers = [values.cases, values.postgres, values.seed, values['at-once'], ...positionals].map(Number)
  if (values.help || numbers.some((number) => !Number.isSafeInteger(number) || number < 1)) {
    console.log(usage)
    return values.help ? 0 : 2
  }
  install()
  const laws = new Set(positionals.map(Number))
  const files = readdirSync(join(root, 'test', 'laws'))
    .filter((file) => /^law-\d+-.*\.test\.ts$/.test(file) && (laws.size === 0 || laws.has(Number(file.slice(4, 6)))))
    .toSorted()
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-laws-'))
  const summary = join(folder, 'trials.ndjson')
  const env = {
    ...process.env,
    PLIMSOLL_CASES: values.cases,
    PLIMSOLL_CASES_POSTGRES: values.postgres,
    PLIMSOLL_SEED: values.seed,
    PLIMSOLL_LAWS_SUMMARY: summary,
  }
  console.log(`${files.length} laws, ${values.cases} cases on DuckDB, ${values.postgres} on PostgreSQL, seed ${values.seed}`)
  try {
    const waiting = [...files]
    let failed = 0
    const work = async () => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) if (!(await runFile(file, env))) failed++
    }
    await Promise.all(Array.from({ length: Number(values['at-once']) }, work))
    /** @type {Trial[]} */
    const trials = existsSync(summary)
      ? readFileSync(summary, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : []
    console.log('')
    for (const line of tellTrials(trials)) console.log(line)
    return failed > 0 ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main(process.argv.slice(2))
