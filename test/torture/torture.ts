// Not part of CI: npm run torture -- --kills 200 --engine duckdb. Kills Plimsoll at random moments of imports, recomputations and backups, and looks
// each time whether the store is whole; then lets the disk run full. CI runs the short form, test/contract/killed.test.ts.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { loadCatalog } from '../../src/insights/catalog.ts'
import { compute, rebuild } from '../../src/insights/compute.ts'
import { packageRoot } from '../../src/root.ts'
import { digestTables } from '../../src/store/fact-digests.ts'
import { checkBackup } from '../../src/store/restore.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { derivedTables } from '../../src/store/tables.ts'
import { isWhole, verify } from '../../src/store/verify.ts'
import { imageScan } from '../contract/image-scan.ts'
import { startPostgres } from '../contract/postgres.ts'

const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    engine: { type: 'string', default: 'duckdb' },
    findings: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** Rounds after which everything derived is compared with what a rebuild makes. */
    rebuilt: { type: 'string', default: '20' },
  },
})
const kills = Number(options.kills)
const findings = Number(options.findings)
let state = Number(options.seed)
/** The same numbers for the same seed: 0 <= number < 1. */
const random = (): number => {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
  return state / 2_147_483_648
}

const catalog = loadCatalog()
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-torture-'))
const program = join(packageRoot(), 'node_modules', '.cache', `plimsoll-torture-${process.pid}`)
const postgres = options.engine === 'postgres' ? await startPostgres() : null

interface Action {
  name: 'import' | 'rebuild' | 'backup'
  words: string[]
}

const start = (words: string[], data: string, database: string | undefined): ChildProcess =>
  spawn(process.execPath, [join(program, 'plimsoll.mjs'), ...words, '--data', data, ...(database ? ['--database', database] : [])], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })

let reports = 0
function nextAction(data: string): Action {
  const dice = random()
  if (dice < 0.15) return { name: 'rebuild', words: ['rebuild'] }
  if (dice < 0.3) return { name: 'backup', words: ['backup', join(data, 'backup.tar')] }
  const file = join(folder, 'report.json')
  const day = new Date(Date.UTC(2026, 0, 1) + 3_600_000 * (++reports - (random() < 0.2 ? Math.floor(random() * 30) : 0))).toISOString()
  const listed = Array.from({ length: findings }, (_, number) => `CVE-2024-${10_000 + number}`).filter(() => random() < 0.99)
  writeFileSync(file, imageScan(day, listed, `registry.example/image-${Math.floor(random() * 5)}:1`))
  return { name: 'import', words: ['import', file] }
}

/** Opens the store as the next start would, and says what is wrong with it; null when nothing is. */
async function look(data: string, database: string | undefined, thorough: boolean): Promise<string | null> {
  const store: Store = await openStore({ data, database })
  try {
    const found = await verify(store)
    if (!isWhole(found)) return JSON.stringify(found)
    await compute(store, catalog)
    if (thorough) {
      const before = await digestTables(store.engine, derivedTables)
      await rebuild(store, catalog)
      const after = await digestTables(store.engine, derivedTables)
      if (JSON.stringify(before) !== JSON.stringify(after)) return `derived ${JSON.stringify(before)}, rebuilt ${JSON.stringify(after)}`
    }
    return null
  } finally {
    await store.engine.close()
  }
}

async function killing(): Promise<boolean> {
  const data = join(folder, 'data')
  const database = postgres ? `${postgres.url}/postgres` : undefined
  const usual: Record<Action['name'], number> = { import: 0, rebuild: 0, backup: 0 }
  const counts = { killed: { import: 0, rebuild: 0, backup: 0 }, through: 0, whole: 0, thorough: 0, backups: 0 }
  const file = join(data, 'backup.tar')
  const killed = () => counts.killed.import + counts.killed.rebuild + counts.killed.backup
  for (let round = 1; killed() < kills; round++) {
    const action = nextAction(data)
    const child = start(action.words, data, database)
    let said = ''
    child.stderr!.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(-2000)))
    const ended = once(child, 'exit')
    const began = performance.now()
    // The first of each kind runs through: how long it takes tells when to kill the others.
    const limit = usual[action.name] ? usual[action.name] * (0.1 + random()) : 600_000
    const timer = new AbortController()
    await Promise.race([ended, wait(limit, undefined, { signal: timer.signal }).catch(() => {})])
    timer.abort()
    if (child.exitCode === null) {
      child.kill('SIGKILL')
      await ended
      counts.killed[action.name]++
    } else {
      if (child.exitCode !== 0) throw new Error(`${action.name} ended with ${child.exitCode}: ${said}`)
      usual[action.name] = usual[action.name] ? (usual[action.name] + performance.now() - began) / 2 : performance.now() - began
      counts.through++
    }
    if (existsSync(file)) {
      await checkBackup(file) // a file under its own name is whole
      counts.backups++
      rmSync(file)
    }
    const thorough = round % Number(options.rebuilt) === 0
    const wrong = await look(data, database, thorough)
    if (wrong) {
      console.log(`round ${round}, ${action.name}: ${wrong}`)
      return false
    }
    counts.whole++
    if (thorough) {
      counts.thorough++
      console.log(`${killed()} kills so far, all whole`)
    }
  }
  console.log(JSON.stringify({ engine: options.engine, seed: options.seed, kills: killed(), ...counts }))
  return true
}

/** Imports into a file system of a few megabytes until it is full; makes room, and goes on. */
async function fullDisk(): Promise<boolean | null> {
  if (postgres) return null
  const small = join(folder, 'small')
  mkdirSync(small)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', small], { stdio: 'ignore' })
  } catch {
    console.log('a full disk: not run, this user may not mount a small file system')
    return null
  }
  try {
    const data = join(small, 'data')
    const ballast = join(small, 'ballast')
    writeFileSync(ballast, Buffer.alloc(8_000_000))
    let full = 0
    let done = 0
    while (full < 5) {
      const action = nextAction(data)
      const child = start(action.words, data, undefined)
      let said = ''
      child.stderr!.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(-2000)))
      const [code] = (await once(child, 'exit')) as [number]
      rmSync(join(data, 'backup.tar'), { force: true })
      if (code === 0) {
        done++
        continue
      }
      full++
      if (code !== 2 || !said.includes('[disk_full]')) {
        console.log(`a full disk: ${action.name} ended with ${code}: ${said}`)
        return false
      }
    }
    rmSync(ballast)
    const wrong = await look(data, undefined, false)
    console.log(`a full disk: ${done} actions went through, ${full} were refused as disk_full; with room again ${wrong ?? 'all is whole'}`)
    return wrong === null
  } finally {
    execFileSync('umount', [small])
  }
}

try {
  await build({
    absWorkingDir: packageRoot(),
    entryPoints: { plimsoll: 'src/cli/main.ts' },
    outdir: program,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
  })
  const results = [await killing(), await fullDisk()]
  process.exitCode = results.includes(false) ? 1 : 0
} finally {
  await postgres?.stop()
  rmSync(program, { recursive: true, force: true })
  if (process.exitCode !== 1) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  else console.log(`kept: ${folder}`)
}
