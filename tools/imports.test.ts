import { describe, expect, it } from 'vitest'
import { findCycles, judgeImport, listImports } from './imports.mjs'

describe('listImports', () => {
  it('finds every way to import and leaves comments alone', () => {
    const text = [
      "import a from './a.ts'",
      "import type { B } from '../b.ts'",
      'import {',
      '  c,',
      "} from './c.ts'",
      "import './d.ts'",
      "export { e } from './e.ts'",
      "const f = await import('./f.ts')",
      "// import g from './g.ts'",
      " * import h from './h.ts'",
    ].join('\n')
    expect(listImports(text)).toEqual(['./a.ts', '../b.ts', './c.ts', './d.ts', './e.ts', './f.ts'])
  })
})

describe('judgeImport', () => {
  it.each([
    ['src/model/a.ts', 'src/errors.ts'],
    ['src/store/a.ts', 'src/model/b.ts'],
    ['src/ingest/ingest.ts', 'src/ingest/importers/trivy/trivy.ts'],
    ['src/ingest/importers/trivy/trivy.ts', 'src/ingest/readers/json.ts'],
    ['src/ingest/importers/trivy/trivy.ts', 'src/ingest/importers/trivy/legacy.ts'],
    ['src/cli/main.ts', 'src/api/app.ts'],
    ['src/store/a.test.ts', 'test/contract/engines.ts'],
    ['web/api.ts', 'web/openapi.d.ts'],
    ['src/store/a.ts', 'zod'],
  ])('lets %s import %s', (from, to) => expect(judgeImport(from, to)).toBeNull())

  it.each([
    ['src/model/a.ts', 'src/store/b.ts'],
    ['src/store/a.ts', 'src/insights/b.ts'],
    ['src/ingest/a.ts', 'src/insights/b.ts'],
    ['src/insights/a.ts', 'src/ingest/b.ts'],
    ['src/api/a.ts', 'src/cli/main.ts'],
    ['src/ingest/importers/trivy/trivy.ts', 'src/ingest/importers/grype/grype.ts'],
    ['src/ingest/importers/trivy/trivy.ts', 'src/store/intervals.ts'],
    ['src/ingest/feeds/kev/kev.ts', 'src/ingest/importers/grype/grype.ts'],
    ['src/ingest/readers/json.ts', 'src/ingest/importers/grype/grype.ts'],
    ['src/api/a.ts', 'test/contract/engines.ts'],
    ['src/errors.ts', 'src/model/asset.ts'],
    ['src/attic/a.ts', 'src/model/asset.ts'],
    ['web/main.tsx', 'src/model/severity.ts'],
  ])('forbids %s to import %s', (from, to) => expect(judgeImport(from, to)).toEqual(expect.any(String)))
})

describe('findCycles', () => {
  it('finds a cycle once and none in a diamond', () => {
    const diamond = new Map([
      ['a', ['b', 'c']],
      ['b', ['d']],
      ['c', ['d']],
      ['d', []],
    ])
    expect(findCycles(diamond)).toEqual([])
    expect(findCycles(new Map([...diamond, ['d', ['b']]]))).toEqual([['b', 'd']])
  })
})
