import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { realData } from './data.ts'

/** The export of a whole real lab, with CVEs on its hosts. */
export const labReport = 'reports/tenable-io/workbench-export-all-assets.nessus.gz'

/** A file of the real data as text. */
export function readData(path: string): string {
  const bytes = readFileSync(join(realData()!.root, path))
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

/** Hosts by the CVEs that the lab's report shows on them above informational: read with nothing but patterns. */
export function hostsByCve(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const [, name, host] of readData(labReport).matchAll(/<ReportHost name="([^"]*)">([\s\S]*?)<\/ReportHost>/g))
    for (const [, severity, item] of host!.matchAll(/<ReportItem [^>]*severity="(\d)"[^>]*>([\s\S]*?)<\/ReportItem>/g)) {
      const scored = [...item!.matchAll(/<cvss3?_base_score>([\d.]+)</g)].some(([, score]) => Number(score) > 0)
      if (severity === '0' && !scored) continue
      for (const [, cve] of item!.matchAll(/<cve>(CVE-[\d-]+)<\/cve>/g)) found.set(cve!, (found.get(cve!) ?? new Set()).add(name!))
    }
  return found
}
