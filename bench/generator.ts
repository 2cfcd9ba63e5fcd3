import { DAY_US, NEVER } from '../src/model/time.ts'
import { epssSteps } from '../src/model/epss.ts'
import type { Engine } from '../src/store/engines/engine.ts'
import { addOrg, type Org } from '../src/store/orgs.ts'
import type { Store } from '../src/store/store.ts'

/** Days of history that are made. */
export const DAYS = 730

/** The instant at which the made history ends: the bench's clock stands here. */
export const BENCH_NOW = Date.UTC(2026, 8, 1, 12) * 1000

/** 00:00 UTC of the first made day. */
const START = Math.floor(BENCH_NOW / DAY_US) * DAY_US - (DAYS - 1) * DAY_US

/** How much is made. */
export interface Size {
  findings: number
  assets: number
  vulnerabilities: number
}

/** assets = findings / 200, vulnerabilities = findings / 250, never fewer than a small organisation has. */
export const sizeOf = (findings: number): Size => ({
  findings,
  assets: Math.max(20, Math.round(findings / 200)),
  vulnerabilities: Math.max(2000, Math.round(findings / 250)),
})

/** 2^31 - 1, a prime: squares modulo it scatter well and stay inside a bigint. */
const PRIME = 2_147_483_647

/** Number of the stream of random numbers; another one makes other data of the same kind. */
const SEED = 20_260_901

/** SQL: a number 0 … 2^31 - 2 that depends on `i` (an integer expression) and the draw `k` only, the same on every engine. */
function hashed(i: string, k: number): string {
  const x = `((cast(${i} as bigint) * 48271 + ${k * 1_299_709 + SEED}) % ${PRIME})`
  return `((${x} * ${x} + ${i} + ${k}) % ${PRIME})`
}

/** SQL: an instant on a day of the made history, minutes after midnight UTC given. */
const instant = (day: string, minute: string): string =>
  `(${START} + cast(${day} as bigint) * ${DAY_US} + cast(${minute} as bigint) * 60000000)`

/** SQL: the import that brings what is learned on a day: one per day, numbered from 1. */
const importOf = (day: string): string => `cast((${day}) + 1 as bigint)`

/** The record of asset a of a source: what the source calls it never changes. */
const recordOf = (source: string): string => `a.asset_id * 4 + ${['scanner', 'inventory', 'agent'].indexOf(source) + 1}`

/** What a vulnerability is called. */
const idOf = (v: string): string => `'CVE-' || (2017 + (${v}) % 9) || '-' || (10000 + (${v}))`

/**
 * Fills an empty store with one organisation of `findings` findings over two years, the same for the same size: written set by set straight
 * into the tables of facts. 8 EPSS steps per CVE, 3 attribute changes per asset, every asset scanned daily by one scanner and weekly by
 * another that sees 10 % of the findings too, 2 % of the sightings retracted; assets that join, leave and fall silent; CVEs, durations
 * and EPSS skewed as in life (few popular, most short, most low). Nothing is learned after the last import. Nothing derived is written.
 */
export async function generate(store: Store, size: Size): Promise<Org> {
  const org = await addOrg(store, { name: 'Bench', zone: 'Europe/Berlin' })
  await store.engine.transaction(async (transaction) => {
    for (const statement of [
      ...plan(size, org.org_id),
      ...imports(org.org_id),
      ...assets(org.org_id),
      ...vulnerabilities(),
      ...findings(org.org_id),
    ]) {
      await transaction.run(statement)
    }
    await counters(transaction, size)
  })
  return org
}

/** Working tables: what each asset, vulnerability and finding is to be. Dropped at the end. */
function plan({ findings, assets, vulnerabilities }: Size, org_id: number): string[] {
  const popular = `((${hashed('i', 41)} >> 16) * (${hashed('i', 41)} >> 16) * ${vulnerabilities} >> 30)`
  return [
    `create table bench_asset as
     select i as asset_id, ${org_id} as org_id, joined, case when ${hashed('i', 3)} % 20 = 0 then joined + 60 + ${hashed('i', 4)} % 500 else ${DAYS * 2} end as gone,
       case when ${hashed('i', 5)} % 20 = 1 then 200 + ${hashed('i', 6)} % 400 else ${DAYS * 2} end as silent
     from (select i, case when ${hashed('i', 1)} % 10 < 7 then 0 else ${hashed('i', 2)} % 600 end as joined from generate_series(1, ${assets}) s(i)) s`,
    `create table bench_vulnerability as
     select i as v, ${idOf('i')} as vulnerability_id, case when ${hashed('i', 21)} % 10 < 7 then -(${hashed('i', 22)} % 900) else ${hashed('i', 22)} % 700 end as published,
       case when ${hashed('i', 23)} % 100 < 12 then 90 + ${hashed('i', 24)} % 9 when ${hashed('i', 23)} % 100 < 55 then 70 + ${hashed('i', 24)} % 20
         when ${hashed('i', 23)} % 100 < 92 then 40 + ${hashed('i', 24)} % 30 else 10 + ${hashed('i', 24)} % 30 end as cvss_tenths,
       (31 * power4) >> 56 as epss_at, ${hashed('i', 26)} % 1000 as fate
     from (select i, (${hashed('i', 25)} >> 17) * (${hashed('i', 25)} >> 17) * (${hashed('i', 25)} >> 17) * (${hashed('i', 25)} >> 17) as power4 from generate_series(1, ${vulnerabilities}) s(i)) s`,
    `create table bench_finding as
     select i as finding_id, org_id, asset_id, v, vulnerability_id, cvss_tenths, opens,
       case when ${hashed('i', 44)} % 100 < 15 then ${DAYS * 2} else opens + 2 + (((${hashed('i', 45)} >> 16) * (${hashed('i', 45)} >> 16) * 400) >> 30) end as closes,
       'package-' || (v % 997) || case when copy > 1 then '/' || copy else '' end as component
     from (
       select s.i, a.org_id, a.asset_id, w.v, w.vulnerability_id, w.cvss_tenths,
         greatest(a.joined, w.published, 0) + case when ${hashed('s.i', 42)} % 100 < 25 then 0 else ${hashed('s.i', 43)} % (${DAYS} - greatest(a.joined, w.published, 0)) end as opens,
         row_number() over (partition by a.asset_id, w.v order by s.i) as copy
       from (
         select i, 1 + greatest(${hashed('i', 39)} % ${assets}, ${hashed('i', 40)} % ${assets}) as asset_id, 1 + ${popular} as v from generate_series(1, ${findings}) s(i)) s
       join bench_asset a on a.asset_id = s.asset_id join bench_vulnerability w on w.v = s.v) placed`,
  ]
}

/** One import per day, by the scanner and the feeds together; the chain of digests is not made. */
const imports = (org_id: number): string[] => [
  `insert into import (import_no, org_id, kind, format, format_version, source, tool, tool_version, file_name, observed_at, recorded_at, actor, input_digest, input_bytes,
     options, counts, undoes_import_no, undone_in, previous_digest, digest)
   select ${importOf('d')}, ${org_id}, 'report', 'nessus', 1, 'scanner', 'Scanner', '1.0', 'day-' || d || '.nessus', ${instant('d', '480')}, ${instant('d', '500')}, 'bench',
     'bench-' || d, 0, '{}', '{}', null, ${NEVER}, '', '' from generate_series(0, ${DAYS - 1}) s(d)`,
]

/** Assets: names, presence, attributes with their changes, and every look of the two scanners. */
function assets(org_id: number): string[] {
  const life = `${instant('a.joined', 'a.asset_id % 480')} as valid_from`
  const standing = `${NEVER} as valid_to, ${importOf('a.joined')} as opened_in, ${NEVER} as closed_in, ${NEVER} as retracted_in`
  const constant = (attribute: string, value: string) =>
    `insert into attribute_history select ${org_id}, a.asset_id, 'scanner', '${attribute}', ${value}, ${life}, ${standing} from bench_asset a`
  const changed = (attribute: string, k: number, value: (k: number) => string) => {
    const day = `(a.joined + 20 + ${hashed('a.asset_id', k)} % (${DAYS - 20} - a.joined))`
    return `insert into attribute_history
      select ${org_id}, a.asset_id, 'inventory', '${attribute}', case when e.half = 0 then ${value(k + 1)} else ${value(k + 2)} end,
        case when e.half = 0 then ${instant('a.joined', 'a.asset_id % 480')} else ${instant(day, '600')} end,
        case when e.half = 0 then ${instant(day, '600')} else ${NEVER} end,
        case when e.half = 0 then ${importOf('a.joined')} else ${importOf(day)} end, case when e.half = 0 then ${importOf(day)} else ${NEVER} end, ${NEVER}
      from bench_asset a cross join (values (0), (1)) e(half)`
  }
  const word = (words: readonly string[], i: string) =>
    `case ${i} % ${words.length} ${words.map((each, index) => `when ${index} then '${each}'`).join(' ')} end`
  const of = (words: readonly string[]) => (k: number) => word(words, hashed('a.asset_id', k))
  const look = (
    source: string,
    when: string,
  ) => `insert into coverage_history (org_id, asset_id, source, subject, access, min_severity, checks, observed_at, record_id, stated_in, opened_in, retracted_in)
    select ${org_id}, a.asset_id, '${source}', e.subject, e.access, 0, '', ${instant('d', 'a.asset_id % 480')}, ${recordOf(source)}, ${importOf('d')}, ${importOf('d')}, ${NEVER}
    from generate_series(0, ${DAYS - 1}) s(d) join bench_asset a on a.joined <= s.d and s.d < a.gone and (s.d < a.silent or s.d >= a.silent + 70) and ${when}
      cross join (values ('asset', 0), ('vulnerability', 2)) e(subject, access) order by d, 8, a.asset_id, e.subject`
  const records = (source: string) => [
    `insert into asset_record select ${recordOf(source)}, ${org_id}, '${source}', 'device', 'bench', ${importOf('a.joined')} from bench_asset a`,
    `insert into record_name select ${org_id}, ${recordOf(source)}, 'fqdn', 'host-' || a.asset_id || '.example.org' from bench_asset a`,
  ]
  return [
    ...records('scanner'),
    ...records('agent'),
    `insert into asset_key select a.asset_id, ${org_id}, ${importOf('a.joined')} from bench_asset a`,
    `insert into name_history select ${org_id}, a.asset_id, 'scanner', 'fqdn', 'host-' || a.asset_id || '.example.org', ${life}, ${standing} from bench_asset a`,
    `insert into presence_history select ${org_id}, a.asset_id, 'scanner', ${instant('a.joined', 'a.asset_id % 480')},
       case when a.gone < ${DAYS} then ${instant('a.gone', 'a.asset_id % 480')} else ${NEVER} end, ${importOf('a.joined')},
       case when a.gone < ${DAYS} then ${importOf('a.gone')} else ${NEVER} end, ${NEVER} from bench_asset a`,
    constant('name', `'host-' || a.asset_id`),
    constant('type', word(['device', 'device', 'device', 'device', 'device', 'cloud_resource', 'image'], hashed('a.asset_id', 61))),
    constant('os_family', word(['windows', 'windows', 'linux', 'linux', 'macos'], hashed('a.asset_id', 62))),
    changed('criticality', 71, of(['very_high', 'high', 'medium', 'low', 'low', 'medium'])),
    changed('internet_facing', 75, of(['true', 'false', 'false', 'false', 'false', 'false'])),
    changed('asset_group', 79, of(['Finance', 'Production', 'Sales', 'Research', 'Operations'])),
    look('scanner', 'true'),
    look('agent', 's.d % 7 = 3'),
  ]
}

/** The world: CVSS, EPSS in eight steps, exploits of a few, and a description each. */
function vulnerabilities(): string[] {
  const fromDay = 'greatest(w.published, 0)'
  const since = instant('w.published', '720')
  const standing = `${NEVER} as valid_to, ${importOf(fromDay)} as opened_in, ${NEVER} as closed_in, ${NEVER} as retracted_in`
  const stepDay = (k: string) => `(${fromDay} + (${k}) * (${DAYS} - ${fromDay}) / 8)`
  const wholeStepDay = (k: string) => `cast(floor(${stepDay(k)}) as bigint)`
  const drawn = hashed('(w.v * 8 + s.k)', 31)
  const shift = `(1 + ${drawn} % 3)`
  const at = `w.epss_at + case when s.k % 2 = 0 then 0 when w.epss_at < 4 or (w.epss_at < 27 and ${drawn} % 2 = 0) then ${shift} else -${shift} end`
  const exploit = (stage: number, source: string, below: number, k: number) => {
    const day = `(${fromDay} + ${hashed('w.v', k)} % greatest(1, ${DAYS} - ${fromDay}))`
    return `insert into exploit_history
      select w.vulnerability_id, '${source}', '${source}-' || w.v, ${stage}, ${instant(day, '720')}, ${NEVER}, ${importOf(day)}, ${NEVER}, ${NEVER} from bench_vulnerability w where w.fate < ${below}`
  }
  return [
    `insert into cvss_history select w.vulnerability_id, 'cve', '3.1', w.cvss_tenths, 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', ${since}, ${standing}
     from bench_vulnerability w where ${hashed('w.v', 27)} % 20 > 0`,
    `insert into description_history
     select w.vulnerability_id, 'cve', 'Weakness ' || w.v || ' of package ' || (w.v % 997), null, ${since}, 'PUBLISHED', null, null, null, '[]', ${since}, ${standing} from bench_vulnerability w`,
    `create table bench_step as select * from (values ${epssSteps.map((units, index) => `(${index}, ${units})`).join(', ')}) e(place, units)`,
    `insert into epss_history
     select w.vulnerability_id, 'epss', e.units, ${instant(wholeStepDay('s.k'), '720')}, case when s.k = 7 then ${NEVER} else ${instant(wholeStepDay('s.k + 1'), '720')} end,
       ${importOf(wholeStepDay('s.k'))}, case when s.k = 7 then ${NEVER} else ${importOf(wholeStepDay('s.k + 1'))} end, ${NEVER}
     from bench_vulnerability w cross join generate_series(0, 7) s(k) join bench_step e on e.place = ${at}`,
    `insert into epss_last select vulnerability_id, cast(epss as double precision) / 100000, null, 'bench', valid_from from epss_history where valid_to = ${NEVER}`,
    'drop table bench_step',
    exploit(1, 'exploit-db', 80, 51),
    exploit(2, 'exploit-db-verified', 40, 52),
    exploit(3, 'metasploit', 25, 53),
    exploit(4, 'kev', 15, 54),
    exploit(5, 'kev-ransomware', 4, 55),
    `insert into feed_coverage select e.source, ${instant('d', '720')}, true, ${importOf('d')}, ${NEVER} from generate_series(0, ${DAYS - 1}) s(d) cross join (values ('epss'), ('kev'), ('exploit-db')) e(source)`,
  ]
}

/** Findings and who saw them, in the order in which they were learned. */
function findings(org_id: number): string[] {
  const sighting = (
    source: string,
    opens: string,
    closes: string,
    retracted: string,
    which: string,
  ) => `insert into sighting_history (org_id, asset_id, source, finding_id, kind, severity,
      cvss_tenths, stage, version, fixed_version, place, title, access, checks, valid_from, valid_to, opened_in, closed_in, retracted_in)
    select ${org_id}, f.asset_id, '${source}', f.finding_id, 'vulnerability', case when f.cvss_tenths >= 90 then 4 when f.cvss_tenths >= 70 then 3 when f.cvss_tenths >= 40 then 2 else 1 end,
      f.cvss_tenths, case when ${hashed('f.finding_id', 46)} % 50 = 0 then 1 else 0 end, '1.' || (f.finding_id % 40), case when f.finding_id % 5 < 3 then '1.' || (41 + f.v % 20) end, null,
      'package-' || (f.v % 997) || ' needs an update', 2, '', ${instant(opens, 'f.asset_id % 480')}, case when ${closes} < ${DAYS} then ${instant(closes, 'f.asset_id % 480')} else ${NEVER} end,
      ${importOf(opens)}, case when ${closes} < ${DAYS} then ${importOf(closes)} else ${NEVER} end, ${retracted}
    from bench_finding f where ${which} order by f.opens, f.asset_id`
  return [
    `insert into finding_key select f.finding_id, ${org_id}, f.asset_id, 'vulnerability', f.vulnerability_id, f.component, ${importOf('f.opens')} from bench_finding f order by f.opens, f.asset_id`,
    sighting('scanner', 'f.opens', 'f.closes', String(NEVER), 'true'),
    sighting(
      'agent',
      `least(f.opens + ${hashed('f.finding_id', 48)} % 7, ${DAYS - 1})`,
      `(f.closes + ${hashed('f.finding_id', 49)} % 7)`,
      String(NEVER),
      'f.finding_id % 10 = 0',
    ),
    sighting('scanner', 'f.opens', 'f.closes + 9', `cast(${DAYS} as bigint)`, 'f.finding_id % 50 = 7'),
    'drop table bench_finding',
    'drop table bench_vulnerability',
    'drop table bench_asset',
  ]
}

/** What the store draws next comes after what was made. */
async function counters(transaction: Engine, { findings, assets }: Size): Promise<void> {
  for (const [name, last] of Object.entries({ import_no: DAYS, asset_id: assets, finding_id: findings })) {
    await transaction.run('delete from counter where name = $name', { name })
    await transaction.run('insert into counter values ($name, $last)', { name, last })
  }
}
