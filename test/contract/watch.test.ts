import { type ChildProcess, spawn } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openJobs } from '../../src/api/jobs.ts'
import { markOf, moveAway, watchFolder, type Watching } from '../../src/cli/watch.ts'
import { packageRoot } from '../../src/root.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { zipOf } from '../archives.ts'
import { sampleCatalog } from './sample-catalog.ts'

const sample = (name: string) => readFileSync(join(packageRoot(), 'src/ingest/importers', name))
const maester = sample('maester/samples/m365-tenant.json')
const list = (...path: string[]) => (existsSync(join(...path)) ? readdirSync(join(...path)).toSorted() : [])

/** Waits until a condition holds; no condition of these tests is about time. */
async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 60_000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

describe('a watched folder', () => {
  let root: string
  let folder: string
  let outside: string
  let store: Store
  let watching: Watching | null = null
  let told: string[]
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'plimsoll-watch-'))
    folder = join(root, 'inbox')
    outside = join(root, 'outside')
    mkdirSync(folder)
    mkdirSync(outside)
    told = []
    store = await openStore({ database: ':memory:', data: join(root, 'data'), now: () => Date.UTC(2026, 4, 4) * 1000 })
  })
  afterEach(async () => {
    await watching?.close()
    watching = null
    await store.engine.close()
    rmSync(root, { recursive: true, force: true })
  })
  const watch = async (rest = 60) => {
    watching = await watchFolder({
      folder,
      store,
      catalog: sampleCatalog(),
      jobs: openJobs(),
      tell: (line) => told.push(line),
      every: 20,
      rest,
    })
  }
  const imports = async () =>
    Number((await store.engine.query<{ n: number }>(`select count(*) as n from import where kind = 'report'`))[0]!.n)

  it('imports what lies there and what appears, and never replaces a file of the same name', async () => {
    writeFileSync(join(folder, 'm.json'), maester)
    await watch()
    // Its name stands in the other folder a moment before it has left this one.
    const moved = (what: string, into: string, files: number) =>
      until(() => list(folder, into).length === files && list(folder).length === 2, what)
    await moved('the first file', 'done', 1)
    writeFileSync(join(folder, 'm.json'), maester) // the same again: nothing changes, and both files are kept
    await moved('the second file', 'done', 2)
    writeFileSync(join(folder, 'note.txt'), 'hello')
    await moved('the refused one', 'refused', 2)
    writeFileSync(join(folder, 'note.txt'), 'hello again')
    await moved('the refused one of the same name', 'refused', 4)
    expect(list(folder, 'done')).toEqual(['m-2.json', 'm.json'])
    expect(list(folder, 'refused')).toEqual(['note-2.txt', 'note-2.txt.reason.txt', 'note.txt', 'note.txt.reason.txt'])
    expect(readFileSync(join(folder, 'refused/note.txt'), 'utf8')).toBe('hello')
    expect(readFileSync(join(folder, 'refused/note-2.txt'), 'utf8')).toBe('hello again')
    expect(readFileSync(join(folder, 'refused/note.txt.reason.txt'), 'utf8')).toMatch(
      /^note\.txt\n.*\n\nnote\.txt is of no format.*\[unknown_format\]\n$/,
    )
    expect(readFileSync(join(folder, 'done/m-2.json'))).toEqual(maester)
    expect(list(folder)).toEqual(['done', 'refused'])
    expect(list(root, 'data', 'uploads')).toEqual([])
    await watching!.close()
    expect(await imports()).toBe(1)
    // Scores were computed: nothing is left to do.
    expect(await store.engine.query('select * from touched_asset')).toEqual([])
  })

  it('puts a file back that was written again while it was moved away', async () => {
    const [path, into] = [join(folder, 'note.txt'), join(root, 'refused')]
    mkdirSync(into)
    writeFileSync(path, 'hello')
    const mark = markOf(lstatSync(path))
    writeFileSync(path, 'hello again')
    expect(await moveAway(path, into, 'note.txt', 'of no format', mark)).toBeNull()
    expect(readFileSync(path, 'utf8')).toBe('hello again')
    expect(list(into)).toEqual([])
    expect(await moveAway(path, into, 'note.txt', 'of no format', markOf(lstatSync(path)))).toBe('note.txt')
    expect(list(into)).toEqual(['note.txt', 'note.txt.reason.txt'])
    expect(list(folder)).toEqual([])
  })

  it('waits until a file rests, and leaves .part, hidden files and folders alone', async () => {
    await watch(1500)
    mkdirSync(join(folder, 'sub'))
    for (const name of ['.m.json', 'm.json.part', 'sub/m.json']) writeFileSync(join(folder, name), maester)
    for (let end = 200; end < 1200; end += 200) {
      writeFileSync(join(folder, 'slow.json'), maester.subarray(0, end))
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(list(folder, 'refused')).toEqual([])
    writeFileSync(join(folder, 'slow.json'), maester)
    await until(() => list(folder, 'done').length === 1 && !list(folder).includes('slow.json'), 'the slow file')
    expect(list(folder)).toEqual(['.m.json', 'done', 'm.json.part', 'refused', 'sub'])
    renameSync(join(folder, 'm.json.part'), join(folder, 'n.json'))
    await until(() => list(folder, 'done').length === 2, 'the renamed file')
    expect(list(folder, 'done')).toEqual(['n.json', 'slow.json'])
  })

  it('refuses links, and reads and moves nothing outside', async () => {
    writeFileSync(join(outside, 'secret.json'), maester)
    symlinkSync(join(outside, 'secret.json'), join(folder, 'link.json'))
    symlinkSync(outside, join(folder, 'linked-folder'))
    await watch()
    await until(() => list(folder, 'refused').length === 4 && list(folder).length === 2, 'both links')
    expect(readFileSync(join(folder, 'refused/link.json.reason.txt'), 'utf8')).toContain('[not_a_file]')
    expect(list(outside)).toEqual(['secret.json'])
    await watching!.close()
    expect(await imports()).toBe(0)
    watching = null
    rmSync(join(folder, 'done'), { recursive: true })
    symlinkSync(outside, join(folder, 'done'))
    await expect(watch()).rejects.toMatchObject({ code: 'watch_folder' })
    folder = join(root, 'nowhere')
    await expect(watch()).rejects.toMatchObject({ code: 'watch_folder' })
  })

  it('tells each member of an archive, takes the good ones, and refuses the archive for the bad one', async () => {
    writeFileSync(
      join(folder, 'all.zip'),
      zipOf([
        { name: 'a/m.json', content: maester },
        { name: 'b.txt', content: 'no report' },
      ]),
    )
    writeFileSync(join(folder, 'good.zip'), zipOf([{ name: 'm.json', content: maester }]))
    await watch()
    await until(() => list(folder, 'refused').length === 2 && list(folder).length === 2, 'both archives')
    expect(list(folder, 'done')).toEqual(['good.zip'])
    const reason = readFileSync(join(folder, 'refused/all.zip.reason.txt'), 'utf8')
    expect(reason).toContain('1 taken, 0 unchanged, 1 refused')
    expect(reason).toContain('✓ a/m.json: import ')
    expect(reason).toMatch(/✗ b\.txt: b\.txt is of no format.*\[unknown_format\]/)
    await watching!.close()
    expect(await imports()).toBe(1)
  })
})

describe('plimsoll serve --watch', () => {
  let root: string
  let child: ChildProcess | null = null
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'plimsoll-serve-watch-'))
    mkdirSync(join(root, 'inbox'))
  })
  afterAll(() => {
    child?.kill('SIGKILL')
    rmSync(root, { recursive: true, force: true, maxRetries: 10 })
  })

  async function serve(): Promise<string> {
    const program = ['--import', 'tsx', join(packageRoot(), 'src/cli/main.ts'), 'serve', '--no-demo', '--port', '0']
    child = spawn(process.execPath, [...program, '--data', join(root, 'data'), '--watch', join(root, 'inbox')], {
      cwd: packageRoot(),
      stdio: ['ignore', 'pipe', 'inherit'],
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PLIMSOLL_'))),
    })
    let said = ''
    child.stdout!.on('data', (bytes: Buffer) => (said += bytes.toString()))
    await until(() => /http:\S+/.test(said), 'the server')
    return /http:\S+/.exec(said)![0]
  }
  const ended = async (signal: NodeJS.Signals) => {
    child!.kill(signal)
    await until(() => child!.exitCode !== null || child!.signalCode !== null, 'the end of the server')
    return child!.exitCode
  }

  it('imports what appears, and goes on after it was stopped or killed', { timeout: 120_000 }, async () => {
    const inbox = join(root, 'inbox')
    let url = await serve()
    writeFileSync(join(inbox, 'm.json'), maester)
    await until(() => list(inbox, 'done').length === 1, 'the first file')
    const answer = (await (await fetch(`${url}/api/v1/imports`)).json()) as { items: { file_name: string; actor: string }[] }
    expect(answer.items[0]).toMatchObject({ file_name: 'm.json', actor: 'watched folder' })
    await until(() => list(root, 'data', 'uploads').length === 0, 'the copy to be removed')
    // Killed with a file that it has seen: the next server takes it.
    writeFileSync(join(inbox, 'trivy.json'), sample('trivy/samples/image-schema-2.json'))
    await ended('SIGKILL')
    url = await serve()
    await until(() => list(inbox, 'done').length === 2, 'the file of the killed server')
    expect(await ended('SIGTERM')).toBe(0)
    expect(list(inbox)).toEqual(['done', 'refused'])
    expect(list(inbox, 'done')).toEqual(['m.json', 'trivy.json'])
    expect(list(inbox, 'refused')).toEqual([])
  })
})
