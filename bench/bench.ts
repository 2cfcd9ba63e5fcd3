import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { packageRoot } from '../src/root.ts'
import type { Engine } from '../src/store/engines/engine.ts'
import { bundled } from './bundled.ts'
import { growthPlot } from './growth.ts'
import { type EngineRun, runEngine } from './run.ts'
import { benchSecure } from './secure.ts'
import { type KeptRun, tableOf } from './table.ts'

const usage = `npm run bench -- formats [--help]: the importers beside bare parsers
npm run bench -- secure [--help]: the pages of the secure score; else
npm run bench -- [--findings 1000000] [--engine duckdb|postgres] [--database postgres://…] [--runs 5] [--growth] [--keep [--note TEXT]]
  --findings  how many findings to make, 1000 or more
  --engine    only this engine; default: both, one after the other
  --database  a PostgreSQL database whose user may create databases; default: a server started for this run
  --growth    also at a hundredth and a tenth of the findings
  --runs      runs of each question, an odd number; the middle one counts
  --keep      write the figures to bench/last-runs.json and bench/last-runs.md; those of another engine or size stay, and sizes of one engine are
              plotted in bench/growth-<engine>.svg
  --note      a line to keep with the figures, such as what else ran on the machine`

/** Reads the command line; ends the program when it makes no sense. */
function asked() {
  const { values } = parseArgs({
    options: {
      findings: { type: 'string', default: '1000000' },
      engine: { type: 'string' },
      database: { type: 'string' },
      runs: { type: 'string', default: '5' },
      growth: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      note: { type: 'string' },
      child: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const findings = Number(values.findings)
  const runs = Number(values.runs)
  const wrong =
    !Number.isInteger(findings) ||
    findings < 1000 ||
    !Number.isInteger(runs) ||
    runs % 2 !== 1 ||
    (values.engine !== undefined && !['duckdb', 'postgres'].includes(values.engine))
  if (values.help || wrong) {
    process.stderr.write(`${usage}\n`)
    process.exit(values.help ? 0 : 2)
  }
  const engines = (values.engine === undefined ? ['duckdb', 'postgres'] : [values.engine]) as Engine['name'][]
  return { ...values, findings, runs, engines }
}

/** Runs one engine in a process of its own, so that its memory is its own. */
async function inProcess(engine: Engine['name'], findings: number, runs: number, database: string | undefined): Promise<EngineRun> {
  const args = [
    await bundled('bench'),
    '--child',
    '--engine',
    engine,
    '--findings',
    String(findings),
    '--runs',
    String(runs),
    ...(database ? ['--database', database] : []),
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let answer = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`the bench of ${engine} ended with ${code}`)
  return JSON.parse(answer) as EngineRun
}

if (process.argv[2] === 'formats') {
  const { benchFormats } = (await import(pathToFileURL(await bundled('formats')).href)) as {
    benchFormats: (args: string[]) => Promise<void>
  }
  await benchFormats(process.argv.slice(3))
  process.exit()
}
if (process.argv[2] === 'secure') {
  await benchSecure(process.argv.slice(3))
  process.exit()
}
const options = asked()
if (options.child) {
  const [engine] = options.engines
  const run = await runEngine(engine!, options.findings, options.runs, options.database, (text) =>
    process.stderr.write(`${engine}: ${text}\n`),
  )
  process.stdout.write(JSON.stringify(run))
} else {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }
  const parts = options.growth ? [100, 10, 1] : [1]
  const runs: KeptRun[] = []
  for (const engine of options.engines)
    for (const part of parts) {
      const findings = Math.max(1000, Math.round(options.findings / part))
      runs.push({
        ...(await inProcess(engine, findings, options.runs, engine === 'postgres' ? options.database : undefined)),
        version,
        node: process.version,
        processors: cpus().length,
        processor: cpus()[0]?.model ?? 'unknown',
        memory: totalmem(),
        ended: new Date().toISOString().slice(0, 10),
        runs: options.runs,
        load: loadavg()[0]!,
        note: options.note ?? null,
      })
      if (options.keep) keep(runs)
    }
  process.stdout.write(`${tableOf(runs)}\n`)
  if (runs.some(({ lines }) => lines.some((line) => !line.same))) process.exitCode = 1
}

/** Keeps the figures. What was measured before on another engine, or at another size, stays beside them, if it was asked the same. */
function keep(runs: readonly KeptRun[]): void {
  const path = join(packageRoot(), 'bench', 'last-runs.json')
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as KeptRun[]) : []
  const others = before.filter((kept) =>
    runs.every(
      (own) => (own.engine !== kept.engine || own.size.findings !== kept.size.findings) && Object.keys(own).every((asked) => asked in kept),
    ),
  )
  const kept = [...runs, ...others].toSorted((a, b) =>
    a.engine < b.engine ? -1 : a.engine > b.engine ? 1 : b.size.findings - a.size.findings,
  )
  writeFileSync(path, `${JSON.stringify(kept, null, 2)}\n`)
  writeFileSync(join(packageRoot(), 'bench', 'last-runs.md'), `${tableOf(kept)}\n`)
  for (const engine of new Set(kept.map((run) => run.engine))) {
    const sizes = kept.filter((run) => run.engine === engine).toReversed()
    if (sizes.length > 1) writeFileSync(join(packageRoot(), 'bench', `growth-${engine}.svg`), growthPlot(sizes[0]!.about, sizes))
  }
}
