import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../root.ts'
import { describeApi } from './write-openapi.ts'

interface Described {
  openapi: string
  paths: Record<
    string,
    Record<string, { operationId?: string; responses: Record<string, { content?: Record<string, { schema: { $ref?: string } }> }> }>
  >
  components: { schemas: Record<string, object> }
}

describe('openapi.json', () => {
  it('is what the routes say', async () => {
    const text = await describeApi()
    expect(await describeApi()).toBe(text)
    const message = 'run: npx tsx src/api/write-openapi.ts'
    expect(readFileSync(join(packageRoot(), 'src', 'api', 'openapi.json'), 'utf8') === text, message).toBe(true)
  })

  it('names every operation once, every answer by a shape, and every error alike', async () => {
    const { openapi, paths, components } = JSON.parse(await describeApi()) as Described
    expect(openapi).toMatch(/^3\.1\./)
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ where: `${method} ${path}`, operation })),
    )
    expect(operations.length).toBeGreaterThan(40)
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length)
    for (const { where, operation } of operations) {
      for (const [status, { content }] of Object.entries(operation.responses)) {
        if (status === '204' || (content && !content['application/json'])) continue // a stream, a table, a picture, a document
        expect(content?.['application/json']?.schema.$ref, `${where} ${status}`).toMatch(
          status >= '4' && !where.endsWith('/ready') ? /\/Problem$/ : /^#\/components\/schemas\//,
        )
      }
    }
    const text = JSON.stringify(paths) + JSON.stringify(components)
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) expect(Object.keys(components.schemas)).toContain(name)
  })
})
