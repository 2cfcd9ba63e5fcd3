// npm run fuzz: changed copies of every sample and every real file are read, to find crashes, hangs, unclear errors and half-written imports.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { readBig } from './big.ts'
import { fuzz } from './run.ts'

const usage = `npm run fuzz -- [--inputs 20000] [--seed N] [--format ID] [--workers 2] [--seconds S] [--samples]
npm run fuzz -- --big MB [--format ID]
  --inputs   how many inputs to try
  --seed     the same seed tries the same inputs; default: a new one, which is printed
  --format   only from files of this format
  --workers  how many processes
  --seconds  end after this time, whatever is left
  --big      instead: read a file of so many MB of each format, and tell the memory that it takes
  --samples  only from the project's own samples, not from the real files beside it`

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_007) },
    format: { type: 'string' },
    workers: { type: 'string', default: '2' },
    seconds: { type: 'string' },
    big: { type: 'string' },
    samples: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const inputs = Number(values.inputs)
const seed = Number(values.seed)
const workers = Number(values.workers)
if (values.help || ![inputs, seed, workers].every(Number.isSafeInteger) || inputs < 1 || workers < 1) {
  process.stderr.write(`${usage}\n`)
  process.exit(values.help ? 0 : 2)
}

if (values.big !== undefined) process.exit((await readBig(Number(values.big), values.format ?? null)) > 0 ? 1 : 0)

const began = performance.now()
let told = 0
const result = await fuzz({
  inputs,
  seed,
  workers,
  real: !values.samples,
  format: values.format ?? null,
  ...(values.seconds === undefined ? {} : { seconds: Number(values.seconds) }),
  onProgress(done, problems) {
    const now = performance.now()
    if (now - told < (process.stderr.isTTY ? 200 : 20_000)) return
    told = now
    process.stderr.write(
      `${process.stderr.isTTY ? '\r' : ''}${done} of ${inputs} inputs, ${problems} mistakes${process.stderr.isTTY ? '' : '\n'}`,
    )
  },
})
const took = (performance.now() - began) / 1000
process.stdout.write(
  `\nseed ${seed}: ${result.done} inputs from ${result.seeds} files in ${took.toFixed(0)} s, ${result.taken} taken by ${result.formats.size} formats\n`,
)
for (const [code, count] of [...result.refused].toSorted((a, b) => b[1] - a[1])) process.stdout.write(`  refused as ${code}: ${count}\n`)
if (result.found.length > 0) {
  const folder = mkdtempSync(join(tmpdir(), `plimsoll-fuzz-${seed}-`))
  for (const { problem, index, from, times, input } of result.found) {
    const path = join(folder, `${index}${extname(input.name)}`)
    writeFileSync(path, input.bytes)
    writeFileSync(
      `${path}.txt`,
      `${problem.kind}\n${from}\nread as ${input.format ?? 'what it is'}${input.store ? ', imported' : ''}\n\n${problem.detail}\n`,
    )
    process.stdout.write(
      `\n${problem.kind}, ${times}×, input ${index} from ${from}\n  ${problem.signature}\n  ${path} (${input.bytes.length} bytes)\n`,
    )
  }
  process.exitCode = 1
} else process.stdout.write('no crash, no hang, no unclear error, nothing half written\n')
