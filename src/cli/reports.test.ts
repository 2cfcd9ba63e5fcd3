import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { zipOf } from '../../test/archives.ts'
import { packageRoot } from '../root.ts'
import { reportsOf, type ReportsOptions } from './reports.ts'

describe('reportsOf', () => {
  let root: string
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'plimsoll-reports-'))
    mkdirSync(join(root, 'scans/old'), { recursive: true })
    mkdirSync(join(root, 'empty'))
    for (const name of ['scans/b.json', 'scans/.hidden', 'scans/old/a.json', 'x.json']) writeFileSync(join(root, name), `"${name}"`)
    writeFileSync(join(root, 'scans/c.zip'), zipOf([{ name: 'in/d.json', content: '"d"' }]))
    symlinkSync('/etc/passwd', join(root, 'scans/z-link'))
    symlinkSync(root, join(root, 'scans/old/loop'))
    symlinkSync(join(root, 'x.json'), join(root, 'named-link.json'))
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  /** Place and content, or the code of the error; places without the folder. */
  async function all(words: string[], options: ReportsOptions = {}): Promise<string[]> {
    const found: string[] = []
    for await (const file of reportsOf(words, options)) {
      const place = file.place.replaceAll('\\', '/').replace(`${root.replaceAll('\\', '/')}/`, '')
      found.push(`${place} ${'error' in file ? file.error.code : `${file.name} ${readFileSync(file.path, 'utf8')}`}`)
    }
    return found
  }

  it('goes through folders in order, into archives, and follows no link', async () => {
    expect(await all([join(root, 'scans')])).toEqual([
      'scans/b.json b.json "scans/b.json"',
      'scans/c.zip/in/d.json d.json "d"',
      'scans/old/a.json a.json "scans/old/a.json"',
      'scans/old/loop not_a_file',
      'scans/z-link not_a_file',
    ])
  })

  it('follows a link that the person names', async () => {
    expect(await all([join(root, 'named-link.json')])).toEqual(['named-link.json named-link.json "x.json"'])
  })

  it('expands patterns that the shell left, and says what is not there', async () => {
    expect(await all([join(root, '**/*.json'), join(root, '*.xml'), join(root, 'gone'), join(root, 'empty')])).toEqual([
      'named-link.json named-link.json "x.json"',
      'scans/b.json b.json "scans/b.json"',
      'scans/old/a.json a.json "scans/old/a.json"',
      'x.json x.json "x.json"',
      '*.xml no_such_file',
      'gone no_such_file',
      'empty empty_folder',
    ])
  })

  it('reads standard input, also an archive', async () => {
    expect(await all(['-'], { stdin: Readable.from(['{', '}']) })).toEqual(['- standard-input {}'])
    expect(await all(['-'], { stdin: Readable.from(['{}']), name: 'scan.json' })).toEqual(['scan.json scan.json {}'])
    const zip = zipOf([{ name: 'd.json', content: '"d"' }])
    expect(await all(['-'], { stdin: Readable.from([zip]), name: 'all.zip' })).toEqual(['all.zip/d.json d.json "d"'])
  })

  it('refuses devices', async () => {
    if (process.platform === 'win32') return
    expect(await all(['/dev/null'])).toEqual(['/dev/null not_a_file'])
  })

  it('leaves an archive to the importer whose report it is', async () => {
    const sample = join(packageRoot(), 'src/ingest/importers/defender-vulnerabilities/samples/machines-and-vulnerabilities.zip')
    const found: string[] = []
    for await (const file of reportsOf([sample])) found.push('path' in file ? file.path : file.error.code)
    expect(found).toEqual([sample])
  })
})
