import { z } from 'zod'
import { Amount, Text, Word } from '../../readers/lenient.ts'
import { addFound, type Scan } from './found.ts'
import { safeParse } from '../../readers/safe-parse.ts'

/** A symbol of a vulnerability in a report of before 1.0; a sink is the number of a node in the graph of calls or imports, 0 for none. */
const OldVulnerability = z.object({
  OSV: z.object({ id: z.string().trim().min(1) }).loose(),
  Symbol: Text,
  PkgPath: Text,
  ModPath: z.string().trim().min(1),
  CallSink: Amount,
  ImportSink: Amount,
})

const OldModule = z.object({ Path: Text, Version: Word })

/** Versions of modules, which stand behind the vulnerabilities. */
export class Graph {
  readonly versions = new Map<string, string>()

  nameVersions(scan: Scan): void {
    for (const found of scan.found.values()) found.version ??= this.versions.get(found.module)
  }
}

export function readOldModule(scan: Scan, graph: Graph, value: unknown): void {
  const { Path, Version } = safeParse(OldModule, value).data ?? {}
  if (!Path) return
  if (Version) graph.versions.set(Path, Version)
  else scan.main ??= Path
}

/** Adds a symbol; returns its OSV record, undefined when the entry cannot be read. */
export function readOldVulnerability(scan: Scan, value: unknown, at: string): unknown {
  const read = safeParse(OldVulnerability, value)
  if (!read.success) {
    scan.skipped.push({ kind: 'skipped', at, reason: z.prettifyError(read.error) })
    return undefined
  }
  const { OSV, Symbol, PkgPath, ModPath, CallSink, ImportSink } = read.data
  const called = (CallSink ?? 0) > 0
  addFound(scan, {
    osv: OSV.id,
    module: ModPath,
    version: undefined,
    fixed: undefined,
    reach: called ? 'called' : (ImportSink ?? 0) > 0 ? 'imported' : 'required',
    place: called && Symbol ? `${PkgPath ?? ModPath}.${Symbol}` : PkgPath,
  })
  return OSV
}
