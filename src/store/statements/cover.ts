import { NEVER } from '../../model/time.ts'

/** SQL: whether statement `s` is about anything that is found among assets. */
const found = (s: string): string =>
  `(${s}.image is not null or ${s}.image_digest is not null or ${s}.repository is not null or ${s}.package is not null)`

/**
 * SQL: whether what statement `s` is about leaves the scores. What is not affected, with a reason that does not depend on us; what is fixed,
 * where it says in exactly which version or image. All else only informs: docs/decisions/0005-statements.md
 */
export const statementMoves = (s: string): string =>
  `(${found(s)} and (${s}.status = 'not_affected' and coalesce(${s}.justification, case when ${s}.detail is null then 'depends' else '' end) <> 'depends'
    or ${s}.status = 'fixed' and (${s}.image_digest is not null or ${s}.version is not null)))`

/** SQL: package, version and architecture of the package key in a column; null where it has none. */
const packageOf = (purl: string): string => `nullif(split_part(split_part(${purl}, '?', 1), '@', 1), '')`
const versionOf = (purl: string): string => `nullif(split_part(split_part(${purl}, '?', 1), '@', 2), '')`
const archOf = (purl: string): string => `nullif(split_part(${purl}, '?arch=', 2), '')`

const inPackage = `s.package = c.package and (s.version is null or s.version = c.version) and (s.arch is null or s.arch = c.arch)`

/** An image's name without tag and digest. */
const untagged = (name: string): string => `regexp_replace(${name}, '(@sha256:[0-9a-f]+|:[^/:@]+)$', '')`

/**
 * SQL: CTEs down to `stated` (statement_id, moves, affected, sighting, finding_id, asset_id, valid_from, valid_to): when each statement is
 * about each sighting; and `sighted`, those sightings that any of the statements names by its vulnerability. `statements`: name of a CTE with
 * rows of statement_history; `only`: SQL that narrows the sightings `h` of findings `k`.
 */
export const statedCtes = (statements: string, only: string): string => `
  sighted as materialized (
    select h.org_id, h.asset_id, h.finding_id, k.subject, h.valid_from, h.valid_to, row_number() over (order by h.finding_id, h.source, h.valid_from) as sighting,
      ${packageOf('h.purl')} as package, ${versionOf('h.purl')} as version, ${archOf('h.purl')} as arch
    from sighting_history h join finding_key k on k.finding_id = h.finding_id
    where h.retracted_in = ${NEVER} and h.kind = 'vulnerability' and (k.org_id, k.subject) in (select org_id, vulnerability_id from ${statements}) and ${only}),
  stated_place_of as (select distinct org_id, statement_id, image, image_digest, repository from ${statements} where image is not null or image_digest is not null or repository is not null),
  stated_name as (
    select org_id, asset_id, name_type, name, valid_from, valid_to from name_history n
    where n.retracted_in = ${NEVER} and n.name_type in ('image', 'repository') and n.asset_id in (select asset_id from sighted)),
  stated_place as (
    select s.statement_id, n.asset_id, n.valid_from, n.valid_to from stated_place_of s join stated_name n on n.org_id = s.org_id and n.name = s.image where s.image_digest is null and n.name_type = 'image'
    union select s.statement_id, n.asset_id, n.valid_from, n.valid_to from stated_place_of s join stated_name n on n.org_id = s.org_id and ${untagged('n.name')} = s.image where s.image_digest is null and n.name_type = 'image'
    union select s.statement_id, n.asset_id, n.valid_from, n.valid_to from stated_place_of s join stated_name n on n.org_id = s.org_id and split_part(n.name, '@', 2) = s.image_digest where n.name_type = 'image'
    union select s.statement_id, a.asset_id, a.valid_from, a.valid_to from stated_place_of s join attribute_history a on a.org_id = s.org_id and a.value = s.image_digest
      where a.attribute = 'image_digest' and a.retracted_in = ${NEVER}
    union select s.statement_id, n.asset_id, n.valid_from, n.valid_to from stated_place_of s join stated_name n on n.org_id = s.org_id and n.name = s.repository where n.name_type = 'repository'),
  met_stated as (
    select s.statement_id, ${statementMoves('s')} as moves, s.status = 'affected' as affected, c.sighting, c.finding_id, c.asset_id,
      greatest(s.valid_from, c.valid_from) as valid_from, least(s.valid_to, c.valid_to) as valid_to
    from ${statements} s join sighted c on c.org_id = s.org_id and c.subject = s.vulnerability_id and c.package = s.package
    where s.image is null and s.image_digest is null and s.repository is null and ${inPackage}
    union all
    select s.statement_id, ${statementMoves('s')}, s.status = 'affected', c.sighting, c.finding_id, c.asset_id,
      greatest(s.valid_from, c.valid_from, p.valid_from), least(s.valid_to, c.valid_to, p.valid_to)
    from ${statements} s join stated_place p on p.statement_id = s.statement_id join sighted c on c.asset_id = p.asset_id and c.subject = s.vulnerability_id and c.org_id = s.org_id
    where s.package is null or ${inPackage}),
  stated as (select * from met_stated where valid_from < valid_to)`

/**
 * SQL: CTEs after those of {@link statedCtes} down to `stated_run` (finding_id, valid_from, valid_to): when statements take findings out of
 * the scores. All sightings of the finding that hold must be covered by one that moves scores and be opposed by none that says "affected":
 * so that opening a sighting never makes anything better (law 5).
 */
export const statedRunCtes = `
  moved as (select distinct finding_id from stated where moves),
  at_stake as (select c.* from sighted c join moved m on m.finding_id = c.finding_id),
  stated_point as (
    select finding_id, valid_from as t from at_stake union select finding_id, valid_to from at_stake
    union select x.finding_id, x.valid_from from stated x join moved m on m.finding_id = x.finding_id
    union select x.finding_id, x.valid_to from stated x join moved m on m.finding_id = x.finding_id),
  stated_piece as (select finding_id, t as valid_from, lead(t) over (partition by finding_id order by t) as valid_to from stated_point),
  weighed as (
    select p.finding_id, p.valid_from, p.valid_to, c.sighting, bool_or(coalesce(x.moves, false)) and not bool_or(coalesce(x.affected, false)) as covered
    from stated_piece p join at_stake c on c.finding_id = p.finding_id and c.valid_from <= p.valid_from and p.valid_from < c.valid_to
    left join stated x on x.finding_id = c.finding_id and x.sighting = c.sighting and x.valid_from <= p.valid_from and p.valid_from < x.valid_to
    where p.valid_to is not null group by p.finding_id, p.valid_from, p.valid_to, c.sighting),
  stated_run as (select finding_id, valid_from, valid_to from weighed group by finding_id, valid_from, valid_to having bool_and(covered))`
