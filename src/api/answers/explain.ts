import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import { causeGroups, causeGroupTitles, causeOf, causes } from '../../model/cause.ts'
import { rulesThen } from '../../insights/rules.ts'
import { explain, type ExplainedPart, type Explanation } from '../../insights/explain.ts'
import type { ExplainQuestion } from '../../insights/explain-moves.ts'
import { directions } from '../../insights/scores.ts'
import { formatInstant } from '../../model/time.ts'
import { dayText, endOfDay } from '../../store/days.ts'
import { statedBy } from '../../store/queries/explain/findings.ts'
import { assetNames, controlTitles } from '../../store/queries/explain/names.ts'
import type { Asked } from '../asked.ts'
import { rememberFew } from '../memory.ts'
import type { Explained } from '../shapes.ts'

/** Units of a score point. */
const POINT = 1_000_000

export interface ExplainPage {
  /** Only parts of this cause, by its id. */
  cause?: string | undefined
  limit: number
  cursor?: string | undefined
}

/**
 * Explains a score from the end of one day, as `first` knows it, to the end of another, as `asked` does, with a page of its parts. Throws as explain
 * does, and UserError('bad_cursor').
 */
export async function answerExplain(
  asked: Asked,
  first: Asked,
  days: { from: number; to: number },
  question: ExplainQuestion,
  page: ExplainPage,
): Promise<z.infer<typeof Explained>> {
  const { scope, store, catalog } = asked
  const { engine } = store
  const told = await rememberFew(
    store,
    ['explain', scope, days, question, first.known_at, asked.known_at, asked.rules, asked.moment.day],
    async () => {
      const [one, two] = [
        { engine: first.store.engine, day: days.from },
        { engine, day: days.to },
      ]
      if (asked.rules === 'now') return explain(one, two, scope, catalog, question)
      const [early, late] = one.day > two.day ? [two, one] : [one, two]
      const rules = await rulesThen(late.engine, asked.today, scope.org_id, early.day, late.day)
      const known =
        early.engine === late.engine
          ? early
          : { ...early, catalog: (await rulesThen(early.engine, asked.today, scope.org_id, early.day, early.day)).first }
      return one === early ? explain(known, late, scope, catalog, question, rules) : explain(late, known, scope, catalog, question, rules)
    },
  )
  const wanted = page.cause === undefined ? null : causes.find(({ id }) => id === page.cause)!.number
  const parts = wanted === null ? told.parts : told.parts.filter(({ cause }) => cause === wanted)
  const start = readCursor(page.cursor, parts.length)
  const shown = parts.slice(start, start + page.limit)
  const at = async (day: number): Promise<string> =>
    day === asked.moment.day ? asked.as_of : formatInstant(asked.org ? (await endOfDay(engine, scope.org_id, day)) - 1 : 0)
  return {
    score: question.score,
    id: question.id,
    asset_id: question.asset_id,
    direction: directions[question.score],
    from: { day: dayText(days.from), at: await at(days.from), known_at: first.known_at, value: points(told.from_units) },
    to: { day: dayText(days.to), at: await at(days.to), known_at: asked.known_at, value: points(told.to_units) },
    change: told.change / POINT,
    causes: told.causes.map(({ cause, units }) => {
      const { id, title, group } = causeOf(cause)
      return { cause: id, title, group, part: units / POINT, note: noteOf(question, id, units) }
    }),
    groups: groupsOf(told),
    parts: await named(asked, question, shown),
    total: parts.length,
    next_cursor: start + page.limit < parts.length ? Buffer.from(`parts:${start + page.limit}`).toString('base64url') : null,
  }
}

const points = (units: number | null): number | null => (units === null ? null : units / POINT)

/** An average that gets better because somebody joins, leaves or is not looked at made nobody safer. */
function noteOf({ score }: ExplainQuestion, cause: string, units: number): string | null {
  const better = directions[score] === 'lower_is_better' ? units < 0 : units > 0
  if (!better) return null
  if (cause === 'asset_joined' || cause === 'coverage_changed') return 'average diluted, nobody got safer'
  return cause === 'asset_left' ? 'what left was worse than the average, nobody got safer' : null
}

function groupsOf({ causes: told }: Explanation) {
  return causeGroups.flatMap((group) => {
    const own = told.filter(({ cause }) => causeOf(cause).group === group)
    if (own.length === 0) return []
    return [{ group, title: causeGroupTitles[group], part: own.reduce((sum, { units }) => sum + units, 0) / POINT }]
  })
}

function readCursor(cursor: string | undefined, length: number): number {
  if (cursor === undefined) return 0
  const start = Number(/^parts:(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'))?.[1] ?? Number.NaN)
  if (!Number.isInteger(start) || start > length)
    throw new UserError('bad_cursor', 'the cursor is not one that this server gave for this question: ask for the first page without one')
  return start
}

/** Parts with the names that people read, and findings with who states them. */
async function named(
  { store: { engine }, catalog, today, scope }: Asked,
  question: ExplainQuestion,
  parts: readonly ExplainedPart[],
): Promise<z.infer<typeof Explained>['parts']> {
  const idsOf = (kind: ExplainedPart['kind']) => [...new Set(parts.filter((part) => part.kind === kind).map(({ id }) => id))]
  const assets = await assetNames(engine, scope.org_id, idsOf('asset').map(Number))
  const controls = await controlTitles(engine, scope.org_id, [...idsOf('control'), ...idsOf('finding')])
  const said = question.asset_id === null ? [] : await statedBy(engine, scope, question.asset_id, idsOf('finding'))
  const nameOf = ({ kind, id }: ExplainedPart): string => {
    if (kind === 'asset') return assets.get(Number(id)) ?? id
    if (kind === 'metric') return (catalog.metrics.get(id) ?? today.metrics.get(id))?.title ?? id
    return controls.get(id) ?? id
  }
  return parts.map((part) => ({
    kind: part.kind,
    id: part.id,
    name: nameOf(part),
    cause: causeOf(part.cause).id,
    part: part.units / POINT,
    stated_by: said
      .filter(({ subject }) => part.kind === 'finding' && subject === part.id)
      .map(({ source, import_no, component, valid_from, valid_to }) => ({
        source,
        import_no,
        component: component || null,
        from: formatInstant(valid_from),
        to: valid_to >= Number.MAX_SAFE_INTEGER ? null : formatInstant(valid_to),
      })),
  }))
}
