// npm run fuzz -- --big MB: how much memory each importer takes for a large file.
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeLarge } from '../../bench/enlarge.ts'
import { filesByFormat, findRepeatable } from '../../bench/formats.ts'
import { inspectFile } from '../../src/ingest/ingest.ts'
import { feeds, importers } from '../../src/ingest/importers.ts'

/** No file may take more memory than this, in bytes. */
const MOST_MEMORY = 512 * 1024 ** 2

interface Told {
  grown: number
  findings: number
  error: string | null
}

/** What the process of its own does: reads one file, and tells by how much its memory grew. */
async function readOne(path: string): Promise<Told> {
  const before = process.memoryUsage().rss
  const { findings, error } = await inspectFile(path)
  return { grown: process.resourceUsage().maxRSS * 1024 - before, findings, error: error?.message ?? null }
}

/** Reads a large file of each format in a process of its own; prints its growth, and gives how many went over the limit. */
export async function readBig(megabytes: number, only: string | null): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-fuzz-big-'))
  const files = await filesByFormat()
  let over = 0
  try {
    for (const importer of [...importers, ...feeds]) {
      if (only !== null && importer.id !== only) continue
      const found = await findRepeatable(importer, files.get(importer.id) ?? [])
      if (!found) {
        process.stdout.write(`${importer.id}: no file of it can be repeated\n`)
        continue
      }
      const path = join(folder, importer.id)
      await writeLarge(found.report, path, megabytes * 1e6)
      const told = await new Promise<Told>((resolve) => {
        const child = fork(fileURLToPath(import.meta.url), [path], { execArgv: ['--import', 'tsx'] })
        let answer: Told = { grown: 0, findings: 0, error: 'the process ended without an answer' }
        child.on('message', (message: Told) => (answer = message))
        child.on('exit', () => resolve(answer))
      })
      const much = told.grown > MOST_MEMORY
      if (much) over++
      process.stdout.write(
        `${importer.id}: ${Math.round(told.grown / 1e6)} MB more for ${megabytes} MB, ${told.findings} findings${much ? ': OVER 512 MiB' : ''}${told.error ? `, refused: ${told.error}` : ''}\n`,
      )
      rmSync(path)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return over
}

if (process.send) process.send(await readOne(process.argv[2]!), () => process.exit(0))
