import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importFile } from '../../src/ingest/ingest.ts'
import { compute } from '../../src/insights/compute.ts'
import { type Action, readActions } from '../../src/insights/secure/actions.ts'
import { readStory, type Told } from '../../src/insights/secure/story.ts'
import { parseInstant } from '../../src/model/time.ts'
import { dayText, parseDay } from '../../src/store/days.ts'
import { addOrg, findOrg } from '../../src/store/orgs.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { smallCatalog } from '../contract/small-catalog.ts'
import { realData, withoutRealData } from './data.ts'

const data = realData()
const SNAPSHOT = 'reports/ms-secure-score/secureScore.json'
const PROFILES = 'reports/ms-secure-score/profiles.json.gz'
const ZERO_TRUST = 'reports/ms-zero-trust-assessment/SampleReport.json.gz'

/** A file as it stands there, unpacked and without its mark of the byte order. */
function textOf(path: string): string {
  const bytes = readFileSync(join(data!.root, path))
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\uFEFF/, '')
}

/** Its JSON, read without any importer. */
const raw = <T>(path: string): T => JSON.parse(textOf(path)) as T

interface MaesterRun {
  ExecutedAt: string
  Tests: { Id: string; Result: string }[]
}
interface ScubaRun {
  MetaData: { TimestampZulu: string }
  Results: Record<string, { Controls: { 'Control ID': string; Result: string; Criticality: string }[] }[]>
}

/** What a run says of each of its checks: met or not; null where it was asked and not answered. */
type Said = ReadonlyMap<string, boolean | null>

const saidByMaester = ({ Tests }: MaesterRun): Said =>
  new Map(Tests.map(({ Id, Result }) => [`maester:${Id}`, Result === 'Passed' ? true : Result === 'Failed' ? false : null]))

const saidByScuba = ({ Results }: ScubaRun): Said =>
  new Map(
    Object.values(Results)
      .flat()
      .flatMap(({ Controls }) => Controls)
      .map(({ 'Control ID': id, Result, Criticality }) => {
        const answered = ['Pass', 'Fail', 'Warning'].includes(Result) && !/3rd Party|Not-Implemented/i.test(Criticality)
        return [`scubagear:${id}`, answered ? Result === 'Pass' : null]
      }),
  )

/** What must be told between two runs, by the plainest reading of them: each as "kind, side, check". */
function expected(before: Said, after: Said, everAnswered: ReadonlySet<string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .flatMap((id) => {
      const [was, is] = [before.get(id) ?? null, after.get(id) ?? null]
      if (was === is) return []
      if (was === null)
        return before.has(id) ? [`${everAnswered.has(id) ? 'scope_changed' : 'action_added'} scope ${id}`] : [`action_added content ${id}`]
      if (is === null) return after.has(id) ? [`scope_changed scope ${id}`] : [`action_removed content ${id}`]
      return [is ? `points_gained ours ${id}` : `points_regressed ours ${id}`]
    })
    .toSorted()
}

const told = (story: readonly Told[], day: string): string[] =>
  story
    .filter((each) => dayText(each.day) === day && each.cause !== null)
    .map(({ kind, side, action_id }) => `${kind} ${side} ${action_id}`)
    .toSorted()

describe.skipIf(!data)(`secure score on real reports (${data ? data.root : withoutRealData})`, () => {
  const now = parseInstant('2026-05-20T00:00:00Z')!
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-real-secure-'))
  let store: Store
  const maesterRuns = (data?.files('reports/maester') ?? [])
    .map(({ path }) => path)
    .filter((path) => path.includes('/AD-'))
    .toSorted()
  const scubaRuns = (data?.files('reports/scubagear') ?? []).map(({ path }) => path).filter((path) => /ScubaResults[^/]*\.json/.test(path))
  const runs = maesterRuns.map((path) => raw<MaesterRun>(path))
  const dayOfRun = (index: number) => `2026-04-${String(10 + index)}`

  const learn = async (org: string, path: string, observed_at?: string) => {
    await importFile(store, join(data!.root, path), { actor: 'test', org, ...(observed_at ? { observed_at } : {}) })
  }
  const scopeOf = async (slug: string) => ({ org_id: (await findOrg(store.engine, slug))!.org_id, groups: null })
  const actionsOn = async (slug: string, day: string): Promise<Action[]> =>
    readActions(store.engine, await scopeOf(slug), { at: parseInstant(`${day}T23:59:59Z`)!, day: parseDay(day)! })
  const storyOf = async (slug: string): Promise<Told[]> =>
    readStory(store.engine, await scopeOf(slug), parseDay('2023-01-01')!, parseDay('2026-05-19')!)
  const sum = (actions: readonly Action[], column: 'points' | 'max_points') =>
    actions.reduce((total, action) => total + (action[column] ?? 0), 0) / 1000

  beforeAll(async () => {
    store = await openStore({ database: ':memory:', data: folder, now: () => now })
    for (const name of ['Scores first', 'Profiles first', 'Domain', 'Domain daily', 'Tenant', 'Sample'])
      await addOrg(store, { name, zone: 'UTC' })
    await learn('scores-first', SNAPSHOT)
    await learn('scores-first', PROFILES, '2024-01-01T06:00:00Z')
    // a tenant belongs to one organisation: the same export once more, of another tenant
    for (const path of [PROFILES, SNAPSHOT]) {
      const bytes = Buffer.from(textOf(path).replaceAll('12345678-1234-', '12345678-1235-'))
      const observed_at = path === PROFILES ? { observed_at: '2024-01-01T06:00:00Z' } : {}
      await importFile(store, { name: 'export.json', bytes }, { actor: 'test', org: 'profiles-first', ...observed_at })
    }
    for (const path of maesterRuns) await learn('domain', path)
    // the seven runs of fourteen hours once more, each on a day of its own: none hides behind a later one of its day
    for (const [index, run] of runs.entries()) {
      const bytes = Buffer.from(JSON.stringify({ ...run, ExecutedAt: `${dayOfRun(index)}T12:00:00Z` }))
      await importFile(store, { name: `run-${index}.json`, bytes }, { actor: 'test', org: 'domain-daily' })
    }
    for (const path of scubaRuns) await learn('tenant', path)
    await learn('sample', ZERO_TRUST)
    await compute(store, smallCatalog())
  }, 300_000)
  afterAll(async () => {
    await store.engine.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('has the totals of the Graph export to the digit, in both orders of import, with one history', async () => {
    const [snapshot] = raw<{
      value: {
        currentScore: number
        maxScore: number
        controlScores: { controlName: string; score: number; scoreInPercentage: number }[]
      }[]
    }>(SNAPSHOT).value
    const maxima = new Map(raw<{ value: { id: string; maxScore: number }[] }>(PROFILES).value.map(({ id, maxScore }) => [id, maxScore]))
    const { currentScore, maxScore, controlScores } = snapshot!
    expect([currentScore, maxScore, controlScores.length]).toEqual([128, 274, 68])
    const known = controlScores.flatMap(({ controlName, score, scoreInPercentage }) => {
      const most = maxima.get(controlName) ?? (scoreInPercentage === 100 && score > 0 ? score : null)
      return most === null ? [] : [{ id: `microsoft-secure-score:${controlName}`, points: 1000 * score, max_points: 1000 * most }]
    })
    for (const slug of ['scores-first', 'profiles-first']) {
      const actions = await actionsOn(slug, '2024-01-02')
      expect([sum(actions, 'points'), sum(actions, 'max_points')]).toEqual([currentScore, maxScore])
      const [rest] = actions.filter(({ total_only }) => total_only)
      const scored = actions.filter((action) => !action.total_only && action.points !== null)
      const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
      expect(scored.map(({ action_id, points, max_points }) => ({ id: action_id, points, max_points })).toSorted(byId)).toEqual(
        known.toSorted(byId),
      )
      expect([rest!.points, rest!.max_points]).toEqual([
        1000 * currentScore - known.reduce((total, { points }) => total + points, 0),
        1000 * maxScore - known.reduce((total, { max_points }) => total + max_points, 0),
      ])
      // what only the total knows says so, and is not taken for 10 points
      const names = new Set(controlScores.map(({ controlName }) => `microsoft-secure-score:${controlName}`))
      const unknown = actions.filter(({ action_id, points }) => names.has(action_id) && points === null)
      expect([unknown.length, new Set(unknown.map(({ unscored }) => unscored))]).toEqual([68 - known.length, new Set(['total_only'])])
    }
    const history = async (slug: string) =>
      store.engine.query(
        `select score, id, day, cause, numerator_delta, denominator_delta from score_delta where org_id = $org_id and score in ('control', 'secure')
         order by score collate "C", id collate "C", day, cause`,
        { org_id: (await scopeOf(slug)).org_id },
      )
    const first = await history('scores-first')
    expect(first.length).toBeGreaterThan(50)
    expect(await history('profiles-first')).toEqual(first)
  })

  it('tells coverage from improvement in the runs of Maester, as they were made', async () => {
    const story = await storyOf('domain')
    const lastOf = (day: string) => saidByMaester(runs.findLast(({ ExecutedAt }) => ExecutedAt.startsWith(day))!)
    const [first, last] = [lastOf('2026-04-25'), lastOf('2026-04-26')]
    expect(told(story, '2026-04-26')).toEqual(expected(first, last, new Set()))
    const flipped = runs[1]!.Tests.filter(({ Result }) => Result === 'Error').map(({ Id }) => `maester:${Id}`)
    expect(flipped).toHaveLength(39)
    expect(new Set(story.filter(({ action_id }) => flipped.includes(action_id)).map(({ kind, side }) => `${kind} ${side}`))).toEqual(
      new Set(['action_added scope']),
    )
  })

  it('calls nothing regressed or remediated that flips from error over skipped to an answer, run by run', async () => {
    const story = await storyOf('domain-daily')
    const answered = new Set<string>()
    const flips = new Map<string, number>()
    for (const [index, run] of runs.entries()) {
      const said = saidByMaester(run)
      const before = index === 0 ? null : saidByMaester(runs[index - 1]!)
      if (before) expect(told(story, dayOfRun(index)), dayOfRun(index)).toEqual(expected(before, said, answered))
      for (const [id, met] of said) {
        if (met !== null) answered.add(id)
        if (before && (before.get(id) === null) !== (met === null)) flips.set(id, (flips.get(id) ?? 0) + 1)
      }
    }
    // the 39 tests have an answer in the first run, none in the three that follow, and one again
    expect([...flips.values()].filter((times) => times === 2)).toHaveLength(39)
    const moved = story.filter(
      ({ action_id, day }) => flips.has(action_id) && [1, 2, 3, 4].some((index) => dayText(day) === dayOfRun(index)),
    )
    expect(moved).toHaveLength(78)
    expect(new Set(moved.map(({ kind, side, regression }) => `${kind} ${side} ${regression}`))).toEqual(
      new Set(['scope_changed scope null']),
    )
    const actions = await actionsOn('domain-daily', dayOfRun(4))
    const regressed = actions.filter(({ regressed_on }) => regressed_on !== null).map(({ action_id }) => action_id)
    expect(regressed.filter((id) => flips.has(id))).toEqual([])
  })

  it("names as content what changed in the questions of ScubaGear's releases", async () => {
    const story = await storyOf('tenant')
    const releases = scubaRuns
      .map((path) => raw<ScubaRun>(path))
      .toSorted((a, b) => (a.MetaData.TimestampZulu < b.MetaData.TimestampZulu ? -1 : 1))
    expect(releases).toHaveLength(5)
    const answered = new Set<string>()
    const days: string[] = []
    for (const [index, run] of releases.entries()) {
      const day = run.MetaData.TimestampZulu.slice(0, 10)
      days.push(day)
      const said = saidByScuba(run)
      if (index > 0) {
        const must = expected(saidByScuba(releases[index - 1]!), said, answered)
        expect(told(story, day), day).toEqual(must)
        expect(must.filter((line) => line.includes(' content ')).length, day).toBeGreaterThan(0)
      }
      for (const [id, met] of said) if (met !== null) answered.add(id)
      const actions = await actionsOn('tenant', day)
      const met = [...said.values()].filter((one) => one !== null)
      expect([sum(actions, 'points'), sum(actions, 'max_points')], day).toEqual([10 * met.filter(Boolean).length, 10 * met.length])
    }
    // between the releases nothing happens
    expect(new Set(story.map(({ day }) => dayText(day)))).toEqual(new Set(days))
  })

  it('counts the Zero Trust sample from its tests, not from its summary', async () => {
    const { Tests, TestResultSummary } = raw<{
      Tests: { TestId: string; TestStatus: string }[]
      TestResultSummary: Record<string, number>
    }>(ZERO_TRUST)
    const count = (status: string) => Tests.filter(({ TestStatus }) => TestStatus === status).length
    const actions = await actionsOn('sample', '2026-05-19')
    expect(actions).toHaveLength(Tests.length)
    expect([sum(actions, 'points'), sum(actions, 'max_points')]).toEqual([10 * count('Passed'), 10 * (count('Passed') + count('Failed'))])
    const completed = actions.filter(({ status }) => status === 'completed').map(({ action_id }) => action_id)
    expect(completed.toSorted()).toEqual(
      Tests.flatMap(({ TestId, TestStatus }) => (TestStatus === 'Passed' ? [`zero-trust-assessment:${TestId}`] : [])).toSorted(),
    )
    // the summary says otherwise: it is not what is scored
    const summed = (end: string) =>
      Object.entries(TestResultSummary).reduce((total, [name, number]) => total + (name.endsWith(end) ? number : 0), 0)
    expect([summed('Passed'), summed('Total')]).not.toEqual([count('Passed'), count('Passed') + count('Failed')])
  })
})
