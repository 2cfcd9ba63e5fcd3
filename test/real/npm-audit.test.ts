import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { npmAudit } from '../../src/ingest/importers/npm-audit/npm-audit.ts'
import { of } from '../reading.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

interface Raw {
  auditReportVersion?: number
  metadata: { vulnerabilities: Record<string, number> }
  advisories?: Record<string, { findings: { paths: string[] }[] }>
}

describe.skipIf(data === null)(`npm audit on real reports (${data ? 'present' : withoutRealData})`, () => {
  const files = data?.files('reports/npm-audit') ?? []

  it.each(files.map(({ path, file }) => [path.split('/').at(-1)!, file] as const))('%s: as many as npm itself counts', async (_, file) => {
    const findings = of(await recordsOf(npmAudit, file), 'finding')
    const { auditReportVersion, metadata, advisories } = JSON.parse(readFileSync(file, 'utf8')) as Raw
    if (auditReportVersion === 2) expect(findings).toHaveLength(metadata.vulnerabilities['total']!)
    // npm 6 counts each path of an advisory, which is one finding here.
    else expect(findings).toHaveLength(Object.keys(advisories!).length)
  })
})
