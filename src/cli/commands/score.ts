import { type CliCommand, jsonOption, momentOptions, orgOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { counted } from '../counted.ts'
import { scoreText, table } from '../table.ts'

interface Score {
  value: number | null
  reason: string | null
  level: string | null
  formula: string
  points: number | null
  max_points: number | null
  target: number | null
  best: number | null
  worst: number | null
  coverage: { scanned: number; stale: number; never_scanned: number; not_run: number }
}

interface Overview {
  as_of: string
  organisation: { name: string }
  exposure: Score
  secure: Score
  coverage: { assets: number; scanned: number; stale: number; never_scanned: number }
}

interface Initiative {
  id: string
  title: string
  score: Score
}

interface Knowledge {
  known_at: object | null
  published: { exposure: number | null; secure: number | null }
  learned: { kind: string }[]
}

const learnedWords: Record<string, [one: string, several: string]> = {
  late_report: ['late report', 'late reports'],
  kev_listing: ['KEV listing', 'KEV listings'],
  epss: ['EPSS file', 'EPSS files'],
  intelligence: ['other feed', 'other feeds'],
  undone_import: ['undone import', 'undone imports'],
  correction: ['correction', 'corrections'],
}

/** What was told on a past day, and how many things were learned about it since. */
function knowledgeText({ known_at, published, learned }: Knowledge): string {
  if (known_at === null) return 'Nothing was known then: what follows is what is known today.\n'
  const since = Object.entries(learnedWords).flatMap(([kind, [one, several]]) => {
    const count = learned.filter((each) => each.kind === kind).length
    return count ? [counted(count, one, several)] : []
  })
  return `As published then: exposure ${scoreText(published.exposure)}, secure ${scoreText(published.secure)}. Learned about it since: ${since.join(', ') || 'nothing'}.\nWhat is known today:\n`
}

export const command: CliCommand = {
  summary: 'the scores now, or on a past day',
  options: [orgOption, ...momentOptions, jsonOption],
  examples: ['plimsoll score', 'plimsoll score --as-of 2026-03-01 --known-at 2026-03-01 --json'],
  async run(context) {
    const asked = moment(context)
    await withConnection(context, async (connection) => {
      const overview = await connection.get<Overview>('/overview', asked)
      const { items } = await connection.get<{ items: Initiative[] }>('/initiatives', asked)
      const { exposure, secure, coverage, as_of } = overview
      const initiatives = items.map(({ id, title, score }) => ({
        id,
        title,
        score: score.value,
        target: score.target,
        best: score.best,
        worst: score.worst,
      }))
      if (context.options['json']) {
        context.print(
          JSON.stringify(
            {
              as_of,
              exposure_score: { value: exposure.value, level: exposure.level, formula: exposure.formula, ...boundsOf(exposure) },
              secure_score: { value: secure.value, points: secure.points, max: secure.max_points, ...boundsOf(secure) },
              initiatives,
              coverage,
            },
            null,
            2,
          ),
        )
        return
      }
      context.print(`${overview.organisation.name}, as of ${as_of}\n`)
      if (asked.as_of !== undefined && asked.known_at === undefined)
        context.print(knowledgeText(await connection.get<Knowledge>('/knowledge', { org: asked.org, as_of: asked.as_of })))
      context.print(`Exposure score  ${scoreText(exposure.value)}  ${exposure.level ?? exposure.reason ?? ''}  (lower is better)`)
      const unscanned = exposure.coverage.stale + exposure.coverage.never_scanned
      for (const line of between(exposure, `the ${unscanned} unscanned assets`)) context.print(line)
      context.print(
        `Secure score    ${scoreText(secure.value)}  ${secure.points === null ? (secure.reason ?? '') : `${secure.points} of ${secure.max_points} points`}  (higher is better)`,
      )
      for (const line of between(secure, `the ${secure.coverage.not_run} controls whose checks did not all run`)) context.print(line)
      context.print(
        `Coverage        ${coverage.scanned} of ${coverage.assets} assets scanned, ${coverage.stale} stale, ${coverage.never_scanned} never scanned\n`,
      )
      context.print(
        table(
          ['initiative', 'score', 'target', 'worst', 'best'],
          initiatives.map((each) => [each.title, ...[each.score, each.target, each.worst, each.best].map(scoreText)]),
        ),
      )
    })
  },
}

const boundsOf = ({ best, worst }: Score) => ({ best, worst })

/** A line that says how far what is unknown could move a score; none where it could not. */
function between({ best, worst }: Score, unknown: string): string[] {
  if (best === null || worst === null || best === worst) return []
  const [low, high] = [Math.min(best, worst), Math.max(best, worst)].map(scoreText)
  return [`                between ${low} and ${high}, by how ${unknown} would turn out`]
}
