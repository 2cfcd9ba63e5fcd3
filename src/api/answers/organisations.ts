import type { z } from 'zod'
import { everyDay } from '../../insights/history.ts'
import { groupedBy } from '../../model/grouped-by.ts'
import { formatInstant, type Instant } from '../../model/time.ts'
import type { Engine } from '../../store/engines/engine.ts'
import { kept } from '../../store/kept.ts'
import { listOrgs } from '../../store/orgs.ts'
import { readCoverages, readEventCounts, readScoreSteps, readSourceLooks } from '../../store/queries/overview/all-organisations.ts'
import type { OrganisationStanding } from '../shapes/organisation-overview.ts'

const DAYS = 30
const CHANGE_DAYS = 14

/** How all organisations stand, each by its own days, definitions and exceptions: the numbers of their own pages. One question whatever their number. */
export function answerOrganisations(engine: Engine, at: Instant): Promise<z.infer<typeof OrganisationStanding>[]> {
  return kept(engine, ['all organisations', at], async () => {
    const [orgs, steps, coverages, looks, events] = await Promise.all([
      listOrgs(engine),
      readScoreSteps(engine, at, DAYS),
      readCoverages(engine, at),
      readSourceLooks(engine, at),
      readEventCounts(engine, at, DAYS),
    ])
    const byScore = groupedBy(steps, ({ org_id, score }) => `${org_id} ${score}`)
    const coverageOf = new Map(coverages.map((each) => [each.org_id, each]))
    const looksOf = groupedBy(looks, ({ org_id }) => org_id)
    return orgs.map(({ org_id, slug, name, demo }) => {
      const { day, assets, scanned, stale, never_scanned } = coverageOf.get(org_id)!
      const standing = (score: 'exposure' | 'secure') => {
        // A value stands as a share of 1: nothing is added up here.
        const states = (byScore.get(`${org_id} ${score}`) ?? []).map((step) => ({
          day: step.day,
          numerator: step.value ?? 0,
          denominator: step.value === null ? 0 : 100,
        }))
        const history = everyDay(states, day - DAYS + 1, day).map(({ value }) => value)
        const [value, before] = [history.at(-1) ?? null, history.at(-1 - CHANGE_DAYS) ?? null]
        return { value, change: value === null || before === null ? null : value - before, history }
      }
      const exposure = standing('exposure')
      const own = looksOf.get(org_id) ?? []
      const count = (feed: 'risk' | 'posture') => events.find((each) => each.org_id === org_id && each.feed === feed)
      return {
        slug,
        name,
        demo,
        exposure: {
          ...exposure,
          level:
            exposure.value === null
              ? null
              : exposure.value < 30
                ? ('low' as const)
                : exposure.value < 70
                  ? ('medium' as const)
                  : ('high' as const),
        },
        secure: standing('secure'),
        coverage: { assets, scanned, stale, never_scanned },
        last_observed_at: own.length ? formatInstant(own.reduce((newest, { observed_at }) => Math.max(newest, observed_at), 0)) : null,
        sources: own.length,
        stale_sources: own.filter(({ observed_at, lasts }) => lasts !== null && observed_at + lasts < at).length,
        events: { risk: count('risk')?.events ?? 0, drops: count('posture')?.worse ?? 0 },
      }
    })
  })
}
