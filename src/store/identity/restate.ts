import { type Instant, NEVER } from '../../model/time.ts'
import { draw } from '../counter.ts'
import type { Engine, Row, Value } from '../engines/engine.ts'
import { assetFacts, type FactTable, preferred } from '../facts.ts'
import { closesValue, Lines, looksOfLines, restate, valueOf } from '../intervals.ts'
import { closingOf } from '../item-states.ts'
import { type Closing, intervalsOf, type Listing, looksOfClosings } from '../timeline.ts'
import { batches } from './records.ts'
import type { Move } from './settle.ts'
import { addTo } from '../../model/grouped-by.ts'

/** One record's look at one instant, as one import stated it. */
interface Visit {
  record_id: number
  source: string
  observed_at: Instant
  stated_in: number
  /** The asset under which it stood in that import, and the one under which it belongs now. */
  first_asset: number
  asset_id: number
  /** Rows of coverage, first stated and standing. */
  looks: Row[]
}

const facts: readonly FactTable[] = Object.values(assetFacts)

/** Facts whose key is a finding: another asset has another number for the same finding. */
const ofFindings = (fact: FactTable): boolean => fact.key.includes('finding_id')

/**
 * Puts looks under the assets where they belong, and makes the histories of all assets concerned anew from what each of their looks
 * listed: as if every look had been under its asset from the start. What each listed is read from the facts as known at its own import,
 * so nothing is lost by having been together or apart in between. Retracts and restates, as import `import_no`; `also`: assets whose
 * looks stay but whose histories are to be made anew. Marks the assets as touched.
 */
export async function restateAssets(
  transaction: Engine,
  org_id: number,
  import_no: number,
  moves: readonly Move[],
  also: readonly number[] = [],
): Promise<void> {
  const assets = [...new Set([...moves.flatMap(({ from, to }) => [from, to]), ...also])]
  if (!assets.length) return
  await moveLooks(transaction, org_id, import_no, moves)
  const looks = await ofAssets<Row>(
    transaction,
    'select * from coverage_history where org_id = $org_id and asset_id = any($ids) and retracted_in = $never',
    org_id,
    assets,
  )
  const { visits, stated } = await readVisits(transaction, org_id, looks)
  const homes = [...new Set([...assets, ...visits.map((visit) => visit.first_asset)])]
  const findings = await Findings.read(transaction, org_id, homes)
  const together = visitsTogether(stated)
  const shared = await readShared(
    transaction,
    org_id,
    visits.filter((visit) => together(visit)),
  )
  const states = new Map<string, Row[]>()
  for (const row of await ofAssets<Row>(
    transaction,
    'select * from item_history where org_id = $org_id and asset_id = any($ids)',
    org_id,
    homes,
  ))
    addTo(states, scopeKey(row), row)
  const statedAt = (visit: Visit) =>
    (states.get(`${visit.source}\u0000${visit.first_asset}`) ?? []).filter((row) => held(row, visit.observed_at, visit.stated_in))
  for (const fact of facts) {
    const rows = await ofAssets<Row>(
      transaction,
      `select * from ${fact.table} where org_id = $org_id and asset_id = any($ids)`,
      org_id,
      homes,
    )
    const listings = new Map<string, { visit: Visit; line: string; listings: Listing[] }>()
    const list = (visit: Visit, line: string, value: string) => {
      const key = [visit.source, visit.asset_id, line].join('\u0000')
      const held = listings.get(key)
      if (held) held.listings.push({ at: visit.observed_at, value })
      else listings.set(key, { visit, line, listings: [{ at: visit.observed_at, value }] })
    }
    const closings = new Map<string, Closing[]>()
    const close = (visit: Visit, line: string, closed_at: Instant) => {
      const key = [visit.source, visit.asset_id, line].join('\u0000')
      addTo(closings, key, closingOf(closed_at, visit.observed_at))
    }
    const kept = new Map<string, Row[]>()
    for (const row of rows) {
      const held = kept.get(scopeKey(row))
      if (held) held.push(row)
      else kept.set(scopeKey(row), [row])
    }
    for (const visit of visits) {
      if (together(visit)) {
        for (const row of shared.get(visitKey(visit)) ?? [])
          if (row.fact === fact.table) list(visit, row.line, row.value)
          else if (fact.items && row.fact === assetFacts.item.table) {
            const [parts, said] = JSON.parse(row.line) as [string[], string]
            if (said === 'closed') close(visit, JSON.stringify([parts]), (JSON.parse(row.value) as [Instant])[0])
          }
        continue
      }
      const stated = fact.items ? statedAt(visit) : []
      const alsoListed = new Set(stated.flatMap((row) => (row['said'] === fact.items!.said ? [row['finding_id']] : [])))
      for (const row of stated)
        if (row['said'] === 'closed')
          close(visit, JSON.stringify([findings.partsOf(row['finding_id'] as number)]), row['closed_at'] as Instant)
      for (const row of kept.get(`${visit.source}\u0000${visit.first_asset}`) ?? [])
        if (listed(fact, row, visit, alsoListed.has(row['finding_id']))) list(visit, portable(fact, row, findings), valueOf(fact, row))
    }
    const inventories = fact.looksAtAsset ? await readInventories(transaction, org_id) : []
    // Who stands in an inventory with an instant of its own is also there at the inventory's.
    for (const inventory of inventories)
      for (const visit of visits) {
        if (visit.stated_in !== inventory['stated_in'] || visit.source !== inventory['source']) continue
        const at = inventory['observed_at'] as Instant
        if (
          at === visit.observed_at ||
          !(kept.get(`${visit.source}\u0000${visit.first_asset}`) ?? []).some((row) => held(row, at, visit.stated_in))
        )
          continue
        list({ ...visit, observed_at: at }, portable(fact, {}, findings), JSON.stringify([]))
      }

    const lines = new Lines(fact)
    const wanted = new Map<Row, { listings: Listing[]; closings: Closing[] }>()
    for (const row of rows) if (row['retracted_in'] === NEVER && assets.includes(row['asset_id'] as number)) lines.at(row).rows.push(row)
    await findings.give(
      transaction,
      fact,
      import_no,
      [...listings.values()].map(({ visit, line }) => ({ asset_id: visit.asset_id, line })),
    )
    for (const [key, { visit, line, listings: own }] of listings) {
      const row = keyRow(fact, org_id, visit, line, findings)
      const at = lines.at(row)
      at.staged ??= row
      wanted.set(at.staged, { listings: own, closings: closings.get(key) ?? [] })
    }
    const looksIn = looksOfLines(fact, [...looks, ...inventories])
    const prefers = preferred(fact)
    const closes = closesValue(fact)
    await restate(transaction, fact, import_no, lines, (line) => {
      if (!line.staged) return []
      const own = wanted.get(line.staged)!
      const ends = looksOfClosings({ listed: [], closings: own.closings, closes }, own.listings)
      return intervalsOf(own.listings, [...looksIn(line.staged), ...ends], prefers)
    })
  }
  await transaction.append(
    'touched_asset',
    ['org_id', 'asset_id'],
    assets.map((asset_id) => [org_id, asset_id]),
  )
}

/** Whether a visit listed what a row says, by what was known at the visit's own import. `stated`: that it did is known of itself. */
const listed = (fact: FactTable, row: Row, visit: Visit, stated: boolean): boolean =>
  held(row, visit.observed_at, visit.stated_in) &&
  (stated || row['valid_from'] === visit.observed_at || visit.looks.some((look) => fact.shows!(row, look)))

const scopeKey = (row: Row): string => `${String(row['source'])}\u0000${String(row['asset_id'])}`

/** Whether a row held at an instant, as known at an import. */
function held(row: Row, at: Instant, known_at: number): boolean {
  if ((row['opened_in'] as number) > known_at || (row['retracted_in'] as number) <= known_at) return false
  return (row['valid_from'] as Instant) <= at && at < ((row['closed_in'] as number) <= known_at ? (row['valid_to'] as Instant) : NEVER)
}

async function moveLooks(transaction: Engine, org_id: number, import_no: number, moves: readonly Move[]): Promise<void> {
  if (!moves.length) return
  await transaction.query(
    'create temporary table moved_look (record_id bigint, first bigint, last bigint, from_asset bigint, to_asset bigint)',
  )
  await transaction.append(
    'moved_look',
    ['record_id', 'first', 'last', 'from_asset', 'to_asset'],
    moves.map(({ record_id, first, last, from, to }) => [record_id, first, last, from, to]),
  )
  const moved = `c.record_id = m.record_id and c.asset_id = m.from_asset and c.observed_at >= m.first and c.observed_at <= m.last and c.retracted_in = ${NEVER}`
  await transaction.query(
    `create temporary table look_again as
     select c.org_id, m.to_asset as asset_id, c.source, c.subject, c.access, c.min_severity, c.checks, c.observed_at, c.record_id, c.stated_in
     from coverage_history c join moved_look m on ${moved} where c.org_id = ${org_id}`,
  )
  await transaction.run(
    `update coverage_history as c set retracted_in = $import_no from moved_look as m where c.org_id = $org_id and ${moved}`,
    {
      import_no,
      org_id,
    },
  )
  await transaction.run(
    `insert into coverage_history (org_id, asset_id, source, subject, access, min_severity, checks, observed_at, record_id, stated_in, opened_in, retracted_in)
     select org_id, asset_id, source, subject, access, min_severity, checks, observed_at, record_id, stated_in, $import_no, $never from look_again`,
    { import_no, never: NEVER },
  )
  await transaction.query('drop table moved_look')
  await transaction.query('drop table look_again')
}

/** The visits to which standing looks belong, and all looks that were first stated under the same assets at any time. */
async function readVisits(transaction: Engine, org_id: number, looks: readonly Row[]): Promise<{ visits: Visit[]; stated: Row[] }> {
  const visits = new Map<string, Visit>()
  for (const look of looks) {
    const key = visitKey(look as unknown as Visit)
    const held = visits.get(key)
    if (held) held.looks.push(look)
    else
      visits.set(key, {
        record_id: look['record_id'] as number,
        source: String(look['source']),
        observed_at: look['observed_at'] as Instant,
        stated_in: look['stated_in'] as number,
        first_asset: look['asset_id'] as number,
        asset_id: look['asset_id'] as number,
        looks: [look],
      })
  }
  const first = await ofAssets<{ record_id: number; observed_at: number; stated_in: number; asset_id: number }>(
    transaction,
    `select distinct record_id, observed_at, stated_in, asset_id from coverage_history
     where org_id = $org_id and record_id = any($ids) and opened_in = stated_in and subject = 'asset'`,
    org_id,
    [...new Set([...visits.values()].map((visit) => visit.record_id))],
  )
  for (const row of first) {
    const visit = visits.get(visitKey(row))
    if (visit) visit.first_asset = row.asset_id
  }
  const stated = await ofAssets<Row>(
    transaction,
    `select record_id, source, asset_id, observed_at, stated_in, opened_in, retracted_in from coverage_history
     where org_id = $org_id and asset_id = any($ids) and subject = 'asset'`,
    org_id,
    [...new Set([...visits.values()].map((visit) => visit.first_asset))],
  )
  return { visits: [...visits.values()], stated }
}

const visitKey = ({ record_id, observed_at, stated_in }: Pick<Visit, 'record_id' | 'observed_at' | 'stated_in'>): string =>
  `${record_id} ${observed_at} ${stated_in}`

/** Whether at a visit's own import another one of its source stood under the same asset at the same instant. */
function visitsTogether(stated: readonly Row[]): (visit: Visit) => boolean {
  const at = new Map<string, Row[]>()
  const place = (source: unknown, asset_id: unknown, observed_at: unknown) =>
    `${String(source)}\u0000${String(asset_id)} ${String(observed_at)}`
  for (const row of stated) {
    const key = place(row['source'], row['asset_id'], row['observed_at'])
    const held = at.get(key)
    if (held) held.push(row)
    else at.set(key, [row])
  }
  return (visit) =>
    (at.get(place(visit.source, visit.first_asset, visit.observed_at)) ?? []).some(
      (row) =>
        (row['opened_in'] as number) <= visit.stated_in &&
        visit.stated_in < (row['retracted_in'] as number) &&
        (row['record_id'] !== visit.record_id || row['stated_in'] !== visit.stated_in),
    )
}

async function readShared(
  transaction: Engine,
  org_id: number,
  visits: readonly Visit[],
): Promise<Map<string, { fact: string; line: string; value: string }[]>> {
  const shared = new Map<string, { fact: string; line: string; value: string }[]>()
  if (!visits.length) return shared
  for (const row of await ofAssets<{
    record_id: number
    observed_at: number
    stated_in: number
    fact: string
    line: string
    value: string
  }>(transaction, 'select * from shared_listing where org_id = $org_id and record_id = any($ids)', org_id, [
    ...new Set(visits.map((visit) => visit.record_id)),
  ]))
    addTo(shared, visitKey(row), row)
  return shared
}

/** When reports listed all that their source has. */
const readInventories = (transaction: Engine, org_id: number): Promise<Row[]> =>
  transaction.query<Row>(
    `select * from coverage_history where org_id = $org_id and asset_id = 0 and subject = 'presence' and retracted_in = $never`,
    {
      org_id,
      never: NEVER,
    },
  )

async function ofAssets<T>(transaction: Engine, sql: string, org_id: number, all: readonly number[]): Promise<T[]> {
  const rows: T[] = []
  for (const ids of batches(all)) for (const row of await transaction.query<T>(sql, { org_id, never: NEVER, ids })) rows.push(row)
  return rows
}

/** A line's key without its asset: JSON of its columns, a finding as [kind, subject, component]. */
function portable(fact: FactTable, row: Row, findings: Findings): string {
  return JSON.stringify(
    fact.key
      .filter((column) => column !== 'asset_id')
      .map((column) => (column === 'finding_id' ? findings.partsOf(row[column] as number) : row[column])),
  )
}

/** The columns of a line's scope and key, under the asset of the visit. */
function keyRow(fact: FactTable, org_id: number, visit: Visit, line: string, findings: Findings): Row {
  const row: Row = { org_id, source: visit.source, asset_id: visit.asset_id }
  const values = JSON.parse(line) as (Value | string[])[]
  for (const [place, column] of fact.key.filter((each) => each !== 'asset_id').entries())
    row[column] = column === 'finding_id' ? findings.idOf(visit.asset_id, values[place] as string[]) : (values[place] as Value)
  return row
}

/** Numbers of findings and what they stand for. */
class Findings {
  private readonly parts = new Map<number, string[]>()
  private readonly ids = new Map<string, number>()
  private readonly org_id: number

  private constructor(org_id: number) {
    this.org_id = org_id
  }

  static async read(transaction: Engine, org_id: number, assets: readonly number[]): Promise<Findings> {
    const findings = new Findings(org_id)
    for (const { finding_id, asset_id, kind, subject, component } of await ofAssets<{
      finding_id: number
      asset_id: number
      kind: string
      subject: string
      component: string
    }>(transaction, 'select * from finding_key where org_id = $org_id and asset_id = any($ids)', org_id, assets))
      findings.add(finding_id, asset_id, [kind, subject, component])
    return findings
  }

  partsOf(finding_id: number): string[] {
    return this.parts.get(finding_id)!
  }

  idOf(asset_id: number, parts: readonly string[]): number {
    return this.ids.get(this.key(asset_id, parts))!
  }

  /** Gives the findings of these lines their numbers where they have none. */
  async give(transaction: Engine, fact: FactTable, import_no: number, lines: readonly { asset_id: number; line: string }[]): Promise<void> {
    if (!ofFindings(fact)) return
    const missing = new Map<string, { asset_id: number; parts: string[] }>()
    for (const { asset_id, line } of lines) {
      const [parts] = JSON.parse(line) as [string[]]
      if (!this.ids.has(this.key(asset_id, parts))) missing.set(this.key(asset_id, parts), { asset_id, parts })
    }
    if (!missing.size) return
    let next = await draw(transaction, 'finding_id', missing.size)
    const rows: Value[][] = []
    for (const { asset_id, parts } of missing.values()) {
      rows.push([next, this.org_id, asset_id, ...parts, import_no])
      this.add(next++, asset_id, parts)
    }
    await transaction.append('finding_key', ['finding_id', 'org_id', 'asset_id', 'kind', 'subject', 'component', 'created_in'], rows)
  }

  private add(finding_id: number, asset_id: number, parts: string[]): void {
    this.parts.set(finding_id, parts)
    this.ids.set(this.key(asset_id, parts), finding_id)
  }

  private key(asset_id: number, parts: readonly string[]): string {
    return [asset_id, ...parts].join('\u0000')
  }
}
