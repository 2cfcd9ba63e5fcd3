import { gunzipSync } from 'node:zlib'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { readTar, tarOf } from '../../src/store/archive.ts'
import { engines } from './engines.ts'
import { followed, followedCatalog, initiativeYaml, metricYaml, weightCounts } from './followed-catalog.ts'
import { useSmallApp } from './small-app.ts'

interface Move {
  kind: string
  id: string
  what: string
  before: number | null
  after: number | null
  why: string[]
}
interface Preview {
  pack: { id: string; version: string; metrics: string[]; initiatives: string[] } | null
  former: string | null
  problems: { file: string; place: string; line: number | null; message: string }[]
  moves: Move[]
}
interface Active {
  items: { id: string; version: string; notes: string; metrics: string[]; initiatives: string[]; actor: string; reason: string | null }[]
}
type Files = Record<string, string>

const head = (version: string, notes = 'First of all') => `id: trial\nversion: "${version}"\ntitle: A trial\nnotes: ${notes}\n`
const red = metricYaml('Red and severe', '{asset.asset_group: red}', '{vulnerability.severity: ">= high"}')
const blue = metricYaml('Blue and severe', '{asset.asset_group: blue}', '{vulnerability.severity: ">= high"}')
const first: Files = {
  'pack.yaml': head('1'),
  'readme.md': 'What it is for',
  'metrics/red.yaml': red,
  'metrics/blue.yaml': blue,
  'initiatives/colours.yaml': initiativeYaml(
    'Colours',
    0.8,
    '[{id: red, weight: high}, {id: blue, weight: low}, {id: likely, weight: medium}]',
  ),
}

describe.each(engines)('content packs on $name', ({ open }) => {
  const app = useSmallApp(open, followedCatalog(), 'north')
  const { get } = app
  const tar = (files: Files) =>
    tarOf(
      Object.entries(files).map(([path, text]) => ({ path, text })),
      0,
    )
  const bytesOf = (files: Files | Buffer): Buffer => (Buffer.isBuffer(files) ? files : tar(files as Files))
  const preview = async (files: Files | Buffer) => {
    const { status, body } = await app.ask<Preview>('POST', '/packs/preview', bytesOf(files))
    expect(status).toBe(200)
    return body
  }
  const activate = (files: Files | Buffer, query = '') => {
    app.wait(1_000_000)
    return app.ask<Active & { error: { code: string; message: string } }>('POST', `/packs?${query}`, bytesOf(files))
  }
  const active = async () => (await get<Active>('/packs')).items
  const log = async () => (await get<{ items: object[] }>('/definitions/log')).items
  /** The values as the pages show them now: of initiatives the score, of metrics the share exposed in percent; null: there is none of that id. */
  const values = async (moves: readonly Move[]) => {
    const [metrics, initiatives] = [
      (await get<{ items: { id: string; exposure: number | null }[] }>('/metrics')).items,
      (await get<{ items: { id: string; score: { value: number | null } }[] }>('/initiatives')).items,
    ]
    return moves.map(({ kind, id }) => {
      const share = metrics.find((each) => each.id === id)?.exposure ?? null
      return kind === 'metric' ? share && 100 * share : (initiatives.find((each) => each.id === id)?.score.value ?? null)
    })
  }
  const close = (list: readonly (number | null)[]) => list.map((value) => (value === null ? null : expect.closeTo(value, 5)))
  /** Does what a preview is about, and expects every score that it named to be there before and after as it said. */
  const asForetold = async (moves: readonly Move[], work: () => Promise<unknown>) => {
    expect(await values(moves)).toEqual(close(moves.map(({ before }) => before)))
    await work()
    expect(await values(moves)).toEqual(close(moves.map(({ after }) => after)))
  }

  it('a preview says what a pack would bring, and saves nothing', async () => {
    const before = await log()
    const { pack, former, problems, moves } = await preview(first)
    expect(problems).toEqual([])
    expect([pack, former]).toMatchObject([{ id: 'trial', version: '1', metrics: ['red', 'blue'], initiatives: ['colours'] }, null])
    expect(moves.map(({ kind, id, what }) => `${kind} ${id} ${what}`)).toEqual([
      'initiative colours added',
      'metric blue added',
      'metric red added',
    ])
    // Severe is the fourth of the list of each: red are 0, 2, 4, 6 and 8, blue 1, 3, 5 and 7, all others are not fresh.
    const shares = Object.fromEntries(moves.map(({ id, after }) => [id, after]))
    expect(shares).toMatchObject({ red: 60, blue: 75 })
    const likely = (await get<{ exposure: number }>('/metrics/likely')).exposure
    const parts = [
      { w: weightCounts['high']!, x: 0.6 },
      { w: weightCounts['low']!, x: 0.75 },
      { w: weightCounts['medium']!, x: likely },
    ]
    expect(shares['colours']).toBeCloseTo(
      100 * (1 - parts.reduce((sum, { w, x }) => sum + w * x, 0) / parts.reduce((sum, { w }) => sum + w, 0)),
      6,
    )
    expect([await log(), await active()]).toEqual([before, []])
    expect(await app.ask('GET', '/metrics/red')).toMatchObject({ status: 404 })
  })

  it('is made active, replaced by its next version, and ended, each exactly as foretold', async () => {
    const { moves } = await preview(first)
    await asForetold(moves, async () => {
      const done = await activate(first, 'reason=Reviewed&author=Ann')
      expect(done.body.items).toMatchObject([{ id: 'trial', version: '1', notes: 'First of all', actor: 'Ann', reason: 'Reviewed' }])
    })
    expect(await get('/metrics/red/settings')).toMatchObject({ origin: 'pack', pack: 'trial' })
    // What is of a pack is changed there, not by hand.
    for (const [method, url] of [
      ['PUT', '/metrics/red'],
      ['DELETE', '/metrics/red'],
    ] as const)
      expect(await app.ask(method, url, method === 'PUT' ? { yaml: blue } : undefined)).toMatchObject({ status: 409 })

    // The next version: one metric asks something else, one goes, one weight is another.
    const second: Files = {
      'pack.yaml': head('2', 'Red asks less'),
      'metrics/red.yaml': red.replace('>= high', 'critical'),
      'initiatives/colours.yaml': initiativeYaml('Colours', 0.8, '[{id: red, weight: high}, {id: likely, weight: high}]'),
    }
    const next = await preview(second)
    expect(next.former).toBe('1')
    expect(next.moves.map(({ kind, id, what, why }) => ({ kind, id, what, why }))).toEqual([
      {
        kind: 'initiative',
        id: 'colours',
        what: 'changed',
        why: ['metric blue goes', 'metric red asks something else', 'metric likely counts high, not medium'],
      },
      { kind: 'metric', id: 'blue', what: 'removed', why: [] },
      { kind: 'metric', id: 'red', what: 'changed', why: [expect.stringMatching(/^finds others exposed: .*\bhigh\b.* → .*\bcritical\b/)] },
    ])
    await asForetold(next.moves, () => activate(second))
    expect(await active()).toMatchObject([{ version: '2', metrics: ['red'] }])
    expect(await app.ask('GET', '/metrics/blue')).toMatchObject({ status: 404 })
    // The same once more changes nothing.
    const before = await log()
    expect((await preview(second)).moves).toEqual([])
    await activate(second)
    expect(await log()).toEqual(before)

    const end = await get<Preview>('/packs/trial/preview-end')
    expect(end.moves.map(({ kind, id, what, after }) => `${kind} ${id} ${what} ${after}`)).toEqual([
      'initiative colours removed null',
      'metric red removed null',
    ])
    await asForetold(end.moves, async () => {
      app.wait(1_000_000)
      expect(await app.ask('DELETE', '/packs/trial?reason=Done&author=Ben')).toMatchObject({ status: 200, body: { items: [] } })
    })
    const versions = (await get<{ items: { id: string; value: string; to: string | null; ended_by: string | null }[] }>('/packs/log')).items
    expect(
      versions.map(({ id, value, to, ended_by }) => [id, (JSON.parse(value) as { version: string }).version, to !== null, ended_by]),
    ).toEqual([
      ['trial', '2', true, 'Ben'],
      ['trial', '1', true, 'api'],
    ])
    for (const url of ['/packs/trial/preview-end', '/packs/none/preview-end'])
      expect(await app.ask('GET', url)).toMatchObject({ status: 404 })
    expect(await app.ask('DELETE', '/packs/trial')).toMatchObject({ status: 404, body: { error: { code: 'unknown_pack' } } })
  })

  it('the day of a change tells the notes of the pack that made it', async () => {
    app.wait(86_400_000_000)
    await activate(first)
    const day = (await get<{ as_of: string }>('/packs')).as_of.slice(0, 10)
    expect(await get(`/initiatives/colours/changes/${day}`)).toMatchObject({ content: [{ title: 'A trial 1', notes: 'First of all' }] })
    expect(await get(`/initiatives/followed/changes/${day}`)).toMatchObject({ content: [] })
    await app.ask('DELETE', '/packs/trial')
  })

  it('with an id that is taken is refused whole, and says whose each is', async () => {
    app.wait(1_000_000)
    await app.ask('PUT', '/metrics/mine', { yaml: red })
    await activate({ 'pack.yaml': 'id: other\nversion: 1\n', 'metrics/theirs.yaml': blue })
    const before = [await log(), await active()]
    const wrong = { ...first, 'metrics/likely.yaml': followed.likely, 'metrics/mine.yaml': red, 'metrics/theirs.yaml': blue }
    for (const answer of [
      await activate(wrong),
      await app.ask<{ error: { code: string; message: string } }>('POST', '/packs/preview', tar(wrong)),
    ]) {
      expect([answer.status, answer.body.error.code]).toEqual([409, 'duplicate_definition'])
      expect(answer.body.error.message).toMatch(
        /"likely" comes with Plimsoll.*"mine" is the organisation’s own.*"theirs" is of the pack other/,
      )
    }
    expect([await log(), await active()]).toEqual(before)
    await app.ask('DELETE', '/packs/other')
    await app.ask('DELETE', '/metrics/mine')
  })

  const place = 'has no place in a pack'
  it.each<[string, Files, Partial<Preview['problems'][number]>, RegExp]>([
    ['no pack.yaml', { 'metrics/red.yaml': red }, { file: 'pack.yaml' }, /is not there/],
    ['nothing in it', { 'pack.yaml': head('1') }, { file: 'pack.yaml' }, /holds no metric/],
    ['a pack.yaml that is no YAML', { ...first, 'pack.yaml': 'id: [' }, { file: 'pack.yaml', line: 1 }, /./],
    [
      'an id with a path in it',
      { ...first, 'pack.yaml': 'id: ../../etc\nversion: 1\n' },
      { file: 'pack.yaml', place: 'id', line: 1 },
      /small letters/,
    ],
    ['a member that there is not', { ...first, 'pack.yaml': `${head('1')}run: rm\n` }, { file: 'pack.yaml' }, /run/],
    ['a metric that is no YAML', { ...first, 'metrics/red.yaml': 'title: [' }, { file: 'metrics/red.yaml', line: 1 }, /./],
    [
      'an unknown field',
      { ...first, 'metrics/red.yaml': red.replace('severity', 'colour') },
      { file: 'metrics/red.yaml', line: 4 },
      /not a known field/,
    ],
    [
      'a metric that there is not',
      { ...first, 'initiatives/colours.yaml': initiativeYaml('Colours', 0.8, '[{id: green, weight: high}]') },
      { file: 'initiatives/colours.yaml', place: 'metrics.0.id', line: 5 },
      /there is no metric "green"/,
    ],
    ['a folder that is none of a pack', { ...first, 'events/x.yaml': red }, { file: 'events/x.yaml' }, new RegExp(place)],
    ['a folder below one', { ...first, 'metrics/deep/x.yaml': red }, { file: 'metrics/deep/x.yaml' }, new RegExp(place)],
    ['a program', { ...first, 'metrics/x.js': 'x' }, { file: 'metrics/x.js' }, new RegExp(place)],
    ['two spellings of one id', { ...first, 'metrics/red.yml': red }, { file: 'metrics/red.yml' }, /there twice/],
  ])('with %s is refused whole, at the place', async (_, files, problem, message) => {
    const before = await log()
    const { pack, problems, moves } = await preview(files)
    expect([pack, moves]).toEqual([null, []])
    expect(problems.find((each) => each.file === problem.file && message.test(each.message))).toMatchObject(problem)
    const refused = await activate(files)
    expect([refused.status, refused.body.error.code]).toEqual([400, 'pack_invalid'])
    expect(refused.body.error.message).toContain(problem.file)
    expect([await log(), await active()]).toEqual([before, []])
  })

  it.each([
    ['../metrics/red.yaml', 'damaged_file'],
    ['/etc/metrics/red.yaml', 'damaged_file'],
    ['metrics/../../red.yaml', 'damaged_file'],
  ])('with the path %s is refused before anything of it is read', async (path, code) => {
    const before = await log()
    const archive = tar({ 'pack.yaml': head('1'), [path]: red })
    for (const url of ['/packs/preview', '/packs']) {
      const answer = await app.ask<{ error: { code: string } }>('POST', url, archive)
      expect([answer.status, answer.body.error.code]).toEqual([400, code])
    }
    expect(await log()).toEqual(before)
  })

  it('that is no archive, or cut off, or has the same file twice, is refused', async () => {
    const files = Object.entries(first).map(([path, text]) => ({ path, text }))
    const before = await log()
    for (const [bytes, code] of [
      [Buffer.from('id: trial\nversion: 1\n'), 'not_a_pack'],
      [tar(first).subarray(0, 700), 'damaged_file'],
      [tarOf([...files, { path: 'metrics/red.yaml', text: blue }], 0), 'pack_invalid'],
      [Buffer.alloc(0), 'not_a_pack'],
    ] as const) {
      const answer = await activate(bytes)
      expect([answer.status, answer.body.error.code]).toEqual([400, code])
    }
    expect(await log()).toEqual(before)
  })

  it('of what is the organisation’s own is written, and read again elsewhere', async () => {
    app.wait(1_000_000)
    await app.ask('PUT', '/metrics/mine', { yaml: red })
    await app.ask('PUT', '/initiatives/ours', { yaml: initiativeYaml('Ours', 0.8, '[{id: mine, weight: high}]') })
    const archive = gunzipSync(await app.download('/packs/own.tar.gz'))
    const files: Files = {}
    for await (const file of readTar(Readable.from([archive]))) {
      let text = ''
      for await (const piece of file.body()) text += piece.toString()
      files[file.name] = text
    }
    expect(Object.keys(files).toSorted()).toEqual(['initiatives/ours.yaml', 'metrics/mine.yaml', 'pack.yaml'])
    await app.ask('DELETE', '/initiatives/ours')
    await app.ask('DELETE', '/metrics/mine')
    expect((await preview(files)).pack).toMatchObject({ id: 'north-own', metrics: ['mine'], initiatives: ['ours'] })
  })
})
