import type { AssetRuleKind } from '../../model/asset-rule.ts'
import { NEVER } from '../../model/time.ts'
import { dayJoin, daySql } from '../days.ts'
import type { Engine, Params } from '../engines/engine.ts'

/** A test of single facts `x` of an asset: it is met while any of its facts meets it. */
export interface FactTest {
  table: 'software' | 'name' | 'source'
  sql: string
}

/** A rule about assets, ready for SQL. */
export interface AssetRuleSql {
  kind: AssetRuleKind
  id: string
  /** The criticality or the group that it gives. */
  value: string
  /** Of several rules of a kind that count for an asset, the lowest rank wins. */
  rank: number
  threshold: number
  on: boolean
  /** Predicates over `a` (a row of asset_history) and `m` (fact_0, fact_1 …: which tests are met), strongest answer counts. */
  clues: readonly { sql: string; certainty: number }[]
}

/** All rules of an organisation. */
export interface AssetRulesSql {
  rules: readonly AssetRuleSql[]
  tests: readonly FactTest[]
  params: Params
}

/** The facts that tests read, one row per asset and interval, with the columns that any test reads. */
const factTables: Record<FactTest['table'], { table: string; columns: readonly string[] }> = {
  software: { table: 'software_history', columns: ['name', 'vendor', 'cpe', 'place'] },
  name: { table: 'name_history', columns: ['name_type', 'name'] },
  source: { table: 'presence_history', columns: ['source'] },
}

/** Parameters that an SQL text names, and no others: PostgreSQL takes only those. */
export const namedIn = (sql: string, params: Params): Params =>
  Object.fromEntries(Object.entries(params).filter(([name]) => new RegExp(`\\$${name}\\b`).test(sql)))

/** What no asset can meet: a test or clue that is left out of a question. */
const NEVER_MET = 'false'

const distinctFacts = (kind: FactTest['table']): string => {
  const { table, columns } = factTables[kind]
  return `select distinct ${columns.join(', ')} from ${table} where org_id = $org_id and retracted_in = ${NEVER}`
}

/**
 * The rules with what no fact of the organisation meets set to {@link NEVER_MET}. Most tests are about things that an organisation has not, and the
 * question about all of them would take longer to plan than to answer.
 */
export async function withoutUnmet(engine: Engine, org_id: number, rules: AssetRulesSql): Promise<AssetRulesSql> {
  const met = new Set<number>()
  for (const kind of ['software', 'name', 'source'] as const) {
    const own = rules.tests.flatMap((test, index) => (test.table === kind ? [{ index, sql: test.sql }] : []))
    if (!own.length) continue
    const sql = `select distinct t.test from (${distinctFacts(kind)}) x cross join (values ${own.map(({ index }) => `(${index})`).join(', ')}) t(test)
      where case t.test ${own.map(({ index, sql: test }) => `when ${index} then (${test})`).join(' ')} end`
    for (const { test } of await engine.query<{ test: number }>(sql, { ...namedIn(sql, rules.params), org_id })) met.add(test)
  }
  const still = (sql: string) => {
    const text = sql.replaceAll(/coalesce\(m\.fact_(\d+), false\)/g, (all, index: string) => (met.has(Number(index)) ? all : NEVER_MET))
    return /^(?:[()\s]|false|and|or)*$/.test(text) ? NEVER_MET : text
  }
  return {
    ...rules,
    tests: rules.tests.map((test, index) => (met.has(index) ? test : { ...test, sql: NEVER_MET })),
    rules: rules.rules.map((rule) => ({ ...rule, clues: rule.clues.map((clue) => ({ ...clue, sql: still(clue.sql) })) })),
  }
}

/** Whether any asset at all could fit one of the rules. */
export const canFit = ({ rules }: AssetRulesSql): boolean => rules.some(({ clues }) => clues.some(({ sql }) => sql !== NEVER_MET))

/**
 * CTEs down to `found` (asset_id, rule_no, clue, certainty, valid_from, valid_to): when each asset of table `assets` (asset_id) fits each of
 * the rules (of which one can fit: {@link canFit}), by its strongest clue, read from asset_history and from what sources say of it. Adjoining intervals of one rule and clue are one.
 */
export function foundCtes({ rules, tests }: AssetRulesSql, assets: string): string {
  const parts = (['software', 'name', 'source'] as const).flatMap((kind) => {
    const own = tests.flatMap((test, index) => (test.table === kind && test.sql !== NEVER_MET ? [{ index, sql: test.sql }] : []))
    if (!own.length) return []
    const { table, columns } = factTables[kind]
    const same = columns.map((column) => `coalesce(h.${column}, '') = coalesce(l.${column}, '')`).join(' and ')
    return [
      {
        name: `met_${kind}`,
        ctes: `fact_${kind} as materialized (
       select h.asset_id, ${columns.map((column) => `h.${column}`).join(', ')}, h.valid_from, h.valid_to from ${table} h join ${assets} s on s.asset_id = h.asset_id
       where h.org_id = $org_id and h.retracted_in = ${NEVER}),
     likeness_${kind} as (
       select x.*, t.test from (select distinct ${columns.join(', ')} from fact_${kind}) x cross join (values ${own.map(({ index }) => `(${index})`).join(', ')}) t(test)
       where case t.test ${own.map(({ index, sql }) => `when ${index} then (${sql})`).join(' ')} end),
     met_${kind} as (select h.asset_id, l.test, h.valid_from, h.valid_to from fact_${kind} h join likeness_${kind} l on ${same})`,
      },
    ]
  })
  const cases = (pick: (clue: { sql: string; certainty: number }, index: number) => number) =>
    rules
      .flatMap(({ clues }, no) => {
        const strongest = clues
          .map((clue, index) => ({ clue, index }))
          .filter(({ clue }) => clue.sql !== NEVER_MET)
          .toSorted((a, b) => b.clue.certainty - a.clue.certainty || a.index - b.index)
        if (!strongest.length) return []
        return `when ${no} then case ${strongest.map(({ clue, index }) => `when ${clue.sql} then ${pick(clue, index)}`).join(' ')} end`
      })
      .join(' ')
  return `${parts.map(({ ctes }) => `${ctes},`).join('\n     ')}
     ${parts.length ? `met as materialized (${parts.map(({ name }) => `select * from ${name}`).join(' union all ')}),` : ''}
     row_of as materialized (select a.* from asset_history a join ${assets} s on s.asset_id = a.asset_id where a.org_id = $org_id),
     point as (
       select asset_id, valid_from as t from row_of union select asset_id, valid_to from row_of
       ${parts.length ? 'union select asset_id, valid_from from met union select asset_id, valid_to from met' : ''}),
     piece as materialized (select asset_id, t as valid_from, lead(t) over (partition by asset_id order by t) as valid_to from point),
     ${
       parts.length
         ? `m as (
       select p.asset_id, p.valid_from, ${tests.flatMap((test, index) => (test.sql === NEVER_MET ? [] : [`bool_or(e.test = ${index}) as fact_${index}`])).join(', ')}
       from piece p join met e on e.asset_id = p.asset_id and e.valid_from <= p.valid_from and p.valid_from < e.valid_to group by p.asset_id, p.valid_from),`
         : ''
     }
     asked as (
       select p.asset_id, p.valid_from, p.valid_to, r.rule_no,
         case r.rule_no ${cases((_, index) => index)} end as clue
       from piece p join row_of a on a.asset_id = p.asset_id and a.valid_from <= p.valid_from and p.valid_from < a.valid_to
         ${parts.length ? 'left join m on m.asset_id = p.asset_id and m.valid_from = p.valid_from' : ''}
         cross join (values ${rules.flatMap(({ clues }, no) => (clues.some(({ sql }) => sql !== NEVER_MET) ? [`(${no})`] : [])).join(', ')}) r(rule_no)),
     fitting as (select * from asked where clue is not null and valid_to is not null),
     begun as (
       select *, case when lag(valid_to) over w = valid_from and lag(clue) over w = clue then 0 else 1 end as begins
       from fitting window w as (partition by asset_id, rule_no order by valid_from)),
     numbered as (select *, sum(begins) over (partition by asset_id, rule_no order by valid_from rows unbounded preceding) as run from begun),
     run as (
       select asset_id, rule_no, min(clue) as clue, min(valid_from) as valid_from, max(valid_to) as valid_to from numbered group by asset_id, rule_no, run),
     strength as (select * from (values ${rules.flatMap(({ clues }, no) => clues.map(({ certainty }, clue) => `(${no}, ${clue}, ${certainty})`)).join(', ')}) s(rule_no, clue, certainty)),
     found as (select r.*, s.certainty from run r join strength s on s.rule_no = r.rule_no and s.clue = r.clue)`
}

/** Makes asset_class anew for the touched assets of an organisation. Needs their rows of asset_history, and `decided` (asset_id, rule_id, decision). */
export async function deriveClasses(transaction: Engine, org_id: number, rules: AssetRulesSql): Promise<void> {
  await transaction.run('delete from asset_class where org_id = $org_id and asset_id in (select asset_id from touched)', { org_id })
  const asked = await withoutUnmet(transaction, org_id, rules)
  if (!canFit(asked)) return
  const list = asked.rules
  const sql = `insert into asset_class (org_id, asset_id, kind, rule_id, certainty, clue, decision, counts, valid_from, valid_to, from_day, to_day)
     with ${foundCtes(asked, 'touched')},
     rule as (select unnest($numbers) as rule_no, unnest($kinds) as kind, unnest($ids) as rule_id, unnest($thresholds) as threshold, unnest($ons) as rule_on)
     select cast($org_id as integer), f.asset_id, r.kind, r.rule_id, f.certainty, f.clue, d.decision,
       r.rule_on = 1 and coalesce(d.decision, '') <> 'no' and (f.certainty >= r.threshold or coalesce(d.decision, '') = 'yes'),
       f.valid_from, f.valid_to, ${daySql('f.valid_from', 'd1')}, ${daySql('f.valid_to', 'd2')}
     from found f join rule r on r.rule_no = f.rule_no
     left join decided d on d.asset_id = f.asset_id and d.rule_id = r.rule_id and r.kind = 'criticality'
     left join day d1 on ${dayJoin('f.valid_from', '$org_id', 'd1')}
     left join day d2 on ${dayJoin('f.valid_to', '$org_id', 'd2')}`
  await transaction.query(sql, {
    ...namedIn(sql, rules.params),
    org_id,
    numbers: list.map((_, no) => no),
    kinds: list.map(({ kind }) => kind),
    ids: list.map(({ id }) => id),
    thresholds: list.map(({ threshold }) => threshold),
    ons: list.map(({ on }) => (on ? 1 : 0)),
  })
}
