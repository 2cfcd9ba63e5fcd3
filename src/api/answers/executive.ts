import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { type Action, readActions } from '../../insights/secure/actions.ts'
import { DEFAULT_ZONE, ScoreGoalBody, ScoreZoneBody } from '../../insights/secure/bodies.ts'
import { readSetting } from '../../insights/secure/set.ts'
import { formatInstant } from '../../model/time.ts'
import { dayText } from '../../store/days.ts'
import type { Asked } from '../asked.ts'
import type { ExecutiveReport } from '../shapes/reports.ts'
import { answerBenchmarks } from './benchmarks.ts'
import { answerExplain } from './explain.ts'
import { answerHistory, answerScores } from './scores.ts'
import { categoriesOf } from './secure-score.ts'

type Report = z.infer<typeof ExecutiveReport>

/** Lines that the report has room for. */
const MOST_ACTIONS = 8
const MOST_CATEGORIES = 6
const MOST_ACCEPTANCES = 6
const MOST_PARTS = 6

/** Days of trend when nobody asks for a range. */
export const REPORT_DAYS = 90

/** What the executive report prints: the numbers of the pages, of the same questions. */
export async function answerExecutive(asked: Asked, range: { from: number; to: number }): Promise<Report> {
  const { store, scope, moment } = asked
  const [scores, secureHistory, exposureHistory, secureMoved, exposureMoved, benchmarks, actions, zone, goal] = await Promise.all([
    answerScores(asked),
    answerHistory(asked, 'secure', '', range),
    answerHistory(asked, 'exposure', '', range),
    movedOf(asked, 'secure', range),
    movedOf(asked, 'exposure', range),
    answerBenchmarks(asked, range),
    readActions(store.engine, scope, moment),
    readSetting(store, scope.org_id, 'score_zone', ScoreZoneBody, moment.at),
    readSetting(store, scope.org_id, 'score_goal', ScoreGoalBody, moment.at),
  ])
  const { okay, good } = zone ?? DEFAULT_ZONE
  const { value, points, max_points } = scores.secure
  const accepted = actions.filter(({ status }) => status === 'risk_accepted')
  const report: Omit<Report, 'digest'> = {
    organisation: asked.org?.name ?? 'My organisation',
    as_of: asked.as_of,
    from: dayText(range.from),
    to: dayText(range.to),
    known_at: asked.known_at,
    secure: {
      value,
      points,
      max_points,
      zone: value === null ? null : value >= good ? 'good' : value >= okay ? 'okay' : 'bad',
      okay_from: okay,
      good_from: good,
      history: secureHistory.points.map(({ day, value: one }) => ({ day, value: one })),
      moved: secureMoved,
      goal: goal && { target: goal.target, day: goal.day },
    },
    exposure: {
      value: scores.exposure.value,
      level: scores.exposure.level,
      history: exposureHistory.points.map(({ day, value: one }) => ({ day, value: one })),
      moved: exposureMoved,
    },
    comparison: benchmarks.items
      .filter((line) => line.category === 'Total' && line.unit === 'percent' && line.latest !== null)
      .map(({ basis_title, source_title, sample_size, latest }) => ({ basis_title, source_title, sample_size, ...latest! })),
    categories: someCategories(actions),
    actions: topActions(actions, (max_points ?? 0) * 1000),
    acceptances: {
      count: accepted.length,
      points: accepted.reduce((sum, action) => sum + missing(action), 0) / 1000,
      items: accepted
        .toSorted((a, b) => missing(b) - missing(a))
        .slice(0, MOST_ACCEPTANCES)
        .map((action) => ({
          title: action.title,
          since: action.set_at === null ? null : formatInstant(action.set_at).slice(0, 10),
          by: action.set_by,
          reason: action.note ?? action.reason,
          points: missing(action) / 1000,
        })),
    },
    coverage: scores.coverage,
  }
  return { ...report, digest: digestOf(report) }
}

/** The number by which a printed report is compared with the one that the same question gives again. */
export const digestOf = (report: Omit<Report, 'digest'>): string => createHash('sha256').update(JSON.stringify(report)).digest('hex')

/** Thousandths that an action lacks. */
const missing = ({ points, max_points }: Action): number => (max_points ?? 0) - (points ?? 0)

/** What is to be done, the most to gain first; `whole`: possible points of the score in thousandths. */
function topActions(actions: readonly Action[], whole: number): Report['actions'] {
  return actions
    .filter((action) => !action.total_only && missing(action) > 0 && (action.status === 'to_address' || action.status === 'planned'))
    .toSorted((a, b) => missing(b) - missing(a) || a.rank - b.rank)
    .slice(0, MOST_ACTIONS)
    .map((action) => ({
      title: action.title,
      category: action.category,
      product: action.product ?? action.sources[0] ?? null,
      points: (action.points ?? 0) / 1000,
      max_points: (action.max_points ?? 0) / 1000,
      gain: whole > 0 ? (100 * missing(action)) / whole : 0,
    }))
}

/** The categories with the most possible points; those for which there is no room are one, so that all sum to the score. */
function someCategories(actions: readonly Action[]): Report['categories'] {
  const all = categoriesOf(actions).map(({ category, points, max_points }) => ({ category, points, max_points }))
  if (all.length <= MOST_CATEGORIES) return all
  const rest = all.slice(MOST_CATEGORIES - 1)
  const sum = (column: 'points' | 'max_points') => rest.reduce((total, each) => total + Math.round(1000 * each[column]), 0) / 1000
  return [...all.slice(0, MOST_CATEGORIES - 1), { category: 'All others', points: sum('points'), max_points: sum('max_points') }]
}

async function movedOf(
  asked: Asked,
  score: 'secure' | 'exposure',
  range: { from: number; to: number },
): Promise<Report['secure']['moved']> {
  const told = await answerExplain(asked, asked, range, { score, id: '', asset_id: null }, { limit: MOST_PARTS })
  return {
    change: told.from.value === null || told.to.value === null ? null : told.shown,
    groups: told.groups.filter(({ shown }) => shown !== 0).map(({ title, shown }) => ({ title, shown })),
    causes: told.causes.filter(({ shown }) => shown !== 0).map(({ title, shown }) => ({ title, shown })),
    parts: told.parts.filter(({ shown }) => shown !== 0).map(({ name, shown }) => ({ name, shown })),
  }
}
