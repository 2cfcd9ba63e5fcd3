import { z } from 'zod'
import { UserError } from '../errors.ts'
import { type Author, changeDefinitions, type DefinitionChange } from '../store/definitions/change.ts'
import { readDefinitions } from '../store/definitions/read.ts'
import type { Engine } from '../store/engines/engine.ts'
import type { Scope } from '../store/scope.ts'
import type { Store } from '../store/store.ts'
import type { Catalog } from './catalog.ts'
import { type CatalogMove, catalogMoves } from './catalog-moves.ts'
import { draftInitiative, draftMetric, type DraftProblem, MOST_THINKING } from './draft.ts'
import { catalogWith, shippedOf } from './org-catalog.ts'
import { readYaml } from './yaml-place.ts'

/** A text file of a content pack. */
export interface PackFile {
  /** With "/", from the folder that holds pack.yaml. */
  path: string
  text: string
}

/** A folder of metrics and initiatives with a version. */
export interface Pack {
  id: string
  version: string
  title: string
  notes: string
  /** YAML by id. */
  metrics: ReadonlyMap<string, string>
  initiatives: ReadonlyMap<string, string>
}

/** The most files that a pack holds. */
const MOST_FILES = 500

const PackShape = z.strictObject({
  id: z
    .string()
    .max(100)
    .regex(/^[a-z0-9]+([._-][a-z0-9]+)*$/, 'must be small letters and digits, joined by "-", "_" or "."'),
  version: z.union([z.string().min(1).max(50), z.number()]).transform(String),
  title: z.string().min(3).max(120).optional(),
  /** What is new, for those whose scores move. */
  notes: z.string().max(4000).default(''),
})

/** What is wrong with a pack, and in which of its files. */
export interface PackProblem extends DraftProblem {
  file: string
}

const PLACE = /^(metrics|initiatives)\/([a-z0-9]+(?:[._-][a-z0-9]+)*)\.ya?ml$/

/** Reads a pack, all of it or nothing: the pack, or everything that is wrong with it. `catalog`: what it may refer to beside itself. */
export function readPack(catalog: Catalog, files: readonly PackFile[]): { pack: Pack | null; problems: PackProblem[] } {
  const problems: PackProblem[] = []
  const wrong = (file: string, place: string, line: number | null, message: string) => problems.push({ file, place, line, message })
  const found = files.find(({ path }) => /(^|\/)pack\.ya?ml$/.test(path))
  if (!found) {
    wrong('pack.yaml', '', null, 'is not there: a pack is a folder with pack.yaml (id, version, notes), metrics/ and initiatives/')
    return { pack: null, problems }
  }
  if (files.length > MOST_FILES) wrong(found.path, '', null, `a pack holds at most ${MOST_FILES} files`)
  const root = found.path.replace(/pack\.ya?ml$/, '')
  const head = readYaml(found.text)
  for (const { line, message } of head.problems) wrong('pack.yaml', '', line, message)
  const read = PackShape.safeParse(head.content)
  if (!head.problems.length && !read.success)
    for (const { path, message } of read.error.issues) wrong('pack.yaml', path.join('.'), head.lineOf(path), message)
  const metrics = new Map<string, string>()
  const initiatives = new Map<string, string>()
  for (const { path, text } of files) {
    const inside = path.startsWith(root) ? path.slice(root.length) : path
    if (/^(pack\.ya?ml|[^/]*\.(md|txt)|license|notice)$/i.test(inside)) continue
    const [, kind, id] = PLACE.exec(inside) ?? []
    if (!kind || !id) {
      wrong(
        inside,
        '',
        null,
        'has no place in a pack: expected metrics/<id>.yaml or initiatives/<id>.yaml, with an id of small letters and digits',
      )
      continue
    }
    const list = kind === 'metrics' ? metrics : initiatives
    if (list.has(id)) wrong(inside, '', null, `the id "${id}" is there twice`)
    list.set(id, text)
  }
  const known = new Map(catalog.metrics)
  for (const [id, yaml] of metrics) {
    const { definition, problems: own } = draftMetric(catalog, id, yaml)
    if (definition) known.set(id, definition)
    for (const { place, line, message } of own) wrong(`metrics/${id}.yaml`, place, line, message)
  }
  for (const [id, yaml] of initiatives)
    for (const { place, line, message } of draftInitiative({ ...catalog, metrics: known }, id, yaml).problems)
      wrong(`initiatives/${id}.yaml`, place, line, message)
  if (!metrics.size && !initiatives.size) wrong('pack.yaml', '', null, 'stands alone: the pack holds no metric and no initiative')
  if (problems.length || !read.success) return { pack: null, problems }
  const { id, version, notes } = read.data
  return { pack: { id, version, notes, title: read.data.title ?? id, metrics, initiatives }, problems }
}

/** A pack that is active, with the ids of what it brought. */
export interface ActivePack {
  id: string
  version: string
  title: string
  notes: string
  metrics: string[]
  initiatives: string[]
}

/** Body of a definition of kind pack. */
const bodyOf = ({ version, title, notes, metrics, initiatives }: Pack): string =>
  JSON.stringify({ version, title, notes, metrics: [...metrics.keys()].toSorted(), initiatives: [...initiatives.keys()].toSorted() })

/** Reads such a body. */
export const packOf = (id: string, body: string): ActivePack => ({ id, ...(JSON.parse(body) as Omit<ActivePack, 'id'>) })

/** The packs that are active. */
export const activePacks = async (engine: Engine, org_id: number): Promise<ActivePack[]> =>
  (await readDefinitions(engine, org_id, 'pack')).map(({ id, body }) => packOf(id, body))

/** Everything that making a pack active changes. Throws UserError('duplicate_definition') that names every id that is not its own. */
async function changesOf(engine: Engine, org_id: number, catalog: Catalog, pack: Pack): Promise<DefinitionChange[]> {
  const active = await activePacks(engine, org_id)
  const former = active.find(({ id }) => id === pack.id)
  const shipped = shippedOf(catalog)
  const owned = await readDefinitions(engine, org_id, ['metric', 'initiative'])
  const taken: string[] = []
  for (const kind of ['metric', 'initiative'] as const) {
    const list = kind === 'metric' ? ('metrics' as const) : ('initiatives' as const)
    for (const id of pack[list].keys()) {
      if (former?.[list].includes(id)) continue
      const other = active.find((each) => each[list].includes(id))
      const whose = shipped[list].has(id)
        ? 'comes with Plimsoll'
        : other
          ? `is of the pack ${other.id}`
          : owned.some((each) => each.kind === kind && each.id === id)
            ? 'is the organisation’s own'
            : null
      if (whose) taken.push(`${kind} "${id}" ${whose}`)
    }
  }
  if (taken.length)
    throw new UserError(
      'duplicate_definition',
      `the pack ${pack.id} brings what is there already: ${taken.join('; ')}. Nothing was changed.`,
      { status: 409 },
    )
  const gone = (kind: 'metric' | 'initiative', list: 'metrics' | 'initiatives') =>
    (former?.[list] ?? []).filter((id) => !pack[list].has(id)).map((id): DefinitionChange => ({ kind, id, body: null }))
  return [
    { kind: 'pack', id: pack.id, body: bodyOf(pack) },
    ...[...pack.metrics].map(([id, body]): DefinitionChange => ({ kind: 'metric', id, body })),
    ...[...pack.initiatives].map(([id, body]): DefinitionChange => ({ kind: 'initiative', id, body })),
    ...gone('metric', 'metrics'),
    ...gone('initiative', 'initiatives'),
  ]
}

/** Everything that ending one changes. Throws UserError('unknown_pack'). */
async function endOf(engine: Engine, org_id: number, id: string): Promise<DefinitionChange[]> {
  const pack = (await activePacks(engine, org_id)).find((each) => each.id === id)
  if (!pack) throw new UserError('unknown_pack', `no pack "${id.slice(0, 100)}" is active`, { status: 404 })
  return [
    { kind: 'pack', id, body: null },
    ...pack.metrics.map((metric): DefinitionChange => ({ kind: 'metric', id: metric, body: null })),
    ...pack.initiatives.map((initiative): DefinitionChange => ({ kind: 'initiative', id: initiative, body: null })),
  ]
}

/** Makes a pack active, or its new version, in one act. Throws UserError('duplicate_definition'). */
export async function activatePack(
  store: Store,
  org_id: number,
  catalog: Catalog,
  pack: Pack,
  by: Author,
): Promise<{ import_no: number | null }> {
  return changeDefinitions(store, org_id, await changesOf(store.engine, org_id, catalog, pack), by)
}

/** Ends a pack with all that it brought, in one act; the past keeps it. Throws UserError('unknown_pack'). */
export async function deactivatePack(store: Store, org_id: number, id: string, by: Author): Promise<{ import_no: number | null }> {
  return changeDefinitions(store, org_id, await endOf(store.engine, org_id, id), by)
}

/** Which scores would move with a pack (or, given only an id, without it), at the end of a day. Throws as activatePack and deactivatePack do, and UserError('too_slow'). */
export async function previewPack(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  pack: Pack | { id: string },
  day: number,
): Promise<CatalogMove[]> {
  const { org_id } = scope
  const changes = 'version' in pack ? await changesOf(engine, org_id, catalog, pack) : await endOf(engine, org_id, pack.id)
  const after = await catalogWith(engine, catalog, org_id, changes)
  return engine.hurried(3 * MOST_THINKING, (hurried) => catalogMoves(hurried, scope, catalog, after, day))
}

/** The organisation's own metrics and initiatives, those of no pack, as the files of a content pack. */
export async function ownAsPack(engine: Engine, org_id: number, slug: string): Promise<PackFile[]> {
  const active = await activePacks(engine, org_id)
  const own = (await readDefinitions(engine, org_id, ['metric', 'initiative'])).filter(
    ({ kind, id }) => !active.some((pack) => (kind === 'metric' ? pack.metrics : pack.initiatives).includes(id)),
  )
  return [
    { path: 'pack.yaml', text: `id: ${slug}-own\nversion: "1"\ntitle: Own metrics and initiatives\nnotes: ""\n` },
    ...own.map(({ kind, id, body }) => ({ path: `${kind}s/${id}.yaml`, text: body })),
  ]
}
