import { NEVER } from '../model/time.ts'
import type { Engine } from './engines/engine.ts'
import { digestFacts, endsWithoutImport, type FactDigest, statementDigest, sumDigests } from './fact-digests.ts'
import { brokenLinks } from './imports.ts'
import { checkInput, keptInputs } from './inputs.ts'
import { grouped } from './queries/grouped.ts'
import type { Store } from './store.ts'

/** Facts of one import in one table that are not what the import said: `facts` are there, `stated` should be. */
export interface BrokenFacts {
  import_no: number
  fact_table: string
  part: string
  facts: number
  stated: number
}

/** What was looked at, how much of it, and what does not fit. */
export interface Verification {
  /** Imports, and the numbers of those whose link of the chain does not fit. */
  imports: number
  broken: number[]
  /** Rows of facts that fit, and those that do not; imports of before digests of facts, whose facts cannot be checked. */
  facts: { checked: number; broken: BrokenFacts[]; imports_without_digest: number }
  /** Kept raw inputs that should be there, those unpacked and compared with their digest, and those missing or changed. */
  inputs: { kept: number; checked: number; broken: { import_no: number; input_digest: string; state: 'missing' | 'changed' }[] }
}

/** Inputs that are unpacked when not all are asked for. */
const SAMPLE = 50

/**
 * Checks that nobody changed the past: the chain of imports, every fact against the digest that its import stated, and the kept raw inputs
 * (that all are there, and the content of a sample or of all). One moment of the store is looked at, while others may go on writing.
 */
export async function verify(store: Store, options: { allInputs?: boolean } = {}): Promise<Verification> {
  const found = await store.engine.snapshot(
    async (engine) => ({
      imports: await countImports(engine),
      broken: [...new Set([...(await brokenLinks(engine)), ...(await brokenStatements(engine)), ...(await brokenUndos(engine))])].toSorted(
        (a, b) => a - b,
      ),
      facts: await verifyFacts(engine),
      kept: await keptInputs(engine),
    }),
    'long',
  )
  const { kept, ...rest } = found
  const sample = options.allInputs ? new Set(kept.keys()) : sampleOf(kept.length, SAMPLE)
  const inputs: Verification['inputs'] = { kept: kept.length, checked: 0, broken: [] }
  for (const [place, { input_digest, import_no }] of kept.entries()) {
    const state = await checkInput(store.data, input_digest, sample.has(place))
    if (sample.has(place)) inputs.checked++
    if (state !== 'good') inputs.broken.push({ import_no, input_digest, state })
  }
  return { ...rest, inputs }
}

/** Whether nothing was found broken. */
export const isWhole = ({ broken, facts, inputs }: Verification): boolean =>
  broken.length + facts.broken.length + inputs.broken.length === 0

/** `most` different places below `length`, at random: who tampers cannot know which. */
function sampleOf(length: number, most: number): Set<number> {
  const places = Array.from({ length }, (_, place) => place)
  for (let place = 0; place < Math.min(most, length); place++) {
    const other = place + Math.floor(Math.random() * (length - place))
    ;[places[place], places[other]] = [places[other]!, places[place]!]
  }
  return new Set(places.slice(0, most))
}

async function countImports(engine: Engine): Promise<number> {
  const [row] = await engine.query<{ imports: number }>('select count(*) as imports from import')
  return row!.imports
}

/** Imports whose statement about facts is not the one that their link covers. */
async function brokenStatements(engine: Engine): Promise<number[]> {
  const digests = grouped(await engine.query<FactDigest & { stated_in: number }>('select * from fact_digest'), ({ stated_in }) => stated_in)
  const removed = grouped(
    await engine.query<{ input_digest: string; removed_in: number }>('select * from removed_input'),
    ({ removed_in }) => removed_in,
  )
  const imports = await engine.query<{ import_no: number; facts_digest: string | null }>(
    'select i.import_no, s.facts_digest from import i left join import_statement s on s.import_no = i.import_no',
  )
  const broken = imports.filter(({ import_no, facts_digest }) => {
    const stated = digests.get(import_no) ?? []
    const inputs = (removed.get(import_no) ?? []).map(({ input_digest }) => input_digest)
    return facts_digest === null ? stated.length + inputs.length > 0 : facts_digest !== statementDigest(stated, inputs)
  })
  const known = new Set(imports.map(({ import_no }) => import_no))
  return [
    ...broken.map(({ import_no }) => import_no),
    ...[...digests.keys(), ...removed.keys()].filter((import_no) => !known.has(import_no)),
  ]
}

/** Imports that are marked as undone and nobody undid, or the other way round. */
async function brokenUndos(engine: Engine): Promise<number[]> {
  const rows = await engine.query<{ import_no: number }>(
    `select i.import_no from import i
     left join (select undoes_import_no, min(import_no) as import_no from import where undoes_import_no is not null group by undoes_import_no) u
       on u.undoes_import_no = i.import_no
     where i.undone_in <> coalesce(u.import_no, ${NEVER})`,
  )
  return rows.map(({ import_no }) => import_no)
}

/** Compares every fact with what its import stated about it. */
export async function verifyFacts(engine: Engine): Promise<Verification['facts']> {
  const without = new Set(
    (
      await engine.query<{ import_no: number }>(
        'select import_no from import where import_no not in (select import_no from import_statement)',
      )
    ).map(({ import_no }) => import_no),
  )
  const stated = sumDigests(await engine.query<FactDigest>('select import_no, fact_table, part, facts, low, high from fact_digest'))
  const there = sumDigests(await digestFacts(engine))
  const broken: BrokenFacts[] = []
  let checked = 0
  for (const key of new Set([...stated.keys(), ...there.keys()])) {
    const [said, found] = [stated.get(key), there.get(key)]
    const { import_no, fact_table, part } = (said ?? found)!
    if (without.has(import_no)) continue
    if (said && found && said.facts === found.facts && said.low === found.low && said.high === found.high) checked += found.facts
    else broken.push({ import_no, fact_table, part, facts: found?.facts ?? 0, stated: said?.facts ?? 0 })
  }
  for (const { fact_table, facts } of await endsWithoutImport(engine))
    broken.push({ import_no: 0, fact_table, part: 'end without import', facts, stated: 0 })
  return {
    checked,
    broken: broken.toSorted((a, b) => a.import_no - b.import_no || (a.fact_table < b.fact_table ? -1 : 1)),
    imports_without_digest: without.size,
  }
}

/** A number that was told, with what gives it again. */
export interface PublishedScore {
  org_id: number
  score: string
  id: string
  day: number
  as_of: number
  known_at: number
  numerator: number
  denominator: number
  formula: string
}

/** What came of computing published numbers again; `skipped` ones could not be (older than what retention keeps, another formula). */
export interface PublishedVerification {
  checked: number
  skipped: number
  broken: { published: PublishedScore; numerator: number; denominator: number }[]
}

/**
 * Computes a random sample of at most `sample` published numbers again. `recompute` gives numerator and denominator as of the number's
 * instant and knowledge by its formula, exactly as they were published; null when it cannot.
 */
export async function verifyPublished(
  engine: Engine,
  sample: number,
  recompute: (published: PublishedScore) => Promise<{ numerator: number; denominator: number } | null>,
): Promise<PublishedVerification> {
  const all = await engine.query<PublishedScore>(
    `select org_id, score, id, day, as_of, known_at, numerator, denominator, formula from published_score
     order by org_id, score collate "C", id collate "C", day, known_at`,
  )
  const result: PublishedVerification = { checked: 0, skipped: 0, broken: [] }
  for (const place of sampleOf(all.length, sample)) {
    const published = all[place]!
    const again = await recompute(published)
    if (!again) result.skipped++
    else {
      result.checked++
      if (again.numerator !== published.numerator || again.denominator !== published.denominator)
        result.broken.push({ published, ...again })
    }
  }
  return result
}
