import type { z } from 'zod'
import { readScore, type ScoreName } from '../../insights/scores.ts'
import { formatInstant } from '../../model/time.ts'
import { dayText } from '../../store/days.ts'
import { lastImport, recordedAt } from '../../store/known/taken.ts'
import { learnedSince } from '../../store/queries/imports/learned.ts'
import { readPublished } from '../../store/queries/scores/published.ts'
import type { Api } from '../api.ts'
import { type Asked, type MomentQuery, readMoment } from '../asked.ts'
import { remember } from '../memory.ts'
import type { Knowledge, Published } from '../shapes.ts'
import { titleOf } from '../titles.ts'

/** A past day as it was published and as it is known now. */
export async function answerKnowledge(api: Api, query: MomentQuery, asked: Asked): Promise<z.infer<typeof Knowledge>> {
  const { store, scope, moment, catalog } = asked
  const known_at = await lastImport(store.engine, moment.at)
  const then = known_at === 0 ? null : await readMoment(api, { ...query, known_at: String(known_at) })
  const scores = async (of: Asked | null) => {
    const value = async (score: 'exposure' | 'secure') =>
      of === null ? null : (await readScore(of.store.engine, scope, catalog, score, '', moment.day)).value
    return { exposure: await value('exposure'), secure: await value('secure') }
  }
  const [published, now, learned] = await Promise.all([
    remember(store, ['knowledge', scope, moment.day, known_at], () => scores(then)),
    scores(asked),
    scope.org_id === 0 || asked.now ? [] : learnedSince(store.engine, scope.org_id, known_at, moment.at),
  ])
  return {
    as_of: asked.as_of,
    known_at: known_at === 0 ? null : { import_no: known_at, recorded_at: formatInstant((await recordedAt(store.engine, known_at))!) },
    published,
    now,
    learned: learned.map(({ recorded_at, format, kind, ...each }) => ({
      ...each,
      kind: kindOf(kind, format),
      title: (format === null ? null : titleOf(format)) ?? each.source ?? kind,
      recorded_at: formatInstant(recorded_at),
    })),
  }
}

function kindOf(kind: string, format: string | null): z.infer<typeof Knowledge>['learned'][number]['kind'] {
  if (kind === 'report') return 'late_report'
  if (kind === 'undo') return 'undone_import'
  if (kind !== 'feed') return 'correction'
  return format === 'kev' ? 'kev_listing' : format === 'epss' ? 'epss' : 'intelligence'
}

/** The published numbers of a score. */
export async function answerPublished(
  { store, scope }: Asked,
  score: ScoreName,
  id: string,
  { from, to }: { from: number; to: number },
): Promise<z.infer<typeof Published>> {
  const rows = await readPublished(store.engine, scope.org_id, score, id, from, to)
  return {
    score,
    id,
    points: rows.map(({ day, as_of, known_at, numerator, denominator, formula }) => ({
      day: dayText(day),
      as_of: formatInstant(as_of),
      known_at,
      value: denominator === 0 ? null : (100 * numerator) / denominator,
      formula,
    })),
  }
}
