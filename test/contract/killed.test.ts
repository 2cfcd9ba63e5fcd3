import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compute } from '../../src/insights/compute.ts'
import { packageRoot } from '../../src/root.ts'
import { openStore } from '../../src/store/store.ts'
import { isWhole, verify } from '../../src/store/verify.ts'
import { engines } from './engines.ts'
import { sampleCatalog } from './sample-catalog.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-killed-'))
const report = join(folder, 'scan.json')

/** An image with very many vulnerable packages, as Trivy writes it. */
function bigReport(findings: number): string {
  const vulnerabilities = Array.from({ length: findings }, (_, number) => ({
    VulnerabilityID: `CVE-2024-${10_000 + (number % 5000)}`,
    PkgName: `package-${number}`,
    InstalledVersion: '1.0',
    FixedVersion: '1.1',
    Severity: 'HIGH',
  }))
  return JSON.stringify({
    SchemaVersion: 2,
    CreatedAt: new Date().toISOString(),
    ArtifactName: 'registry.example/killed:1',
    ArtifactType: 'container_image',
    Results: [{ Target: 'killed', Class: 'os-pkgs', Type: 'debian', Vulnerabilities: vulnerabilities }],
  })
}

const start = (database: string): ChildProcess =>
  spawn(
    process.execPath,
    ['--import', 'tsx', join(packageRoot(), 'src/cli/main.ts'), 'import', report, '--data', folder, '--database', database],
    { cwd: packageRoot(), stdio: 'ignore' },
  )

beforeAll(() => writeFileSync(report, bigReport(30_000)))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(engines)('an import that is killed on $name', ({ database }) => {
  it('is whole or not there, the chain holds, and the next start takes in what was left', async () => {
    const address = await database()
    // Killed ever later, until one gets through: the moments cover start-up, reading, storing, computing and the end.
    for (let delay_ms = 400; ; delay_ms *= 1.3) {
      const child = start(address)
      const ended = once(child, 'exit')
      await Promise.race([ended, wait(delay_ms)])
      const through = child.exitCode !== null
      if (!through) {
        child.kill('SIGKILL')
        await ended
      }
      const store = await openStore({ database: address, data: folder })
      const [count] = await store.engine.query<{ imports: number; sightings: number }>(
        'select (select count(*) from import) as imports, (select count(*) from sighting_history) as sightings',
      )
      expect(count!.sightings).toBe(count!.imports * 30_000)
      expect(isWhole(await verify(store, { allInputs: true }))).toBe(true)
      await compute(store, sampleCatalog())
      const [left] = await store.engine.query<{ waiting: number; open: number }>(
        'select (select count(*) from touched_asset) as waiting, (select count(*) from finding) as open',
      )
      expect(left).toEqual({ waiting: 0, open: count!.sightings })
      await store.engine.close()
      if (through) return expect(count!.imports).toBe(1)
    }
  })
})
