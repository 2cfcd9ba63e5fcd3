import type { z } from 'zod'
import { UserError } from '../errors.ts'
import { newestControl } from '../store/queries/metrics/sweep.ts'
import type { Engine } from '../store/engines/engine.ts'
import type { ObjectiveShape } from './catalog-shapes.ts'

/** What controls of many tools are for: "multi-factor sign-in". Metrics ask by it (`control.objective`) and need know no tool. */
export interface Objective {
  id: string
  title: string
  why: string
  source: string
  yaml: string
  /** Whether a control pursues it. */
  pursues(control: DescribedControl): boolean
}

/** What the rules read of a control. */
export interface DescribedControl {
  control_id: string
  title: string
  category: string | null
  frameworks: readonly { framework: string; requirement: string }[]
}

/**
 * Compiles the rules of an objective: a control pursues it when its id, its title, its category or a requirement that the tool itself names fits any rule, and its id or title no `except`.
 * Ids and requirements are patterns in which `*` stands for anything; titles are words that stand in the title, `*` for the rest of a word or any
 * words. Capitals do not matter. Throws UserError('bad_objective') for a rule that fits everything.
 */
export function compileObjective(id: string, shape: z.infer<typeof ObjectiveShape>, yaml: string): Objective {
  const { ids, titles, categories, requirements } = shape.controls
  const byId = ids.map(patternOf)
  const byTitle = titles.map(wordsOf)
  const byCategory = categories.map(patternOf)
  const byRequirement = requirements.map((rule) => {
    const at = rule.indexOf(' ')
    if (at < 1) throw new UserError('bad_objective', `"${rule}": expected a framework and a requirement, such as "NIST-800-53* IA-2*"`)
    return { framework: patternOf(rule.slice(0, at)), requirement: patternOf(rule.slice(at + 1)) }
  })
  const except = { ids: shape.except.ids.map(patternOf), titles: shape.except.titles.map(wordsOf) }
  return {
    id,
    title: shape.title,
    why: shape.why,
    source: shape.source,
    yaml,
    pursues: ({ control_id, title, category, frameworks }) =>
      (byId.some((rule) => rule.test(control_id)) ||
        byTitle.some((rule) => rule.test(title)) ||
        (category !== null && byCategory.some((rule) => rule.test(category))) ||
        frameworks.some((one) =>
          byRequirement.some((rule) => rule.framework.test(one.framework) && rule.requirement.test(one.requirement)),
        )) &&
      !except.ids.some((rule) => rule.test(control_id)) &&
      !except.titles.some((rule) => rule.test(title)),
  }
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** `*` stands for any text. */
function patternOf(rule: string): RegExp {
  if (/^\**$/.test(rule)) throw new UserError('bad_objective', `"${rule}" fits everything`)
  return new RegExp(`^${rule.split(/\*+/).map(escaped).join('.*')}$`, 'is')
}

/** Words in this order at the edges of words; `*` stands for any text. */
function wordsOf(rule: string): RegExp {
  if (/^[\s*]*$/.test(rule)) throw new UserError('bad_objective', `"${rule}" fits everything`)
  const parts = rule
    .trim()
    .split(/\*+/)
    .map((part) =>
      part
        .trim()
        .split(/\s+/)
        .map(escaped)
        .join(String.raw`\s+`),
    )
  const [first, last] = [rule.trimStart().startsWith('*'), rule.trimEnd().endsWith('*')]
  return new RegExp(`${first ? '' : String.raw`(?<![\p{L}\p{N}])`}${parts.join('.*')}${last ? '' : String.raw`(?![\p{L}\p{N}])`}`, 'isu')
}

/**
 * Makes control_objective anew for an organisation, from the newest description of each control. Writes only what changed. A newer description or rule
 * changes what a control is for in the past too: like its title, it is no event.
 */
export async function deriveObjectives(transaction: Engine, org_id: number, objectives: ReadonlyMap<string, Objective>): Promise<void> {
  const controls = await transaction.query<{ control_id: string; title: string; category: string | null; frameworks: string | null }>(
    `with ${newestControl} select control_id, title, category, frameworks from newest_control`,
    { org_id },
  )
  const wanted = new Map<string, [string, string]>()
  for (const control of controls) {
    const described = { ...control, frameworks: readFrameworks(control.frameworks) }
    for (const { id, pursues } of objectives.values())
      if (pursues(described)) wanted.set(`${control.control_id}\u0000${id}`, [control.control_id, id])
  }
  const standing = await transaction.query<{ control_id: string; objective: string }>(
    'select control_id, objective from control_objective where org_id = $org_id',
    { org_id },
  )
  const keys = new Set(standing.map(({ control_id, objective }) => `${control_id}\u0000${objective}`))
  if (keys.size === wanted.size && [...wanted.keys()].every((key) => keys.has(key))) return
  await transaction.run('delete from control_objective where org_id = $org_id', { org_id })
  await transaction.append(
    'control_objective',
    ['org_id', 'control_id', 'objective'],
    [...wanted.values()].map(([control_id, objective]) => [org_id, control_id, objective]),
  )
}

function readFrameworks(text: string | null): DescribedControl['frameworks'] {
  if (text === null) return []
  const value = JSON.parse(text) as unknown
  return Array.isArray(value) ? (value as { framework: string; requirement: string }[]) : []
}
