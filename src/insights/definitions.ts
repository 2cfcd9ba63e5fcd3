import { createHash } from 'node:crypto'
import { type Instant, NEVER } from '../model/time.ts'
import { touchEveryOrg } from '../store/derive/touched.ts'
import type { Engine, Value } from '../store/engines/engine.ts'
import { nextImport, noCounts, writeImport } from '../store/imports.ts'
import type { Store } from '../store/store.ts'
import { type Catalog, type Initiative, type Metric, parseClassification, parseInitiative, parseMetric } from './catalog.ts'
import { catalogKinds, type Editions, shippedOf, withOwnAt } from './org-catalog.ts'

/** Definitions that come with the program belong to every organisation. */
const EVERYONE = 0

interface Definition {
  kind: string
  id: string
  body: string
}

const definitionsOf = (catalog: Catalog): Definition[] => [
  ...[...catalog.metrics.values()].map(({ id, yaml }) => ({ kind: 'metric', id, body: yaml })),
  ...[...catalog.initiatives.values()].map(({ id, yaml }) => ({ kind: 'initiative', id, body: yaml })),
  ...[...catalog.objectives.values()].map(({ id, yaml }) => ({ kind: 'objective', id, body: yaml })),
  ...[...catalog.classifications.values()].map(({ id, yaml }) => ({ kind: 'classification', id, body: yaml ?? '' })),
]

/**
 * Keeps the catalog's metrics, initiatives and objectives as facts: what changed since the last time holds from now on, as an import of its own. The
 * very first ones hold since ever. Scores are then worked out anew by the next computation.
 */
export async function recordDefinitions(store: Store, catalog: Catalog): Promise<void> {
  const known = await readDefinitions(store.engine, NEVER - 1)
  if (!differs(known, catalog)) return
  await store.engine.transaction(async (transaction) => {
    const standing = await readDefinitions(transaction, NEVER - 1)
    const wanted = new Map(definitionsOf(catalog).map((each) => [keyOf(each), each]))
    const gone = [...standing.values()].filter((each) => wanted.get(keyOf(each))?.body !== each.body)
    const added = [...wanted.values()].filter((each) => standing.get(keyOf(each))?.body !== each.body)
    if (!gone.length && !added.length) return
    const import_no = await nextImport(transaction)
    const now = store.now()
    for (const { kind, id } of gone) {
      await transaction.run(
        `update definition_history set valid_to = $now, closed_in = $import_no
         where org_id = $everyone and kind = $kind and id = $id and valid_to = $never and retracted_in = $never`,
        { now, import_no, everyone: EVERYONE, kind, id, never: NEVER },
      )
    }
    const since = standing.size ? now : 0
    await transaction.append(
      'definition_history',
      ['org_id', 'kind', 'id', 'body', 'valid_from', 'valid_to', 'opened_in', 'closed_in', 'retracted_in'],
      added.map(({ kind, id, body }): Value[] => [EVERYONE, kind, id, body, since, NEVER, import_no, NEVER, NEVER]),
    )
    const text = JSON.stringify(added.map(keyOf))
    await writeImport(transaction, {
      import_no,
      org_id: null,
      kind: 'change',
      format: 'catalog',
      format_version: null,
      source: 'plimsoll',
      tool: null,
      tool_version: null,
      file_name: null,
      observed_at: null,
      recorded_at: now,
      actor: 'plimsoll',
      input_digest: createHash('sha256')
        .update(added.map(({ body }) => body).join('\u0000'))
        .digest('hex'),
      input_bytes: Buffer.byteLength(text),
      options: '{}',
      counts: { ...noCounts(), opened: added.length, closed: gone.length },
      undoes_import_no: null,
    })
    await touchEveryOrg(transaction)
  })
}

const keyOf = ({ kind, id }: Definition): string => `${kind} ${id}`

function differs(known: ReadonlyMap<string, Definition>, catalog: Catalog): boolean {
  const wanted = definitionsOf(catalog)
  return wanted.length !== known.size || wanted.some((each) => known.get(keyOf(each))?.body !== each.body)
}

/** The definitions that hold at an instant. */
async function readDefinitions(engine: Engine, at: Instant): Promise<Map<string, Definition>> {
  const rows = await engine.query<Definition>(
    `select kind, id, body from definition_history where org_id = $everyone and retracted_in = $never and valid_from <= $at and $at < valid_to`,
    { everyone: EVERYONE, never: NEVER, at },
  )
  return new Map(rows.map((row) => [keyOf(row), row]))
}

/** When definitions that an organisation's scores are made of changed, as instants in order; each state holds until the next. The first is 0. */
export async function definitionChanges(engine: Engine, org_id: number): Promise<Instant[]> {
  const rows = await engine.query<{ at: Instant }>(
    `select distinct changed_at as at from (
       select valid_from as changed_at from definition_history where ${ofScores} and valid_from > 0
       union all select valid_to from definition_history where ${ofScores} and valid_to < $never
     ) changes order by changed_at`,
    { everyone: EVERYONE, org_id, kinds: catalogKinds, never: NEVER },
  )
  return [0, ...rows.map((row) => row.at)]
}

const ofScores = '(org_id = $everyone or (org_id = $org_id and kind = any($kinds))) and retracted_in = $never and valid_from < valid_to'

/**
 * The catalog of an organisation with the definitions that held at an instant; a metric whose definition was another one then is marked as
 * `past`: nothing that was worked out for today's holds for it. Where none that come with the program were kept yet, today's stand for them.
 * `catalog`: the organisation's of today. `editions`: weights or states of another instant.
 */
export async function catalogAt(engine: Engine, catalog: Catalog, org_id: number, at: Instant, editions: Editions = {}): Promise<Catalog> {
  return withOwnAt(engine, await shippedAt(engine, shippedOf(catalog), at), catalog, org_id, at, editions)
}

async function shippedAt(engine: Engine, catalog: Catalog, at: Instant): Promise<Catalog> {
  const held = await readDefinitions(engine, at)
  if (held.size === 0 || !differs(held, catalog)) return catalog
  const metrics = new Map<string, Metric>()
  const initiatives = new Map<string, Initiative>()
  for (const { kind, id, body } of [...held.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    if (kind === 'metric') {
      const today = catalog.metrics.get(id)
      metrics.set(id, today?.yaml === body ? today : { ...parseMetric(id, body), past: true })
    } else if (kind === 'initiative') initiatives.set(id, parseInitiative(id, body))
  }
  return { ...catalog, metrics, initiatives }
}

/**
 * The predefined classifications as a world of former knowledge knew them (`engine` shows its definitions). Where none were ever kept,
 * today's stand for them.
 */
export async function classificationsAsKnown(engine: Engine, catalog: Catalog): Promise<Pick<Catalog, 'classifications'>> {
  const of = `org_id = ${EVERYONE} and kind = 'classification'`
  const [ever] = await engine.query(`select 1 as ever from ${engine.home}.definition_history where ${of} limit 1`)
  if (!ever) return catalog
  const rows = await engine.query<Definition>(
    `select kind, id, body from definition_history where ${of} and retracted_in = $never and valid_to = $never order by id collate "C"`,
    { never: NEVER },
  )
  return {
    classifications: new Map(
      rows.map(({ id, body }) => {
        const today = catalog.classifications.get(id)
        return [id, today?.yaml === body ? today : parseClassification(id, body)]
      }),
    ),
  }
}
