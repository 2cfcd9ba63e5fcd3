import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inspectFile } from '../../src/ingest/ingest.ts'
import { feeds, importers } from '../../src/ingest/importers.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import { packageRoot } from '../../src/root.ts'
import { realData, withoutRealData } from './data.ts'
import { readExpected } from './expected.ts'

const data = realData()
const expected = await readExpected()
const all = [...importers, ...feeds]
const below = (path: string) => path.slice('reports/'.length)
const refused = new Map([...expected.values()].flatMap((one) => Object.entries(one.refused ?? {})))
const claimed = new Set([...expected.values()].flatMap((one) => one.folders))
/** Damaged on purpose: recognised or not, what becomes of each is tested with its format. */
const BROKEN = '_broken'

describe.skipIf(!data)(`real reports (${data ? 'present' : withoutRealData})`, () => {
  const files = data?.files('reports').filter(({ path }) => !path.startsWith(`reports/${BROKEN}/`)) ?? []

  it('every importer says which files it answers for', () => {
    expect([...expected.keys()].sort()).toEqual(importers.map(({ id }) => id).sort())
  })

  it('each file is taken by exactly one importer, and by the one that answers for it', async () => {
    const wrong: string[] = []
    for (const { path, file } of [...files, ...data!.files('feeds'), ...data!.files('frameworks')]) {
      const head = await openFile(file).then(
        (opened) => opened.head,
        () => null,
      )
      const takers = head ? all.filter((one) => one.detect(head)).map(({ id }) => id) : []
      const told = `${path}: ${takers.join(' and ') || 'nobody'}`
      if (takers.length > 1) wrong.push(told)
      if (!path.startsWith('reports/')) {
        if (takers.some((id) => expected.has(id))) wrong.push(told)
        continue
      }
      const name = below(path)
      const [home] = name.split('/')
      if (takers.length === 0 && claimed.has(home!) && !refused.has(name)) wrong.push(told)
      for (const id of takers) {
        const one = expected.get(id)
        if (refused.has(name) || (!one?.folders.includes(home!) && !one?.also?.includes(name))) wrong.push(told)
      }
    }
    expect(wrong).toEqual([])
    expect(files.length).toBeGreaterThan(900)
  })

  it.each([...refused])('%s is refused', async (name, { code }) => {
    const { file } = files.find(({ path }) => below(path) === name)!
    expect((await inspectFile(file)).error?.code).toBe(code)
  })

  const counted = files.filter(({ path, expected_findings }) => expected_findings !== null && !refused.has(below(path)))
  it.each(counted)('$path: as many findings as stated, or as a rule explains', async ({ path, file, expected_findings }) => {
    const { format, findings, error } = await inspectFile(file)
    if (format === null && !claimed.has(below(path).split('/')[0]!)) return
    expect(error).toBeNull()
    const difference = expected.get(format!)?.differences?.[below(path)]
    if (difference) {
      const readme = readFileSync(join(packageRoot(), 'src/ingest/importers', format!, 'readme.md'), 'utf8')
      expect(readme).toContain(`*${difference.rule}*`)
      expect(difference.ours).not.toBe(expected_findings)
    }
    expect(findings).toBe(difference?.ours ?? expected_findings)
  })

  it('names no file that is not there', () => {
    const names = new Set(files.map(({ path }) => below(path)))
    const named = [...expected.values()].flatMap(({ refused, differences, also }) => [
      ...Object.keys(refused ?? {}),
      ...Object.keys(differences ?? {}),
      ...(also ?? []),
    ])
    expect(named.filter((name) => !names.has(name))).toEqual([])
  })
})
