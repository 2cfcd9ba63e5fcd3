import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Context, textOption } from './command.ts'

/** Where this installation keeps its things, from options and environment. */
export interface Place {
  data: string
  /** A postgres:// URL; undefined: the DuckDB file in `data`. */
  database: string | undefined
}

export function placeOf(context: Context): Place {
  return {
    data: resolve(textOption(context, 'data') ?? process.env['PLIMSOLL_DATA'] ?? 'plimsoll-data'),
    database: textOption(context, 'database') ?? process.env['PLIMSOLL_DATABASE'],
  }
}

const runningFile = (data: string) => join(data, 'server.json')

/** Leaves word that a server answers for this data folder. The file can be read by its owner only. */
export function announceServer(data: string, server: { url: string; pid: number }): void {
  mkdirSync(data, { recursive: true })
  writeFileSync(runningFile(data), JSON.stringify(server), { mode: 0o600 })
}

export const withdrawServer = (data: string): void => rmSync(runningFile(data), { force: true })

/** Address of the server that runs on this data folder; null when none does (a word left by a killed one does not count). */
export async function runningServer(data: string): Promise<string | null> {
  try {
    const { url } = JSON.parse(readFileSync(runningFile(data), 'utf8')) as { url: string }
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(3000) })
    return answer.ok ? url : null
  } catch {
    return null // no file, or nobody answers there
  }
}
