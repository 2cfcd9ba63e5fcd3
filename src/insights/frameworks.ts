import { frameworkKey, frameworkNamed, isFramework, sectionOf } from '../model/framework.ts'
import type { Engine } from '../store/engines/engine.ts'
import { clearDeltas } from '../store/queries/metrics/deltas.ts'
import { writeFrameworkDeltas } from '../store/queries/initiatives/framework-deltas.ts'
import {
  controlsWithFrameworks,
  type FrameworkRow,
  type NamedFramework,
  replaceFrameworks,
  standingFrameworks,
} from '../store/queries/initiatives/frameworks.ts'
import type { Catalog, Initiative } from './catalog.ts'

/** A framework of fewer controls says too little to be scored by itself. */
const LEAST_CONTROLS = 3

/** What ids of initiatives that are made from reports begin with. Without a dot: the last part of an address that has one is a file. */
const GENERATED = 'framework-'

/**
 * Makes control_framework anew for an organisation, from the newest description of each control. Writes only what changed. Like what a control is for
 * (objectives.ts), a newer description changes it in the past too and is no event.
 */
export async function deriveFrameworks(transaction: Engine, org_id: number): Promise<void> {
  const wanted = new Map<string, FrameworkRow>()
  const spellings = new Map<string, Map<string, number>>()
  for (const { control_id, product, frameworks } of await controlsWithFrameworks(transaction, org_id)) {
    for (const { framework: written, requirement } of JSON.parse(frameworks) as { framework: string; requirement: string }[]) {
      const name = frameworkNamed(written, product)
      if (!isFramework(name) || !requirement) continue
      const framework = frameworkKey(name)
      const title = name.trim().slice(0, 120)
      const row = { framework, title, section: sectionOf(name, requirement), requirement: requirement.slice(0, 200), control_id }
      wanted.set(`${framework}\u0000${control_id}\u0000${row.requirement}`, row)
      const counts = spellings.get(framework) ?? new Map<string, number>()
      spellings.set(framework, counts.set(title, (counts.get(title) ?? 0) + 1))
    }
  }
  for (const row of wanted.values()) row.title = mostUsed(spellings.get(row.framework)!)
  const rows = [...wanted].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  const standing = await standingFrameworks(transaction, org_id)
  const same = (a: FrameworkRow, b: FrameworkRow) =>
    a.framework === b.framework &&
    a.title === b.title &&
    a.section === b.section &&
    a.requirement === b.requirement &&
    a.control_id === b.control_id
  const place = ({ framework, control_id, requirement }: FrameworkRow) => `${framework}\u0000${control_id}\u0000${requirement}`
  const known = new Map(standing.map((row) => [place(row), row]))
  if (known.size === rows.length && rows.every((row) => known.has(place(row)) && same(known.get(place(row))!, row))) return
  await replaceFrameworks(transaction, org_id, rows)
}

/** The spelling that most controls use; of equally many the first by its signs. */
const mostUsed = (counts: ReadonlyMap<string, number>): string =>
  [...counts].toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))[0]![0]

/**
 * The catalog with the initiatives of the frameworks that an organisation's reports name: one for each that no initiative of the catalog stands for, and for those
 * that do the frameworks that they stand for. Nobody has set a target for one that is made here; while that is so it tells no events. `today`: the
 * organisation's catalog of now, when this one is of former days.
 */
export function addFrameworks(catalog: Catalog, named: readonly NamedFramework[], today: Catalog | null = null): Catalog {
  const initiatives = new Map<string, Initiative>()
  const taken = new Set<string>()
  for (const [id, initiative] of catalog.initiatives) {
    if (initiative.frameworks.length === 0 || initiative.generated) {
      initiatives.set(id, initiative)
      continue
    }
    const patterns = initiative.frameworks.map(patternOf)
    const framework_keys = named.filter(({ title }) => patterns.some((pattern) => pattern.test(title))).map(({ framework }) => framework)
    for (const key of framework_keys) taken.add(key)
    const past = today !== null && today.initiatives.get(id)?.yaml !== initiative.yaml
    initiatives.set(id, { ...initiative, framework_keys, ...(past ? { past } : {}) })
  }
  for (const { framework, title, controls } of named) {
    const id = `${GENERATED}${framework}`
    if (taken.has(framework) || controls < LEAST_CONTROLS || initiatives.has(id)) continue
    initiatives.set(id, ofFramework(id, framework, title))
  }
  return { ...catalog, initiatives }
}

function ofFramework(id: string, framework: string, title: string): Initiative {
  return {
    id,
    title,
    why: `How far the requirements of ${title} are met, by the controls that the imported reports themselves tie to them.`,
    kind: 'framework',
    preview: false,
    threats: [],
    target: null,
    metrics: [],
    frameworks: [title],
    framework_keys: [framework],
    generated: true,
    yaml: '',
  }
}

const patternOf = (name: string): RegExp =>
  new RegExp(
    `^${name
      .split('*')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    'iu',
  )

/** The initiatives of a catalog that are scored from controls, with what that needs. */
export const frameworkInitiatives = (catalog: Catalog): { id: string; framework_keys: readonly string[]; past: boolean }[] =>
  [...catalog.initiatives.values()].flatMap(({ id, frameworks, framework_keys, past }) =>
    frameworks.length ? [{ id, framework_keys: framework_keys ?? [], past: past ?? false }] : [],
  )

/** Writes the daily history of every initiative that is scored from controls anew. The controls' own must be there: see secure-score.ts. */
export async function computeFrameworks(transaction: Engine, org_id: number, catalog: Catalog): Promise<void> {
  await clearDeltas(transaction, org_id, 'initiative')
  await writeFrameworkDeltas(transaction, org_id, frameworkInitiatives(catalog))
}
