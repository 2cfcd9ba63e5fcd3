import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { packageRoot } from '../src/root.ts'
import type { Engine } from '../src/store/engines/engine.ts'
import { type Growth, growthPlot } from './growth.ts'
import { type EngineRun, runEngine } from './run.ts'
import { benchSecure } from './secure.ts'
import { tableOf, type BenchRun } from './table.ts'

const usage = `npm run bench -- formats [--help]: the importers beside bare parsers
npm run bench -- secure [--help]: the pages of the secure score; else
npm run bench -- [--findings 1000000] [--engine duckdb|postgres] [--database postgres://…] [--runs 5] [--growth] [--keep [--note TEXT]]
  --findings  how many findings to make, 1000 or more
  --engine    only this engine; default: both, one after the other
  --database  a PostgreSQL database whose user may create databases; default: a server started for this run
  --growth    also at a tenth and a hundredth of the findings; with --keep the plot goes to bench/growth-<engine>.svg
  --runs      runs of each question, an odd number; the middle one counts
  --keep      write the figures to bench/last-run.json and bench/last-run.md; those of the other engine at the same size stay
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

/** A file of the bench built as the product is: what tsx adds to every function, so that it keeps its name, costs a fifth of the time. */
async function bundled(name: string): Promise<string> {
  const outfile = join(packageRoot(), `node_modules/.cache/plimsoll/bench-${name}.mjs`)
  const entry = join(packageRoot(), `bench/${name}.ts`)
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external' })
  return outfile
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
  const engines: EngineRun[] = []
  const growths: Growth[] = []
  for (const engine of options.engines) {
    const at = (findings: number) => inProcess(engine, findings, options.runs, engine === 'postgres' ? options.database : undefined)
    const smaller: EngineRun[] = []
    if (options.growth) for (const part of [100, 10]) smaller.push(await at(Math.max(1000, Math.round(options.findings / part))))
    engines.push(await at(options.findings))
    if (options.growth)
      growths.push({
        engine: engines.at(-1)!.about,
        sizes: [...smaller, engines.at(-1)!].map(({ size, lines }) => ({ findings: size.findings, lines })),
      })
  }
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }
  const run: BenchRun = {
    version,
    node: process.version,
    processors: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memory: totalmem(),
    began: new Date().toISOString().slice(0, 10),
    runs: options.runs,
    load: loadavg()[0]!,
    note: options.note ?? null,
    engines,
  }
  process.stdout.write(`${tableOf(run)}\n`)
  if (options.keep) {
    keep(run)
    for (const [index, growth] of growths.entries())
      writeFileSync(join(packageRoot(), 'bench', `growth-${options.engines[index]}.svg`), growthPlot(growth))
  }
  if (engines.some(({ lines }) => lines.some((line) => !line.same))) process.exitCode = 1
}

/** Keeps the figures. What another engine showed at the same size stays beside them, if it was asked the same. */
function keep(run: BenchRun): void {
  const path = join(packageRoot(), 'bench', 'last-run.json')
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as BenchRun).engines : []
  const others = before.filter((kept) =>
    run.engines.every(
      (own) => own.engine !== kept.engine && own.size.findings === kept.size.findings && Object.keys(own).every((asked) => asked in kept),
    ),
  )
  const kept = { ...run, engines: [...run.engines, ...others].toSorted((a, b) => (a.engine < b.engine ? -1 : 1)) }
  writeFileSync(path, `${JSON.stringify(kept, null, 2)}\n`)
  writeFileSync(join(packageRoot(), 'bench', 'last-run.md'), `${tableOf(kept)}\n`)
}
