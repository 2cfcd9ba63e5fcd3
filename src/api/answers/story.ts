import type { z } from 'zod'
import type { ExplainQuestion } from '../../insights/explain-moves.ts'
import { type StoryMatter, tellStory } from '../../insights/story.ts'
import { storyPicture } from '../../insights/story-picture.ts'
import { assetNames } from '../../store/queries/explain/names.ts'
import type { Asked } from '../asked.ts'
import type { Story } from '../shapes/risk-feed.ts'
import { byImpact, eventsOf } from './events.ts'
import { answerExplain } from './explain.ts'
import { findInitiative } from './initiatives.ts'
import { findMetric } from './metrics.ts'

/** Events that a story names. */
const EVENTS = 8

async function titleOf(asked: Asked, { score, id, asset_id }: ExplainQuestion): Promise<string> {
  const title =
    score === 'metric'
      ? findMetric(asked, id).title
      : score === 'initiative'
        ? findInitiative(asked, id).title
        : score === 'exposure'
          ? 'Exposure score'
          : 'Secure score'
  if (asset_id !== null) {
    const names = await assetNames(asked.store.engine, asked.scope.org_id, [asset_id])
    return `${title} of ${names.get(asset_id) ?? asset_id}`
  }
  return asked.scope.groups === null ? title : `${title} of ${asked.scope.groups.join(', ')}`
}

async function matterOf(asked: Asked, first: Asked, days: { from: number; to: number }, question: ExplainQuestion) {
  const explained = await answerExplain(asked, first, days, question, { limit: 1 })
  const events =
    question.score === 'exposure' && question.asset_id === null && days.from < days.to
      ? (await eventsOf(asked, { feed: 'risk', from: days.from + 1, to: days.to })).items
          .filter(({ score_effect }) => score_effect !== null && score_effect !== 0)
          .toSorted(byImpact)
          .slice(0, EVENTS)
      : []
  const matter: StoryMatter = { ...explained, title: await titleOf(asked, question), events: [] }
  return { explained, events, matter }
}

/** The story of a score over a range. Throws as answerExplain does. */
export async function answerStory(
  asked: Asked,
  first: Asked,
  days: { from: number; to: number },
  question: ExplainQuestion,
): Promise<z.infer<typeof Story>> {
  const { explained, events, matter } = await matterOf(asked, first, days, question)
  const told = events.map(({ event_id, day, headline, score_effect }) => ({
    event_id,
    day: new Date(day * 86_400_000).toISOString().slice(0, 10),
    headline,
    effect: score_effect! / 10_000_000,
  }))
  const { score, id, direction, from, to, change, shown, decimals } = explained
  return {
    score,
    id,
    title: matter.title,
    direction,
    from: { day: from.day, value: from.value, shown: from.shown },
    to: { day: to.day, value: to.value, shown: to.shown },
    change,
    shown,
    decimals,
    ...tellStory({ ...matter, events: told }),
    events: told,
  }
}

/** The story's picture as SVG. */
export async function answerStoryPicture(
  asked: Asked,
  first: Asked,
  days: { from: number; to: number },
  question: ExplainQuestion,
): Promise<string> {
  const { matter } = await matterOf(asked, first, days, question)
  return storyPicture(matter, tellStory(matter).headline)
}
