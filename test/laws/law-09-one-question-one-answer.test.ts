import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { engines } from '../contract/engines.ts'
import { assertLaw, assetsOf } from './cases.ts'
import { dump } from './dump.ts'
import { factsOf } from './model.ts'
import { clear, derive, openStage, play, type Stage } from './play.ts'
import { inOrder, worldArbitrary } from './world.ts'
import { sampleCatalog } from '../contract/sample-catalog.ts'
import { worldRules } from './rules.ts'

const catalog = { ...sampleCatalog(), classifications: worldRules }

/** Every question of the API that takes no part of its address from the data. Verification reads the chain of imports, which these worlds do without; the installation and a backup say which engine it is, or when. */
const questions = Object.entries(
  (JSON.parse(readFileSync(join(import.meta.dirname, '../../src/api/openapi.json'), 'utf8')) as { paths: Record<string, object> }).paths,
)
  .filter(
    ([path, methods]) =>
      'get' in methods && path.startsWith('/api/') && !path.includes('{') && !/verify|jobs|installation|backup/.test(path),
  )
  .map(([path]) => path)

describe('law 9: one question, one answer', () => {
  const stages: Stage[] = []
  const apps: FastifyInstance[] = []
  beforeAll(async () => {
    for (const { open } of engines) {
      const stage = await openStage(open)
      stages.push(stage)
      apps.push(buildApp({ store: stage.store, catalog, version: '1.2.3' }))
    }
  })
  afterAll(async () => {
    for (const app of apps) await app.close()
    for (const { engine } of stages) await engine.close()
  })

  it('the same reports give the same rows in every table, and the same answers to every question, on every engine', async () => {
    const shape = { ...inOrder, late: true, undos: true, assets: assetsOf('both'), steps: 6 }
    await assertLaw(
      { law: 9, title: 'one question, one answer', engine: 'both', short: 14, each: 8 },
      worldArbitrary(shape),
      async (world) => {
        for (const stage of stages) {
          await clear(stage)
          await play(stage, world)
          await derive(stage, catalog)
        }
        const [one, other] = [await dump(stages[0]!), await dump(stages[1]!)]
        expect(one).toEqual(other)
        const days = [...stages[0]!.endsAt[0]!.keys()]
        for (const path of [...questions, '/api/v1/scores/exposure/history', '/api/v1/scores/secure/history'])
          for (const query of ['org=org-0', `org=org-1&as_of=${new Date(days[60]! * 86_400_000).toISOString().slice(0, 10)}`]) {
            const [a, b] = await Promise.all(apps.map((app) => app.inject({ url: `${path}?${query}`, headers: { host: 'localhost' } })))
            // A PDF has an identifier of its own each time.
            if (path.endsWith('.pdf')) expect(a!.statusCode).toBe(b!.statusCode)
            else if (a!.statusCode === 200) expect(a!.body, `${path}?${query}`).toBe(b!.body)
            else expect([a!.statusCode, codeOf(a!.body)], `${path}?${query}`).toEqual([b!.statusCode, codeOf(b!.body)])
            expect(a!.statusCode, `${path}?${query}: ${a!.body.slice(0, 300)}`).toBeLessThan(500)
          }
        return new Set(factsOf(world).looks.map(({ org, asset }) => `${org} ${asset}`)).size
      },
    )
  })
})

const codeOf = (body: string): string => (JSON.parse(body) as { error: { code: string } }).error.code
