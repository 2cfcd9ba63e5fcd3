import { z } from 'zod'
import { Amount, listOf, maybe, Text } from '../../readers/lenient.ts'
import { addFound, type Scan } from './found.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const Config = z.object({ scanner_version: Text, scan_level: Text })

const Bill = z.object({ modules: listOf(z.object({ path: Text, version: Text })) })

const Frame = z.object({
  module: Text,
  version: Text,
  package: Text,
  function: Text,
  receiver: Text,
  position: maybe(z.object({ filename: Text, line: Amount })),
})

const Finding = z.object({ osv: z.string().trim().min(1), fixed_version: Text, trace: z.array(Frame).min(1) })

export function readConfig(scan: Scan, value: unknown): void {
  const config = safeParse(Config, value).data
  scan.version = config?.scanner_version ?? null
  scan.level = config?.scan_level ?? 'symbol'
}

/** The modules of the build; the scanned one has no version. */
export function readBill(scan: Scan, value: unknown): void {
  scan.main ??= safeParse(Bill, value).data?.modules.find(({ path, version }) => path !== undefined && version === undefined)?.path ?? null
}

/** A finding: its trace begins at the vulnerable symbol (or package, or module) and ends in the own code. */
export function readMessage(scan: Scan, value: unknown, at: string): void {
  const finding = safeParse(Finding, value)
  const first = finding.data?.trace[0]
  if (!finding.success || !first?.module) {
    scan.skipped.push({ kind: 'skipped', at, reason: finding.error ? z.prettifyError(finding.error) : 'the trace does not name a module' })
    return
  }
  const { osv, fixed_version, trace } = finding.data
  const own = trace.findLast(({ position }) => position?.filename !== undefined)?.position
  const symbol = first.function
    ? `${first.package ?? first.module}.${first.receiver ? `${first.receiver}.` : ''}${first.function}`
    : undefined
  addFound(scan, {
    osv,
    module: first.module,
    version: first.version,
    fixed: fixed_version,
    reach: first.function ? 'called' : first.package ? 'imported' : 'required',
    place: own?.filename
      ? `${own.filename}${own.line ? `:${own.line}` : ''}${symbol ? ` calls ${symbol}` : ''}`
      : (symbol ?? first.package),
  })
}
