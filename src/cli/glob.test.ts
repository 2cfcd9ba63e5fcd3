import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expandGlob, isGlob } from './glob.ts'

describe('expandGlob', () => {
  let root: string
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'plimsoll-glob-'))
    for (const name of ['a.json', 'b.json', 'b.xml', '.hidden.json', 'deep/c.json', 'deep/er/d.json', 'x[1].json', '.git/e.json']) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), '{}')
    }
    symlinkSync(root, join(root, 'loop'))
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  it.each([
    ['*.json', ['a.json', 'b.json', 'x[1].json']],
    ['?.{json,xml}', ['a.json', 'b.json', 'b.xml']],
    ['[!a].json', ['b.json']],
    ['[a-b].json', ['a.json', 'b.json']],
    ['.*.json', ['.hidden.json']],
    ['**/*.json', ['a.json', 'b.json', 'deep/c.json', 'deep/er/d.json', 'x[1].json']],
    ['deep/**', ['deep/c.json', 'deep/er', 'deep/er/d.json']],
    ['d*/c.json', ['deep/c.json']],
    ['nothing*', []],
    ['none/*.json', []],
  ])('%s', async (pattern, expected) => {
    const found = await expandGlob(join(root, pattern))
    expect(found.map((path) => path.slice(root.length + 1).replaceAll('\\', '/'))).toEqual(expected)
  })

  it('tells patterns from names', () => {
    expect(['a*', 'a?', '[a]', '{a,b}', 'plain.json'].map(isGlob)).toEqual([true, true, true, true, false])
  })
})
