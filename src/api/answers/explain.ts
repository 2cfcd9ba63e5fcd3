import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import { causeGroups, causeGroupTitles, type CauseId, causeOf, causes } from '../../model/cause.ts'
import { rulesThen } from '../../insights/rules.ts'
import { explain, type ExplainedPart, type Explanation } from '../../insights/explain.ts'
import type { ExplainQuestion } from '../../insights/explain-moves.ts'
import { decimalsOf, POINT, readableParts, roundedTo } from '../../insights/readable.ts'
import { directions } from '../../insights/scores.ts'
import { formatInstant } from '../../model/time.ts'
import { dayText, endOfDay } from '../../store/days.ts'
import { happenedWithin, type Intelligence, intelligenceBehind, learnedAfter } from '../../store/queries/explain/intelligence.ts'
import { stageWord } from '../../store/queries/words.ts'
import { statedBy } from '../../store/queries/explain/findings.ts'
import { assetNames, controlTitles } from '../../store/queries/explain/names.ts'
import type { Asked } from '../asked.ts'
import { rememberFew } from '../memory.ts'
import type { Explained } from '../shapes.ts'

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
  const decimals = decimalsOf([told.change, ...told.causes.map(({ units }) => units)])
  const [first_shown, last_shown] = [told.from_units, told.to_units].map((units) => roundedTo(units ?? 0, decimals)) as [number, number]
  const change_shown = roundedTo(Math.round((last_shown - first_shown) * POINT), decimals)
  const causes_shown = readableParts(
    told.causes.map(({ units }) => units),
    change_shown,
    decimals,
  )
  const whole = wanted === null ? told.change : (told.causes.find(({ cause }) => cause === wanted)?.units ?? 0)
  const whole_shown = wanted === null ? change_shown : (causes_shown[told.causes.findIndex(({ cause }) => cause === wanted)] ?? 0)
  const others = whole - shown.reduce((sum, { units }) => sum + units, 0)
  const left = shown.length < parts.length
  const parts_shown = readableParts([...shown.map(({ units }) => units), ...(left ? [others] : [])], whole_shown, decimals)
  const at = async (day: number): Promise<string> =>
    day === asked.moment.day ? asked.as_of : formatInstant(asked.org ? (await endOfDay(engine, scope.org_id, day)) - 1 : 0)
  return {
    score: question.score,
    id: question.id,
    asset_id: question.asset_id,
    direction: directions[question.score],
    from: {
      day: dayText(days.from),
      at: await at(days.from),
      known_at: first.known_at,
      value: points(told.from_units),
      shown: told.from_units === null ? null : first_shown,
    },
    to: {
      day: dayText(days.to),
      at: await at(days.to),
      known_at: asked.known_at,
      value: points(told.to_units),
      shown: told.to_units === null ? null : last_shown,
    },
    change: told.change / POINT,
    shown: change_shown,
    decimals,
    causes: told.causes.map(({ cause, units }, index) => {
      const { id, title, group } = causeOf(cause)
      return { cause: id, title, group, part: units / POINT, shown: causes_shown[index]!, note: noteOf(question, id, units) }
    }),
    groups: groupsOf(told, causes_shown, decimals),
    parts: (await named(asked, first, days, question, shown)).map((part, index) => ({ ...part, shown: parts_shown[index]! })),
    others: others / POINT,
    others_shown: left ? parts_shown.at(-1)! : 0,
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

function groupsOf({ causes: told }: Explanation, shown: readonly number[], decimals: number) {
  return causeGroups.flatMap((group) => {
    const own = told.flatMap(({ cause, units }, index) => (causeOf(cause).group === group ? [{ units, shown: shown[index]! }] : []))
    if (own.length === 0) return []
    const sum = (of: (each: (typeof own)[number]) => number) => own.reduce((all, each) => all + of(each), 0)
    return [
      {
        group,
        title: causeGroupTitles[group],
        part: sum((each) => each.units) / POINT,
        shown: roundedTo(Math.round(sum((each) => each.shown) * POINT), decimals),
      },
    ]
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
  asked: Asked,
  first: Asked,
  days: { from: number; to: number },
  question: ExplainQuestion,
  parts: readonly ExplainedPart[],
): Promise<Omit<z.infer<typeof Explained>['parts'][number], 'shown'>[]> {
  const {
    store: { engine },
    catalog,
    today,
    scope,
  } = asked
  const idsOf = (kind: ExplainedPart['kind']) => [...new Set(parts.filter((part) => part.kind === kind).map(({ id }) => id))]
  const assets = await assetNames(engine, scope.org_id, idsOf('asset').map(Number))
  const controls = await controlTitles(engine, scope.org_id, [...idsOf('control'), ...idsOf('finding')])
  const said = question.asset_id === null ? [] : await statedBy(engine, scope, question.asset_id, idsOf('finding'))
  const news = await newsOf(asked, first, days, parts)
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
    stated_by: [
      ...(part.kind === 'finding' ? (news.get(causeOf(part.cause).id) ?? []) : [])
        .filter(({ subject }) => subject === part.id)
        .map((told) => ({ source: told.source, import_no: told.import_no, component: null, says: inWords(told), ...interval(told) })),
      ...said
        .filter(({ subject }) => part.kind === 'finding' && subject === part.id)
        .map((told) => ({
          source: told.source,
          import_no: told.import_no,
          component: told.component || null,
          says: null,
          ...interval(told),
        })),
    ],
  }))
}

const interval = ({ valid_from, valid_to }: { valid_from: number; valid_to: number }) => ({
  from: formatInstant(valid_from),
  to: valid_to >= Number.MAX_SAFE_INTEGER ? null : formatInstant(valid_to),
})

function inWords({ about, value, ended }: Intelligence): string {
  const says = {
    stage: () => stageWord(value).replaceAll('_', ' '),
    cvss: () => `CVSS ${value / 10}`,
    epss: () => `EPSS ${value / 100_000}`,
  }
  return `${says[about]()}${ended ? ', no longer' : ''}`
}

/** What feeds said that can have moved findings, by the cause that it moves them through. */
async function newsOf(
  asked: Asked,
  first: Asked,
  days: { from: number; to: number },
  parts: readonly ExplainedPart[],
): Promise<Map<CauseId, Intelligence[]>> {
  const found = new Map<CauseId, Intelligence[]>()
  if (!parts.some(({ kind }) => kind === 'finding')) return found
  const subjectsOf = (ids: readonly CauseId[]) => [
    ...new Set(parts.filter(({ kind, cause }) => kind === 'finding' && ids.includes(causeOf(cause).id)).map(({ id }) => id)),
  ]
  const [early, late] = [Math.min(days.from, days.to), Math.max(days.from, days.to)]
  const ends = (day: number) => endOfDay(asked.store.engine, asked.scope.org_id, day)
  const corrected = subjectsOf(['correction'])
  if (corrected.length) {
    const known = ({ known_at }: Asked) => known_at ?? Number.POSITIVE_INFINITY
    const [less, more] = known(first) < known(asked) ? [first, asked] : [asked, first]
    found.set('correction', await intelligenceBehind(more.store.engine, corrected, learnedAfter(known(less), (await ends(early)) - 1)))
  }
  const moving: CauseId[] = ['exploit_intelligence', 'content_changed']
  const moved = await intelligenceBehind(asked.store.engine, subjectsOf(moving), happenedWithin(await ends(early), await ends(late)))
  found.set(
    'exploit_intelligence',
    moved.filter(({ about }) => about !== 'cvss'),
  )
  found.set(
    'content_changed',
    moved.filter(({ about }) => about !== 'stage'),
  )
  return found
}
