import { controlHazard, hazardOf, INTERNAL_REACH } from '../../src/insights/hazard.ts'
import type { World } from './world.ts'

// What explain should say, worked out in the plainest way: every state of every day and cause from the raw intervals, and DESIGN 6 word by word in exact fractions.

/** An exact fraction, shortened. */
export class Exact {
  readonly n: bigint
  readonly d: bigint
  constructor(n: bigint, d = 1n) {
    let [a, b] = [n < 0n ? -n : n, d < 0n ? -d : d]
    while (b) [a, b] = [b, a % b]
    const divisor = d < 0n ? -a || 1n : a || 1n
    this.n = n / divisor
    this.d = d / divisor
  }
  plus = (o: Exact): Exact => new Exact(this.n * o.d + o.n * this.d, this.d * o.d)
  minus = (o: Exact): Exact => new Exact(this.n * o.d - o.n * this.d, this.d * o.d)
  times = (o: Exact): Exact => new Exact(this.n * o.n, this.d * o.d)
  by = (o: Exact): Exact => new Exact(this.n * o.d, this.d * o.n)
  get zero(): boolean {
    return this.n === 0n
  }
  toNumber = (): number => Number((this.n * 1_000_000_000n) / this.d) / 1e9
}
export const exact = (n: number | bigint): Exact => new Exact(BigInt(n))
const two = exact(2)

/** A part of a weighted mean: its weight and its x; weight 0: it is not in it. */
export interface Part {
  w: Exact
  x: Exact
}

const none: Part = { w: exact(0), x: exact(0) }
const mean = (parts: ReadonlyMap<string, Part>): { N: Exact; W: Exact } => {
  let [N, W] = [exact(0), exact(0)]
  for (const { w, x } of parts.values()) [N, W] = [N.plus(w.times(x)), W.plus(w)]
  return { N, W }
}

/** value_i + weight_i of every part, as DESIGN 6 writes them; the whole value where the score begins or ends. */
export function split(before: ReadonlyMap<string, Part>, after: ReadonlyMap<string, Part>): Map<string, Exact> {
  const [one, next] = [mean(before), mean(after)]
  const shares = new Map<string, Exact>()
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    let [a, b] = [before.get(id) ?? none, after.get(id) ?? none]
    if (a.w.zero && b.w.zero) continue
    if (a.w.zero) a = { w: a.w, x: b.x }
    if (b.w.zero) b = { w: b.w, x: a.x }
    if (one.W.zero) shares.set(id, b.w.times(b.x).by(next.W))
    else if (next.W.zero) shares.set(id, exact(0).minus(a.w.times(a.x).by(one.W)))
    else {
      const scale = exact(1).by(one.W).plus(exact(1).by(next.W)).by(two)
      const value = a.w.plus(b.w).by(two).times(b.x.minus(a.x)).times(scale)
      const weight = a.x
        .plus(b.x)
        .by(two)
        .times(b.w.minus(a.w))
        .times(scale)
        .minus(b.w.minus(a.w).times(one.N.plus(next.N)).by(two.times(one.W).times(next.W)))
      shares.set(id, value.plus(weight))
    }
  }
  return shares
}

/** Exact parts by cause and id, and the causes' sums, of a walk through states; from one day's end to another's. */
export interface Told {
  from: Exact | null
  to: Exact | null
  causes: Map<number, Exact>
  parts: Map<string, Exact>
}

export function walk(from: number, to: number, stateAt: (day: number, cause: number) => Map<string, Part>): Told {
  const causes = new Map<number, Exact>()
  const parts = new Map<string, Exact>()
  const value = (state: Map<string, Part>) => {
    const { N, W } = mean(state)
    return W.zero ? null : N.by(W)
  }
  let before = stateAt(from, 15)
  const start = value(before)
  for (let day = from + 1; day <= to; day++)
    for (let cause = 1; cause <= 15; cause++) {
      const after = stateAt(day, cause)
      const told = mean(before).W.zero ? 16 : mean(after).W.zero ? 17 : cause
      for (const [id, share] of split(before, after)) {
        if (share.zero) continue
        causes.set(told, (causes.get(told) ?? exact(0)).plus(share))
        parts.set(`${told} ${id}`, (parts.get(`${told} ${id}`) ?? exact(0)).plus(share))
      }
      before = after
    }
  return { from: start, to: value(before), causes, parts }
}

type Finding = World['finding'][number] & { from: number; to: number; from_cause: number; to_cause: number }
type Row = { from?: number; to?: number }
const on = <T extends Row>(rows: readonly T[], day: number): T | undefined => rows.find((row) => row.from! <= day && day < row.to!)

/** The states of a world at any day and cause, one fact after the other. */
export class Model {
  private readonly world: Partial<World>
  private readonly models: ReadonlySet<number>
  private readonly groups: readonly string[] | null

  /** `models`: days on which a file of another EPSS model came. */
  constructor(world: Partial<World>, models: ReadonlySet<number>, groups: readonly string[] | null) {
    this.world = world
    this.models = models
    this.groups = groups
  }

  private assets(): number[] {
    return [...new Set(this.world.asset!.map(({ asset_id }) => asset_id))].filter((asset_id) => {
      const newest = this.world.asset!.filter((row) => row.asset_id === asset_id).toSorted((a, b) => b.to! - a.to!)[0]!
      return this.groups === null || this.groups.includes(String(newest['asset_group']))
    })
  }

  /** A finding as it stands after a cause of a day; undefined: not open. */
  private finding(rows: readonly Finding[], day: number, cause: number): Finding | undefined {
    const [before, after] = [on(rows, day - 1), on(rows, day)]
    if (before === after) return after
    if (!before) return cause >= after!.from_cause ? after : undefined
    if (!after) return cause >= before.to_cause ? undefined : before
    const changes = before.stage !== after.stage ? 7 : 5
    return cause >= changes ? after : before
  }

  private world_of(subject: string, day: number, cause: number): { epss: number | null; stage: number; cvss_tenths: number | null } {
    const rows = this.world.vulnerability!.filter((row) => row.vulnerability_id === subject)
    const [before, after] = [on(rows, day - 1), on(rows, day)]
    const pick = (at: number) => (cause >= at ? after : before)
    return {
      epss: pick(this.models.has(day) ? 5 : 7)?.epss ?? null,
      stage: pick(7)?.stage ?? 0,
      cvss_tenths: pick(5)?.cvss_tenths ?? null,
    }
  }

  private findings(asset_id: number): Map<number, Finding[]> {
    const lines = new Map<number, Finding[]>()
    for (const row of this.world.finding as Finding[])
      if (row.asset_id === asset_id) lines.set(row.finding_id, [...(lines.get(row.finding_id) ?? []), row])
    return lines
  }

  /** Hazard of each (kind, subject) of an asset, units of 1e-8. */
  hazards(asset_id: number, day: number, cause: number): Map<string, number> {
    const rows = this.world.asset!.filter((row) => row.asset_id === asset_id)
    const facing = on(rows, cause >= 10 ? day : day - 1)?.['internet_facing'] === true
    const reach = facing ? 1 : INTERNAL_REACH
    const found = new Map<string, number>()
    for (const line of this.findings(asset_id).values()) {
      const row = this.finding(line, day, cause)
      if (!row || !(row.severity === null || row.severity! > 0 || (row.cvss_tenths ?? 0) > 0)) continue
      const told = this.world_of(row.subject, day, cause)
      const cvss = told.cvss_tenths ?? row.cvss_tenths ?? [0, 25, 55, 80, 95][row.severity ?? 2]!
      const h =
        row.kind === 'control'
          ? controlHazard(row.severity ?? 2, reach)
          : hazardOf(Math.max(told.stage, row.stage ?? 0), told.epss === null ? null : told.epss / 100_000, cvss / 10, reach)
      found.set(row.subject, Math.max(found.get(row.subject) ?? 0, h))
    }
    return found
  }

  /**
   * Whether an asset counts after a cause of a day, and as of which day and cause the rest of its state is to be read: on a day on which it
   * enters or leaves, all of it moves at once.
   */
  private counts(asset_id: number, subject: string, day: number, cause: number, asked: (row: World['asset'][number]) => boolean) {
    const rows = this.world.asset!.filter((row) => row.asset_id === asset_id)
    const looks = this.world.fresh!.filter((row) => row.asset_id === asset_id && row.subject === subject)
    const within = (at: number) => {
      const row = on(rows, at)
      return row !== undefined && on(looks, at) !== undefined && asked(row)
    }
    const [was, is] = [within(day - 1), within(day)]
    if (was === is) return { counts: is, day, cause }
    const other = was ? day : day - 1
    const turns = !on(rows, other) ? (was ? 4 : 3) : !on(looks, other) ? 2 : 10
    return cause >= turns ? { counts: is, day, cause: 15 } : { counts: was, day: day - 1, cause: 15 }
  }

  exposure(day: number, cause: number): Map<string, Part> {
    const parts = new Map<string, Part>()
    for (const asset_id of this.assets()) {
      const at = this.counts(asset_id, 'vulnerability', day, cause, () => true)
      if (!at.counts) continue
      const H = [...this.hazards(asset_id, at.day, at.cause).values()].reduce((sum, h) => sum + h, 0)
      const row = on(
        this.world.asset!.filter((each) => each.asset_id === asset_id),
        at.cause >= 10 ? at.day : at.day - 1,
      )!
      parts.set(String(asset_id), { w: exact(Number(row['value'])), x: new Exact(BigInt(exposureOf(H)), 1_000_000_000n) })
    }
    return parts
  }

  /** A metric: assets of `population` that have a vulnerability at the stage or beyond. */
  metric(day: number, cause: number, population: (row: World['asset'][number]) => boolean, stage: number): Map<string, Part> {
    const parts = new Map<string, Part>()
    for (const asset_id of this.assets()) {
      const at = this.counts(asset_id, 'asset', day, cause, population)
      if (!at.counts) continue
      const exposed = [...this.findings(asset_id).values()].some((line) => {
        const row = this.finding(line, at.day, at.cause)
        return (
          row !== undefined &&
          row.kind !== 'control' &&
          Math.max(row.stage ?? 0, this.world_of(row.subject, at.day, at.cause).stage) >= stage
        )
      })
      parts.set(String(asset_id), { w: exact(1), x: exact(exposed ? 1 : 0) })
    }
    return parts
  }
}

/** exposure/1 of a hazard sum, units of 1e-9. */
const exposureOf = (hazard: number): number =>
  Math.floor(Math.min(1, Math.log(1 + hazard / 5_000_000) / Math.log(1 + 100_000_000_000 / 5_000_000)) * 1e9 + 0.5)
