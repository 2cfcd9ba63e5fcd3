import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { serve } from '../../src/api/serve.ts'
import type { CliCommand } from '../../src/cli/command.ts'
import { command as importCommand } from '../../src/cli/commands/import.ts'
import { command as inspectCommand } from '../../src/cli/commands/inspect.ts'
import { announceServer } from '../../src/cli/place.ts'
import { packageRoot } from '../../src/root.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { tarOf, zipOf } from '../archives.ts'
import { sampleCatalog } from './sample-catalog.ts'

const catalog = sampleCatalog()
const sample = (name: string) => readFileSync(join(packageRoot(), 'src/ingest/importers', name))
const maester = sample('maester/samples/m365-tenant.json')
const trivy = sample('trivy/samples/image-schema-2.json')
const host = '127.0.0.1'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plimsoll-bundles-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }))

/** Runs a command as the command line would. */
async function run(command: CliCommand, words: string[], options: Record<string, string | boolean> = {}) {
  const printed: string[] = []
  const told: string[] = []
  const exit = await command.run({
    words,
    options: { data: join(root, 'data'), ...options },
    terminal: false,
    print: (line) => printed.push(line),
    tell: (line) => told.push(line),
  })
  return { exit: exit ?? 0, printed, told }
}

/** How many assets wait for their scores. */
async function waiting({ engine }: Store): Promise<number> {
  const [row] = await engine.query<{ assets: number }>(
    'select (select count(*) from touched_asset) + (select count(*) from reported_asset) as assets',
  )
  return row!.assets
}

/** A folder with a report, an archive of two (one of them no report) and one more archive inside. */
function lay(): string {
  const folder = join(root, 'in')
  mkdirSync(join(folder, 'deep'), { recursive: true })
  writeFileSync(join(folder, 'deep/maester.json'), maester)
  const inner = gzipSync(tarOf([{ name: 'x/trivy.json', content: trivy }]))
  const notes = { name: 'notes.txt', content: 'no report' }
  writeFileSync(join(folder, 'all.zip'), zipOf([{ name: 'inner.tgz', content: inner }, notes]))
  return folder
}

describe('plimsoll import', () => {
  it('takes a folder with archives in one go, tells each, and computes once', async () => {
    const folder = lay()
    const first = await run(importCommand, [folder])
    expect(first.exit).toBe(2)
    expect(first.told).toEqual([
      expect.stringMatching(/^✓ .*all\.zip\/inner\.tgz\/x\/trivy\.json: /),
      expect.stringMatching(
        /^✗ .*all\.zip\/notes\.txt: notes\.txt is of no format that Plimsoll reads: it is text that begins with "no report"/,
      ),
      expect.stringMatching(/^✓ .*deep\/maester\.json: /),
      expect.stringMatching(/^3 files: 2 taken, 1 refused, 3 items skipped$/),
      'Scores are up to date: plimsoll score',
    ])
    const again = await run(importCommand, [join(folder, '**/*.json'), join(folder, 'all.zip')], { json: true })
    expect(again.exit).toBe(2)
    expect(again.printed.map((line) => JSON.parse(line) as unknown)).toEqual([
      { file: join(folder, 'deep/maester.json'), result: expect.objectContaining({ unchanged: true }), error: null },
      { file: `${join(folder, 'all.zip')}/inner.tgz/x/trivy.json`, result: expect.objectContaining({ unchanged: true }), error: null },
      { file: `${join(folder, 'all.zip')}/notes.txt`, result: null, error: expect.objectContaining({ code: 'unknown_format' }) },
    ])
    expect(again.told).toEqual(['3 files: 0 taken, 2 unchanged, 1 refused'])
    expect((await run(importCommand, [join(folder, 'deep')])).exit).toBe(0)
    expect((await run(importCommand, [join(root, 'gone')])).exit).toBe(2)
  })

  it('of many files says at the end, too, why some were refused; a path stands once in a line', async () => {
    const folder = join(root, 'many')
    mkdirSync(folder)
    for (let n = 0; n < 20; n++) writeFileSync(join(folder, `${n}.txt`), n < 3 ? '' : 'no report')
    const few = await run(importCommand, [folder])
    expect(few.told.at(-1)).toBe('20 files: 0 taken, 20 refused')
    writeFileSync(join(folder, 'wpscan.json'), '{"banner": {"description": "WordPress Security Scanner by the WPScan Team"}}')
    const gone = join(root, 'gone.json')
    const { told } = await run(importCommand, [folder, gone])
    expect(told.slice(-3)).toEqual([
      `✗ ${gone}: there is no such file`,
      '22 files: 0 taken, 22 refused',
      'Refused: 17 unknown_format, 3 empty_file, 1 format_not_read, 1 no_such_file. Their lines begin with ✗.',
    ])
  })

  it('does the same through a running server, whose scores are computed once', async () => {
    const folder = lay()
    const store = await openStore({ database: undefined, data: join(root, 'data') })
    const server = await serve({ store, catalog, version: '1', host, port: 0 })
    announceServer(join(root, 'data'), { url: server.url, pid: process.pid })
    try {
      const { exit, told } = await run(importCommand, [folder])
      expect(exit).toBe(2)
      expect(told.map((line) => line[0])).toEqual(['✓', '✗', '✓', '3', 'S'])
      expect(await waiting(store)).toBe(0)
    } finally {
      await server.close()
      await store.engine.close()
    }
  })

  it('inspects the same paths and writes nothing', async () => {
    const { exit, printed, told } = await run(inspectCommand, [lay(), join(root, 'gone')], { json: true })
    expect(exit).toBe(2)
    expect(printed.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { file: expect.stringMatching(/all\.zip\/inner\.tgz\/x\/trivy\.json$/), format: 'trivy', error: null },
      { file: expect.stringMatching(/notes\.txt$/), format: null, error: { code: 'unknown_format' } },
      { file: expect.stringMatching(/maester\.json$/), format: 'maester', error: null },
      { file: join(root, 'gone'), error: { code: 'no_such_file' } },
    ])
    expect(told).toEqual(['4 files: 2 can be read, 2 not'])
    expect(readdirSync(root)).toEqual(['in'])
  })
})

describe('an archive over the API', () => {
  let store: Store
  let app: FastifyInstance
  beforeEach(async () => {
    store = await openStore({ database: ':memory:', data: join(root, 'data'), now: () => Date.UTC(2026, 4, 4) * 1000 })
    app = buildApp({ store, catalog, version: '1' })
  })
  afterEach(async () => {
    await app.close()
    await store.engine.close()
  })
  const upload = (url: string, payload: Buffer) =>
    app.inject({ method: 'POST', url: `/api/v1/imports${url}`, payload, headers: { host, 'content-type': 'application/zip' } })

  it('is answered member by member; the good ones are in', async () => {
    const archive = zipOf([
      { name: 'a/m.json', content: maester },
      { name: 'a/wapiti.xml', content: '<report><info name="generatorName">wapiti</info></report>' },
      { name: 'link', mode: 0o120777, content: 'a/m.json' },
    ])
    const answer = await upload('?name=all.zip', archive)
    expect(answer.statusCode, answer.body).toBe(200)
    expect(answer.json()).toMatchObject({
      kind: 'archive',
      unchanged: false,
      taken: 1,
      known: 0,
      refused: 2,
      members: [
        { name: 'a/m.json', result: { format: 'maester', unchanged: false }, error: null },
        { name: 'a/wapiti.xml', result: null, error: { code: 'format_not_read', message: expect.stringContaining('Wapiti') as string } },
        { name: 'link', result: null, error: { code: 'damaged_file' } },
      ],
    })
    const { items } = (await app.inject({ url: '/api/v1/imports', headers: { host } })).json<{ items: { file_name: string }[] }>()
    expect(items.map(({ file_name }) => file_name)).toEqual(['m.json'])
    expect((await upload('?name=all.zip', archive)).json()).toMatchObject({ taken: 0, known: 1, refused: 2 })
    const good = zipOf([{ name: 'm.json', content: maester }])
    expect((await upload('?name=good.zip', good)).json()).toMatchObject({ unchanged: true, refused: 0 })
    expect(readdirSync(join(root, 'data', 'uploads'))).toEqual([])
    const broken = await upload('?name=cut.zip', archive.subarray(0, -30))
    expect(broken.json()).toMatchObject({ taken: 0, refused: 1, members: [{ name: '', error: { code: 'damaged_file' } }] })
  })

  it('that is one report itself is that report', async () => {
    const path = 'defender-vulnerabilities/samples/machines-and-vulnerabilities.zip'
    expect((await upload('?name=export.zip&observed_at=2026-05-01', sample(path))).json()).toMatchObject({
      format: 'defender-vulnerabilities',
      kind: 'report',
    })
  })

  it('scores wait where they are asked to', async () => {
    await upload('?name=m.json&scores=later', maester)
    expect(await waiting(store)).toBeGreaterThan(0)
    const computed = await app.inject({ method: 'POST', url: '/api/v1/scores/compute', headers: { host } })
    expect(computed.json()).toEqual({ computed: true })
    expect(await waiting(store)).toBe(0)
  })
})
