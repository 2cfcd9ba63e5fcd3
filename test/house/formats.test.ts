import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Importer } from '../../src/ingest/importer.ts'
import { feeds, importers } from '../../src/ingest/importers.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import { packageRoot } from '../../src/root.ts'

/** What each readme.md must tell, by the words that begin it. */
const parts: Record<'importers' | 'feeds', Record<string, RegExp>> = {
  importers: {
    'what is read': /^\*\*Read(?:\*\*| from )/m,
    'the coverage rule': /^\*\*Coverage\*\*:?\s+\S/m,
    'how to make the report': /^\*\*How to make the report\*\*:?\s+\S/m,
    'since when': /^\*\*Since\*\*: /m,
  },
  feeds: {
    'what is read': /^\*\*Read\*\*: \S/m,
    'whether what it omits has left': /\bcomplete\b/i,
    'where it is': /https:\/\//,
    'since when': /^\*\*Since\*\*: /m,
  },
}
const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }

const rooms: { kind: 'importers' | 'feeds'; folder: string; listed: readonly Importer[] }[] = [
  { kind: 'importers', folder: join(packageRoot(), 'src/ingest/importers'), listed: importers },
  { kind: 'feeds', folder: join(packageRoot(), 'src/ingest/feeds'), listed: feeds },
]
const all: Importer[] = [...importers, ...feeds]

const listFolders = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()

const listSamples = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : []

describe.each(rooms)('$kind', ({ kind, folder, listed }) => {
  it('are listed exactly as the folders are there', () => {
    expect(listed.map(({ id }) => id).sort()).toEqual(listFolders(folder))
  })

  it.each(listed.map(({ id }) => id))('%s has a readme.md with a title, samples and a test', (id) => {
    expect(readFileSync(join(folder, id, 'readme.md'), 'utf8')).toMatch(/^# \S/)
    expect(listSamples(join(folder, id, 'samples'))).not.toEqual([])
    expect(readdirSync(join(folder, id)).filter((name) => name.endsWith('.test.ts'))).not.toEqual([])
  })

  it.each(listed.map(({ id }) => id))('%s says in its readme.md what people must know of it', (id) => {
    const readme = readFileSync(join(folder, id, 'readme.md'), 'utf8')
    expect(Object.keys(parts[kind]).filter((part) => !parts[kind][part]!.test(readme))).toEqual([])
    const since = /^\*\*Since\*\*: Plimsoll (\d+\.\d+\.\d+)\.$/m.exec(readme)?.[1]
    expect(since?.localeCompare(version, 'en', { numeric: true })).toBeLessThanOrEqual(0)
  })
})

describe('detection', () => {
  it('gives every format an id of its own', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  })

  const samples = rooms.flatMap(({ folder, listed }) =>
    listed.flatMap(({ id }) =>
      listSamples(join(folder, id, 'samples')).map((path) => ({ id, path, sample: path.slice(folder.length + 1) })),
    ),
  )

  it.each(samples)('knows $sample', async ({ id, path }) => {
    const { head } = await openFile(path)
    expect(all.filter((importer) => importer.detect(head)).map((importer) => importer.id)).toEqual([id])
  })
})
