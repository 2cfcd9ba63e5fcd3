import { UserError } from '../../../errors.ts'
import { formatInstant, NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, holds, momentParams, presentColumns, standing } from '../moment.ts'
import { severityWord, stageWord } from '../words.ts'
import { aliasesOf, findVulnerabilities, type VulnerabilityItem } from './list.ts'

/** All about one vulnerability. */
export interface VulnerabilityAnswer extends VulnerabilityItem {
  description: string | null
  cvss_vector: string | null
  /** The last exact value, with its percentile and model, for display. */
  epss_exact: number | null
  epss_percentile: number | null
  epss_model: string | null
  ssvc: { exploitation: string | null; automatable: string | null; technical_impact: string | null } | null
  /** What the world learned of it, who said so, and when its report or feed was read here (null where none tells); oldest first. */
  timeline: { at: string; what: string; source: string; learned_at: string | null }[]
  /** How its EPSS went on the fixed scale, 0–1; the newest 60 steps, newest first. */
  epss_steps: { at: string; epss: number; source: string }[]
  /** The components that have it, with version and the version that fixes it as tools state them, the most assets first; at most 200. */
  affected: { component: string; version: string | null; fixed_version: string | null; assets: number }[]
  url: string | null
}

const stageWords: readonly string[] = [
  '',
  'Public exploit',
  'Exploit verified',
  'Exploit added to a kit',
  'Known exploited',
  'Used by ransomware',
]

/**
 * The id under which a vulnerability is known here: the one asked for, or, where nothing is found under it, that of which a tool says that it is
 * another name.
 */
export async function knownId(engine: Engine, scope: Scope, moment: AskedMoment, asked: string): Promise<string> {
  const [found] = await engine.query<{ vulnerability_id: string }>(
    `select d.vulnerability_id from advisory_history d
    where d.org_id = $org_id and strpos(d.aliases, $quoted) > 0 and d.vulnerability_id <> $asked and ${standing('d')}
      and not exists (select 1 from finding_key k where k.org_id = $org_id and k.kind = 'vulnerability' and k.subject = $asked)
    order by d.vulnerability_id collate "C" limit 1`,
    { org_id: scope.org_id, at: moment.at, asked, quoted: JSON.stringify(asked) },
  )
  return found?.vulnerability_id ?? asked
}

/**
 * One vulnerability, whether some asset has it or the world only told of it. Throws UserError('unknown_vulnerability') when neither is so.
 */
export async function getVulnerability(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  vulnerability_id: string,
): Promise<VulnerabilityAnswer> {
  const params = { ...momentParams(scope, moment), id: vulnerability_id }
  const [[item], [world], descriptions, advisories, [cvss], [exact], exploits, [seen], steps, affected] = await Promise.all([
    findVulnerabilities(engine, scope, moment, [vulnerability_id]),
    engine.query<{ epss: number | null; stage: number; cvss_tenths: number | null }>(
      `select v.epss, v.stage, v.cvss_tenths from vulnerability_history v where v.vulnerability_id = $id and ${holds('v')}`,
      params,
    ),
    engine.query<{
      source: string
      title: string | null
      description: string | null
      published_at: number | null
      ssvc_exploitation: string | null
      ssvc_automatable: string | null
      ssvc_technical_impact: string | null
    }>(
      `select d.source, d.title, d.description, d.published_at, d.ssvc_exploitation, d.ssvc_automatable, d.ssvc_technical_impact
      from description_history d where d.vulnerability_id = $id and ${standing('d')} order by d.source collate "C"`,
      params,
    ),
    engine.query<{
      title: string | null
      description: string | null
      severity: number | null
      published_at: number | null
      cvss_vector: string | null
      url: string | null
      aliases: string
    }>(
      `select d.title, d.description, d.severity, d.published_at, d.cvss_vector, d.url, d.aliases from advisory_history d
      where d.org_id = $org_id and d.vulnerability_id = $id and ${standing('d')} order by d.source collate "C"`,
      params,
    ),
    engine.query<{ vector: string }>(
      `select c.vector from cvss_history c where c.vulnerability_id = $id and ${standing('c')} order by c.version collate "C" desc, c.cvss_tenths desc, c.source collate "C" limit 1`,
      params,
    ),
    engine.query<{ epss: number; percentile: number | null; model: string | null }>(
      'select epss, percentile, model from epss_last where vulnerability_id = $id',
      params,
    ),
    engine.query<{ stage: number; source: string; reference: string; valid_from: number; recorded_at: number | null }>(
      `select e.stage, e.source, e.reference, e.valid_from, i.recorded_at from exploit_history e left join import i on i.import_no = e.opened_in where e.vulnerability_id = $id and e.retracted_in = ${NEVER} and e.valid_from <= $at and e.stage > 0
      order by e.valid_from, e.stage, e.reference collate "C" limit 200`,
      params,
    ),
    engine.query<{ first: number | null; source: string }>(
      `select min(s.valid_from) as first, s.source from sighting_history s join finding_key k on k.finding_id = s.finding_id
      where k.org_id = $org_id and k.kind = 'vulnerability' and k.subject = $id and s.retracted_in = ${NEVER} and s.valid_from <= $at group by s.source order by first, s.source collate "C" limit 1`,
      params,
    ),
    engine.query<{ valid_from: number; epss: number; source: string }>(
      `select e.valid_from, e.epss, e.source from epss_history e where e.vulnerability_id = $id and e.retracted_in = ${NEVER} and e.valid_from <= $at
      order by e.valid_from desc, e.source collate "C" limit 60`,
      params,
    ),
    engine.query<VulnerabilityAnswer['affected'][number]>(
      `with ${presentColumns(scope, ['asset_id'])}
      select f.component, s.version, s.fixed_version, count(distinct f.asset_id) as assets
      from finding_history f join a on a.asset_id = f.asset_id
      left join sighting_history s on s.finding_id = f.finding_id and s.asset_id = f.asset_id and s.org_id = $org_id and ${standing('s')}
      where f.org_id = $org_id and f.kind = 'vulnerability' and f.subject = $id and ${holds('f')}
      group by f.component, s.version, s.fixed_version
      order by assets desc, f.component collate "C", s.version collate "C" nulls last, s.fixed_version collate "C" nulls last limit 200`,
      params,
    ),
  ])
  if (!item && !world && descriptions.length === 0 && exploits.length === 0) {
    throw new UserError('unknown_vulnerability', `nothing is known of ${vulnerability_id.slice(0, 60)} here at that moment`, {
      status: 404,
    })
  }
  const first = <K extends 'title' | 'description' | 'published_at'>(key: K) =>
    descriptions.find((row) => row[key] !== null)?.[key] ?? advisories.find((row) => row[key] !== null)?.[key] ?? null
  const published = first('published_at')
  const described = descriptions.find((row) => row.ssvc_exploitation ?? row.ssvc_automatable ?? row.ssvc_technical_impact)
  const timeline = [
    ...(published === null
      ? []
      : [
          {
            at: published,
            what: 'Published',
            source: descriptions.find((row) => row.published_at !== null)?.source ?? 'report',
            learned_at: null,
          },
        ]),
    ...exploits.map(({ stage, source, reference, valid_from, recorded_at }) => ({
      at: valid_from,
      what: reference ? `${stageWords[stage]} (${reference})` : stageWords[stage]!,
      source,
      learned_at: recorded_at,
    })),
    ...(seen?.first ? [{ at: seen.first, what: 'First seen on our assets', source: seen.source, learned_at: null }] : []),
  ].toSorted((a, b) => a.at - b.at)
  return {
    ...(item ?? {
      vulnerability_id,
      title: null,
      severity: severityWord(world?.cvss_tenths == null ? (advisories[0]?.severity ?? null) : severityOfTenths(world.cvss_tenths)),
      cvss: world?.cvss_tenths == null ? null : world.cvss_tenths / 10,
      epss: world?.epss == null ? null : world.epss / 100_000,
      stage: stageWord(world?.stage ?? 0),
      assets: 0,
      excepted_assets: 0,
      published_at: null,
      aliases: [],
      components: [],
      fix_available: false,
      first_seen_at: formatInstant(published ?? moment.at),
    }),
    title: item?.title ?? first('title'),
    published_at: formatInstant(published),
    description: first('description'),
    cvss_vector: cvss?.vector ?? advisories.find((row) => row.cvss_vector !== null)?.cvss_vector ?? null,
    epss_exact: exact?.epss ?? null,
    epss_percentile: exact?.percentile ?? null,
    epss_model: exact?.model ?? null,
    ssvc: described
      ? {
          exploitation: described.ssvc_exploitation,
          automatable: described.ssvc_automatable,
          technical_impact: described.ssvc_technical_impact,
        }
      : null,
    timeline: timeline.map((entry) => ({ ...entry, at: formatInstant(entry.at), learned_at: formatInstant(entry.learned_at) })),
    epss_steps: steps.map(({ valid_from, epss, source }) => ({ at: formatInstant(valid_from), epss: epss / 100_000, source })),
    affected,
    aliases: aliasesOf(vulnerability_id, advisories),
    url: advisories.find((row) => row.url !== null)?.url ?? null,
  }
}

/** Position of the severity of a CVSS in tenths (model/severity.ts). */
const severityOfTenths = (tenths: number): number => (tenths >= 90 ? 4 : tenths >= 70 ? 3 : tenths >= 40 ? 2 : tenths > 0 ? 1 : 0)
