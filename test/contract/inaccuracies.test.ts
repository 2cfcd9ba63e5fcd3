import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { undoImport } from '../../src/ingest/undo.ts'
import { engines } from './engines.ts'
import { openSmallApp, type SmallApp } from './small-app.ts'
import { smallCatalog } from './small-catalog.ts'

interface Report {
  inaccuracy_id: number
  about: string
  subject: string
  title: string
  kind: string
  state: string
  answer: { by: string; words: string } | null
  log: { state: string; actor: string; import_no: number }[]
}
interface List {
  items: Report[]
  total: number
}

describe.each(engines)('reports of inaccuracies on $name', ({ open }) => {
  let app: SmallApp
  const catalog = smallCatalog()
  const metric = [...catalog.metrics.values()][0]!
  const initiative = [...catalog.initiatives.values()][0]!
  beforeAll(async () => (app = await openSmallApp(await open(), catalog, 'north')))
  afterAll(() => app.close())

  const report = (body: object) => app.ask<Report & { error?: { code: string } }>('POST', '/inaccuracies', body)
  const list = async (query = '') => (await app.ask<List>('GET', `/inaccuracies${query}`)).body
  const where = (condition: object) => `?filter=${encodeURIComponent(JSON.stringify(condition))}`

  it('are about what is there, keep who said what, and are answered in words', async () => {
    const finding_id = app.world.north.org_id * 10_000
    const said = await report({ about: 'finding', subject: String(finding_id), kind: 'not_installed', reported_by: 'Kim' })
    expect(said).toMatchObject({
      status: 201,
      body: { inaccuracy_id: 1, title: 'CVE-1 in openssl on host-0', state: 'open', answer: null, reported_by: 'Kim' },
    })
    app.wait(1_000_000)
    await report({ about: 'vulnerability', subject: 'CVE-3', kind: 'wrong_severity', words: 'needs a login' })
    await report({ about: 'recommendation', subject: 'update:openssl', kind: 'already_fixed' })
    await report({ about: 'metric', subject: metric.id, kind: 'other', words: 'leave stock out' })
    await report({ about: 'initiative', subject: initiative.id, kind: 'new_action', words: 'rotate the keys' })
    expect((await list()).items.map((each) => [each.inaccuracy_id, each.about, each.subject])).toEqual([
      [5, 'initiative', initiative.id],
      [4, 'metric', metric.id],
      [3, 'recommendation', 'update:openssl'],
      [2, 'vulnerability', 'CVE-3'],
      [1, 'finding', String(finding_id)],
    ])
    const before = (await app.ask<{ as_of: string }>('GET', '/inaccuracies')).body.as_of
    app.wait(120_000_000)
    const answered = await app.ask<Report>('POST', '/inaccuracies/2/answer', { state: 'rejected', words: 'it does not', by: 'Sam' })
    expect(answered.body).toMatchObject({ state: 'rejected', answer: { by: 'Sam', words: 'it does not' } })
    expect(answered.body.log.map(({ state, actor }) => [state, actor])).toEqual([
      ['rejected', 'Sam'],
      ['open', 'api'],
    ])
    // what is open comes first; the past shows it as it stood, without what came later
    expect((await list()).items.map((each) => each.inaccuracy_id)).toEqual([5, 4, 3, 1, 2])
    expect((await list(where({ state: 'rejected' }))).items.map((each) => each.inaccuracy_id)).toEqual([2])
    expect((await list(where({ about: ['metric', 'finding'], state: 'open' }))).total).toBe(2)
    expect((await list('?search=login')).items.map((each) => each.inaccuracy_id)).toEqual([2])
    const then = (await app.ask<Report>('GET', `/inaccuracies/2?as_of=${before}`)).body
    expect([then.state, then.log.length]).toEqual(['open', 1])
    // taken back, by a person or by undoing the act
    await app.ask('POST', '/inaccuracies/2/answer', { state: 'open' })
    const again = (await app.ask<Report>('POST', '/inaccuracies/2/answer', { state: 'accepted', words: 'you are right' })).body
    expect(again.state).toBe('accepted')
    await undoImport(app.store, again.log[0]!.import_no, 'test')
    expect((await app.ask<Report>('GET', '/inaccuracies/2')).body.state).toBe('open')
  })

  it('are refused where nothing like that is known, and belong to one organisation', async () => {
    const refused = async (body: object) => {
      const { status, body: problem } = await report(body)
      return [status, problem.error?.code]
    }
    expect(await refused({ about: 'vulnerability', subject: 'CVE-1999-0001', kind: 'other', words: 'x' })).toEqual([
      404,
      'unknown_vulnerability',
    ])
    expect(await refused({ about: 'finding', subject: String(app.world.south.org_id * 10_000), kind: 'not_installed' })).toEqual([
      404,
      'unknown_finding',
    ])
    expect(await refused({ about: 'finding', subject: "1' or 1=1", kind: 'not_installed' })).toEqual([404, 'unknown_finding'])
    expect(await refused({ about: 'metric', subject: metric.id, kind: 'other', words: '  ' })).toEqual([400, 'bad_inaccuracy'])
    expect(await refused({ about: 'vulnerability', subject: 'CVE-3', kind: 'new_action', words: 'x' })).toEqual([400, 'bad_inaccuracy'])
    expect((await app.ask('POST', '/inaccuracies/99/answer', { state: 'accepted', words: 'x' })).status).toBe(404)
    expect((await app.ask('POST', '/inaccuracies/1/answer', { state: 'accepted' })).status).toBe(400)
    const south = await app.store.engine.query(`select id from definition_history where org_id = $org_id and kind = 'inaccuracy'`, {
      org_id: app.world.south.org_id,
    })
    expect(south).toEqual([])
  })
})
