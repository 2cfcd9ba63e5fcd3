import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importFile } from '../../src/ingest/ingest.ts'
import { openStore } from '../../src/store/store.ts'
import { engines } from './engines.ts'

const NOW = Date.UTC(2026, 7, 20) * 1000
const severities = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']

/** Items of a report, some about the same package and weakness. */
const items = fc.array(
  fc.record({
    id: fc.integer({ min: 1, max: 3 }),
    pkg: fc.integer({ min: 1, max: 2 }),
    severity: fc.nat(3),
    path: fc.constantFrom('a', 'b', 'c'),
  }),
  { minLength: 1, maxLength: 8 },
)

describe.each(engines)('items that a report repeats on $name', ({ database }) => {
  it('are one sighting, the gravest, whatever their order', async () => {
    const data = mkdtempSync(join(tmpdir(), 'plimsoll-repeated-'))
    const store = await openStore({ database: await database(), data, now: () => NOW })
    let asset = 0
    try {
      await fc.assert(
        fc.asyncProperty(items, async (list) => {
          const name = `registry.example/${++asset}:1`
          const report = {
            SchemaVersion: 2,
            CreatedAt: '2026-08-12T10:00:00Z',
            ArtifactName: name,
            ArtifactType: 'container_image',
            Results: [
              {
                Target: name,
                Class: 'os-pkgs',
                Vulnerabilities: list.map(({ id, pkg, severity, path }) => ({
                  VulnerabilityID: `CVE-2024-${1000 + id}`,
                  PkgName: `package-${pkg}`,
                  PkgPath: path,
                  InstalledVersion: '1',
                  Severity: severities[severity],
                })),
              },
            ],
          }
          const { import_no } = await importFile(
            store,
            { name: 'trivy.json', bytes: Buffer.from(JSON.stringify(report)) },
            { actor: 'test' },
          )
          const rows = await store.engine.query(
            `select k.subject, k.component, s.severity, s.place from sighting_history s join finding_key k on k.finding_id = s.finding_id
            where s.opened_in = $import_no order by k.subject, k.component`,
            { import_no },
          )
          const wanted = new Map<string, (typeof list)[number]>()
          for (const each of list) {
            const key = `${each.id} ${each.pkg}`
            const before = wanted.get(key)
            if (!before || each.severity > before.severity || (each.severity === before.severity && each.path < before.path))
              wanted.set(key, each)
          }
          expect(rows).toEqual(
            [...wanted.values()]
              .toSorted((a, b) => a.id - b.id || a.pkg - b.pkg)
              .map(({ id, pkg, severity, path }) => ({
                subject: `CVE-2024-${1000 + id}`,
                component: `package-${pkg}`,
                severity: severity + 1,
                place: path,
              })),
          )
        }),
        { numRuns: Number(process.env['PLIMSOLL_CASES'] ?? 12) },
      )
    } finally {
      await store.engine.close()
      rmSync(data, { recursive: true, force: true })
    }
  })
})
