import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { Sparkline } from '../../charts/Sparkline.tsx'
import { Change } from '../../components/Change.tsx'
import { Here } from '../../components/To.tsx'
import { count, direction, score as scoreText, tone, word } from '../../format.ts'
import { stateMeanings, stateNames, surfaceNames } from './words.ts'

type Surface = Answer<'/api/v1/recommendations/surfaces'>['items'][number]
const states = ['not_compliant', 'mitigated', 'compliant', 'not_available'] as const

/** What the filters of one surface leave when another is chosen. */
const others = { open: null, tab: null, state: null, sort: null }

/** Which attack surface is shown: all of them, or one with its own scores. */
export function SurfaceTabs({ surfaces, chosen }: { surfaces: readonly Surface[]; chosen: string }) {
  const tabs = [{ id: '', title: 'All' }, ...surfaces.map(({ surface }) => ({ id: surface, title: surfaceNames[surface] }))]
  return (
    <nav aria-label="Attack surfaces" className="flex flex-wrap gap-1 border-b border-line">
      {tabs.map(({ id, title }) => (
        <Here
          key={id}
          change={{ ...others, surface: id || null }}
          aria-current={chosen === id ? 'page' : undefined}
          className={`-mb-px flex h-9 items-center border-b-2 px-3 text-sm ${chosen === id ? 'border-accent font-semibold text-ink' : 'border-transparent text-ink-2 hover:text-ink'}`}
        >
          {title}
        </Here>
      ))}
    </nav>
  )
}

function ScoreHead({
  title,
  score,
  better,
  whole,
}: {
  title: string
  score: NonNullable<Surface['exposure']>
  better: 'lower_is_better' | 'higher_is_better'
  whole: string
}) {
  const apart = score.whole === null || score.value === null ? null : score.value - score.whole
  return (
    <section
      aria-label={title}
      className="flex flex-[2] items-center justify-between gap-4 rounded-lg border border-line bg-surface px-4 py-2.5"
    >
      <div className="min-w-0">
        <h2 className="text-xs text-ink-2">{title}</h2>
        <p className="flex items-baseline gap-2">
          <span className="num text-xl font-semibold">{score.value === null ? '–' : scoreText(score.value)}</span>
          <span className="text-xs text-ink-3">{direction(better)}</span>
        </p>
        <p className="text-xs">
          <Change value={score.change_14d} direction={better} since="in 14 days" />
        </p>
        {apart !== null && (
          <p className="text-xs">
            <Change value={apart} direction={better} since={`than ${whole}`} />
          </p>
        )}
      </div>
      <Sparkline
        values={score.history.map(({ value }) => value)}
        span={2}
        width={150}
        height={48}
        tone={tone(score.change_14d, better)}
        label={`${title} over ${score.history.length} days`}
      />
    </section>
  )
}

/** Head of the list: the surface's own scores beside those of the whole, and its recommendations by state. */
export function SurfaceHead({
  surface,
  total,
}: {
  surface: Surface | undefined
  total: readonly { state: string; recommendations: number }[]
}) {
  const { get } = useParameters()
  const chosen = get('state') || 'not_compliant'
  const counts = surface?.recommendations ?? total
  const all = counts.reduce((sum, one) => sum + one.recommendations, 0)
  return (
    <div className="flex flex-wrap items-stretch gap-2.5">
      {surface?.exposure && (
        <ScoreHead title="Exposure of its assets" score={surface.exposure} better="lower_is_better" whole="the whole" />
      )}
      {surface?.secure && (
        <ScoreHead title="Secure score of its checks" score={surface.secure} better="higher_is_better" whole="the whole" />
      )}
      {surface && (
        <section
          aria-label="By risk"
          className="grid min-w-44 flex-1 content-center rounded-lg border border-line bg-surface px-4 py-2 text-xs"
        >
          <h2 className="sr-only">Open recommendations by risk</h2>
          {surface.risks.map(({ risk, recommendations }) => (
            <p key={risk} className="flex justify-between gap-4">
              <span className="text-ink-2">{word(risk)}</span>
              <span className="num font-medium">{count(recommendations)}</span>
            </p>
          ))}
        </section>
      )}
      <nav aria-label="Recommendations by state" className="flex w-full flex-wrap gap-2">
        {[...states, 'all' as const].map((state) => (
          <Here
            key={state}
            change={{ state: state === 'not_compliant' ? null : state, open: null }}
            aria-current={chosen === state ? 'true' : undefined}
            title={state === 'all' ? 'Whatever the state' : stateMeanings[state]}
            className={`flex min-w-28 flex-1 flex-col justify-center rounded-lg border px-3 py-1.5 ${chosen === state ? 'border-accent bg-accent-soft' : 'border-line bg-surface hover:bg-hover'}`}
          >
            <span className="num text-base font-semibold text-ink">
              {counts.length === 0 ? '–' : count(state === 'all' ? all : (counts.find((one) => one.state === state)?.recommendations ?? 0))}
            </span>
            <span className="text-xs text-ink-2">{state === 'all' ? 'All states' : stateNames[state]}</span>
          </Here>
        ))}
      </nav>
    </div>
  )
}
