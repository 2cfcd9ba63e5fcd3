import { NEVER, type Instant } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'

/** What a source of intelligence says of a vulnerability, and through which import we know. */
export interface Intelligence {
  subject: string
  source: string
  /** Of `stage` the number of the exploit stage, of `epss` 1e-5, of `cvss` tenths. */
  about: 'stage' | 'epss' | 'cvss'
  value: number
  valid_from: Instant
  valid_to: Instant
  /** The import that said so, or that said that it has ended. */
  import_no: number
  ended: boolean
}

/** How many statements of each kind are told of a vulnerability. */
const MOST = 4

/** Which statements `s` are news, as SQL: those that begin, and those that end or are taken back. */
interface News {
  begins: string
  ends: string
  params: Record<string, number>
}

/** What was learned after import `low` about the instant `at`: what holds then as we know now, and what we thought would. */
export const learnedAfter = (low: number, at: Instant): News => ({
  begins: `s.retracted_in = ${NEVER} and s.opened_in > $low and s.valid_from <= $at and $at < s.valid_to`,
  ends: `s.opened_in <= $low and s.valid_from <= $at and (s.retracted_in > $low and s.retracted_in < ${NEVER} or s.closed_in > $low and s.valid_to <= $at)`,
  params: { low, at },
})

/** What began or ended from one instant on until before another, as known now. */
export const happenedWithin = (from: Instant, to: Instant): News => ({
  begins: `s.retracted_in = ${NEVER} and $from <= s.valid_from and s.valid_from < $to`,
  ends: `s.retracted_in = ${NEVER} and $from <= s.valid_to and s.valid_to < $to`,
  params: { from, to },
})

/** What is news about some vulnerabilities: exploit stages first, then CVSS, then EPSS; of each the newest first. Only stages are told to have ended, unless the same was said again: of the others the next one is told. */
export async function intelligenceBehind(engine: Engine, subjects: readonly string[], news: News): Promise<Intelligence[]> {
  if (subjects.length === 0) return []
  const line = (table: string, about: Intelligence['about'], place: number, value: string, ends: boolean) =>
    `select s.vulnerability_id as subject, s.source, '${about}' as about, ${place} as place, cast(${value} as integer) as value, s.valid_from, s.valid_to,
      case when ${ends} then least(s.closed_in, s.retracted_in) else s.opened_in end as import_no, ${ends} as ended
    from ${table} s where s.vulnerability_id = any($subjects) and ${ends ? news.ends : news.begins}`
  const told = await engine.query<Intelligence>(
    `select subject, source, about, value, valid_from, valid_to, import_no, ended from (
      select said.*, row_number() over (partition by subject, place order by valid_from desc, value desc, ended, source collate "C", import_no, valid_to) as newest from (
        ${line('exploit_history', 'stage', 1, 's.stage', false)} and s.stage > 0
        union ${line('exploit_history', 'stage', 1, 's.stage', true)} and s.stage > 0
        union ${line('cvss_history', 'cvss', 2, 's.cvss_tenths', false)}
        union ${line('epss_history', 'epss', 3, 's.epss', false)}) said) told
    where newest <= ${MOST} order by subject collate "C", place, newest`,
    { ...news.params, subjects: [...subjects] },
  )
  const said = new Set(told.flatMap((one) => (one.ended ? [] : [wordsOf(one)])))
  return told.filter((one) => !one.ended || !said.has(wordsOf(one)))
}

const wordsOf = ({ subject, source, about, value }: Intelligence): string => [subject, source, about, value].join(' ')
