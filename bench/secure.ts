// npm run bench -- secure: how long the pages of the secure score take, beside SQL written by hand on the same data.
import { randomUUID } from 'node:crypto'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { buildApp } from '../src/api/app.ts'
import { computeSecureScore } from '../src/insights/secure-score.ts'
import { DAY_US, NEVER } from '../src/model/time.ts'
import { dayText, NEVER_DAY } from '../src/store/days.ts'
import type { Engine, Params } from '../src/store/engines/engine.ts'
import { addOrg } from '../src/store/orgs.ts'
import { openStore, type Store } from '../src/store/store.ts'
import { smallCatalog } from '../test/contract/small-catalog.ts'
import { BENCH_NOW } from './generator.ts'
import { inTurn, timed } from './measure.ts'
import { openPlace } from './place.ts'
import { handWritten } from './questions.ts'

const usage = `npm run bench -- secure [--engine duckdb|postgres] [--organisations 50] [--actions 500] [--days 1000] [--runs 5]
  --organisations, --actions, --days  how much is made: actions of each organisation, days of its history
  --runs                              runs of each page and its SQL in turn, an odd number; the middle one counts`

/** How much is made. */
interface Size {
  organisations: number
  actions: number
  days: number
}

const TODAY = Math.floor(BENCH_NOW / DAY_US)

/**
 * Fills an empty store with organisations of one tenant each, whose actions change their points every 20 to 79 days: a third has all points, a third
 * some, a third none. Every day is looked at. Returns the organisations' numbers.
 */
async function generateScores(store: Store, { organisations, actions, days }: Size): Promise<number[]> {
  const first = TODAY - days + 1
  const orgs: number[] = []
  for (let index = 1; index <= organisations; index++) orgs.push((await addOrg(store, { name: `Tenant ${index}`, zone: 'UTC' })).org_id)
  const facts = `1 as opened_in, cast(${NEVER} as bigint) as closed_in, cast(${NEVER} as bigint) as retracted_in`
  const said = "'bench'"
  const since = `cast(${first} as bigint) * ${DAY_US}`
  await store.engine.transaction(async (transaction) => {
    for (const org_id of orgs) {
      const rows = `generate_series(1, ${actions}) as a(action)`
      const stay = `${org_id} as org_id, ${org_id} as asset_id`
      const span = `${since} as valid_from, cast(${NEVER} as bigint) as valid_to`
      const inDays = `${span}, ${first} as from_day, ${NEVER_DAY} as to_day`
      await insert(transaction, 'asset_history', `${stay}, 'tenant' as type, 'tenant ${org_id}' as name, 1000 as value, ${inDays}`)
      for (const subject of ['control', 'asset']) await insert(transaction, 'fresh_history', `${stay}, '${subject}' as subject, ${inDays}`)
      await insert(
        transaction,
        'coverage_history',
        `${stay}, ${said} as source, 'control' as subject, 2 as access, 0 as min_severity, '' as checks, (${first} + l.look) * cast(${DAY_US} as bigint) as observed_at,
          0 as record_id, 1 as stated_in, 1 as opened_in, cast(${NEVER} as bigint) as retracted_in`,
        `generate_series(0, ${days - 1}) as l(look)`,
      )
      await insert(
        transaction,
        'control_history',
        `${org_id} as org_id, ${said} as source, 'bench:' || action as control_id, 'Do the thing number ' || action as title, 2 as severity,
          case action % 4 when 0 then 'Identity' when 1 then 'Device' when 2 then 'Apps' else 'Data' end as category,
          'It protects against one thing or another, in as many words as such texts have.' as description, 'Switch it on. User impact: low.' as remediation,
          'Suite' as product, 1000 * (1 + action % 10) as max_points, '[]' as frameworks, ${span}, ${facts}`,
        rows,
      )
      const period = `(20 + (action * 7919 + ${org_id * 104_729}) % 60)`
      const begins = `(${first} + v.version * ${period}) * cast(${DAY_US} as bigint)`
      const most = '1000 * (1 + action % 10)'
      const draw = `(action * 31 + v.version * 17 + ${org_id}) % 3`
      await insert(
        transaction,
        'control_result_history',
        `${stay}, ${said} as source, ${org_id} * 1000000 + action as finding_id, 'bench:' || action as control_id,
          case ${draw} when 0 then 'pass' else 'fail' end as status, 2 as severity,
          case ${draw} when 0 then ${most} when 1 then (${most} - ${most} % 2) / 2 else 0 end as points, ${most} as max_points, ${begins} as valid_from,
          case when (v.version + 1) * ${period} >= ${days} then cast(${NEVER} as bigint) else ${begins} + ${period} * cast(${DAY_US} as bigint) end as valid_to, ${facts}`,
        `${rows} join generate_series(0, ${Math.ceil(days / 20)}) as v(version) on v.version * ${period} < ${days}`,
      )
    }
  })
  return orgs
}

/** Writes the rows of a question whose columns are named as those of the table. */
async function insert(engine: Engine, table: string, columns: string, from = '(values (0)) as one(row_no)'): Promise<void> {
  const names = [...columns.matchAll(/(?:^| )as (\w+)(?=,|$)/g)].map(([, name]) => name!)
  await engine.run(`insert into ${table} (${names.join(', ')}) select ${columns} from ${from}`)
}

/** A page as the browser asks for it, and the SQL by hand that gives what it shows. */
interface Question {
  title: string
  path: string
  sql: string
}

const pages = (first: string): Question[] => [
  { title: 'overview', path: '/secure-score', sql: 'secure-actions' },
  { title: 'recommended actions', path: '/secure-score/actions?limit=100', sql: 'secure-actions' },
  { title: 'one action', path: '/secure-score/actions/bench:7', sql: 'secure-activities' },
  { title: 'history, all days', path: `/secure-score/history?from=${first}`, sql: 'secure-history' },
  { title: 'activities, all days', path: `/secure-score/activities?limit=100&from=${first}`, sql: 'secure-activities' },
  { title: 'metrics & trends, all days', path: `/secure-score/trends?from=${first}`, sql: 'secure-activities' },
  { title: 'compare first and last day', path: `/secure-score/compare?from=${first}`, sql: 'secure-activities' },
]

/** The store without what is kept from one question to the next: every run works its answer out. */
const anew = (store: Store): Store => ({
  ...store,
  engine: new Proxy(store.engine, {
    get: (engine, name) => {
      if (name === 'version') return () => Promise.resolve(randomUUID())
      const member = Reflect.get(engine, name) as unknown
      return typeof member === 'function' ? (member.bind(engine) as unknown) : member
    },
  }),
})

/** Runs the bench of the secure score's pages and prints its table. */
export async function benchSecure(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      engine: { type: 'string', default: 'duckdb' },
      organisations: { type: 'string', default: '50' },
      actions: { type: 'string', default: '500' },
      days: { type: 'string', default: '1000' },
      runs: { type: 'string', default: '5' },
      help: { type: 'boolean', default: false },
    },
  })
  const [organisations, actions, days, runs] = [values.organisations, values.actions, values.days, values.runs].map(Number) as [
    number,
    number,
    number,
    number,
  ]
  const wrong = ![organisations, actions, days].every((count) => Number.isInteger(count) && count > 0) || runs % 2 !== 1
  if (values.help || wrong || !['duckdb', 'postgres'].includes(values.engine)) {
    process.stderr.write(`${usage}\n`)
    process.exitCode = values.help ? 0 : 2
    return
  }
  const place = await openPlace(values.engine as Engine['name'])
  try {
    const store = await openStore({ database: await place.database(), data: place.folder, now: () => BENCH_NOW })
    try {
      const made = await timed(() => generateScores(store, { organisations, actions, days }))
      const orgs = made.result
      const derived = await timed(async () => {
        for (const org_id of orgs) await store.engine.transaction((transaction) => computeSecureScore(transaction, org_id))
      })
      await store.engine.run('analyze')
      process.stdout.write(
        `${place.about}: ${organisations} organisations × ${actions} actions × ${days} days; made in ${ms(made.ms)}, scores worked out in ${ms(derived.ms / organisations)} an organisation. Load ${loadavg()[0]!.toFixed(1)}.\n\n` +
          '| page | cold | again | SQL by hand | cold / by hand | answer |\n|---|---|---|---|---|---|\n',
      )
      const middle = orgs[orgs.length >> 1]!
      const first = TODAY - days + 1
      const params: Params = { org_id: middle, at: BENCH_NOW, from_day: first, to_day: TODAY }
      for (const { title, path, sql } of pages(dayText(first + 1)))
        process.stdout.write(
          `| ${title} | ${await line(store, `tenant-${(orgs.length >> 1) + 1}`, path, handWritten(sql, store.engine.name), params, runs)} |\n`,
        )
    } finally {
      await store.engine.close()
    }
  } finally {
    await place.remove()
  }
}

const ms = (time: number): string => (time < 1000 ? `${time.toFixed(0)} ms` : `${(time / 1000).toFixed(1)} s`)

/** A page cold, again, and its SQL by hand, in turn: the cells of its row. */
async function line(store: Store, org: string, path: string, sql: string, params: Params, runs: number): Promise<string> {
  const url = `/api/v1${path}${path.includes('?') ? '&' : '?'}org=${org}`
  const catalog = smallCatalog()
  const ask = async (from: Store) => {
    const app = buildApp({ store: from, catalog, version: 'bench' })
    await app.ready()
    const asked = async () => {
      const answer = await app.inject(url)
      if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.body.slice(0, 300)}`)
      return answer.rawPayload.length
    }
    return { asked, close: () => app.close() }
  }
  const used = Object.fromEntries(Object.entries(params).filter(([name]) => sql.includes(`$${name}`)))
  const kept = await ask(store)
  const cold = async () => {
    const one = await ask(anew(store))
    const began = performance.now()
    const bytes = await one.asked()
    const took = performance.now() - began
    await one.close()
    return { took, bytes }
  }
  const colds: number[] = []
  const [page, byHand] = await inTurn(
    [
      async () => {
        const { took, bytes } = await cold()
        colds.push(took)
        return bytes
      },
      () => store.engine.query(sql, used),
    ],
    runs,
  )
  await kept.asked()
  const again = await timed(kept.asked)
  await kept.close()
  const middle = colds.slice(1).toSorted((a, b) => a - b)[runs >> 1]!
  return [ms(middle), ms(again.ms), ms(byHand.ms), (middle / byHand.ms).toFixed(1), `${Math.round(page.result / 1024)} KB`].join(' | ')
}
