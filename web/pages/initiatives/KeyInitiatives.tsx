import type { InitiativeSummary } from '../../api.ts'
import { Sparkline } from '../../charts/Sparkline.tsx'
import { NoData } from '../../components/Badge.tsx'
import { Change } from '../../components/Change.tsx'
import { Star } from '../../components/Star.tsx'
import { To } from '../../components/To.tsx'
import { count, score as writeScore, tone } from '../../format.ts'
import { NewMark } from './NewMark.tsx'

/** The initiatives that are looked at first, as a strip above the list. Nothing where there are none. */
export function KeyInitiatives({ initiatives }: { initiatives: readonly InitiativeSummary[] }) {
  if (initiatives.length === 0) return null
  return (
    <section aria-label="Key initiatives">
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-2 max-sm:flex max-sm:snap-x max-sm:overflow-x-auto">
        {initiatives.map((one) => (
          <li
            key={one.id}
            className="min-w-0 rounded-lg border border-line bg-surface px-3 pt-1.5 pb-2.5 max-sm:w-52 max-sm:shrink-0 max-sm:snap-start"
          >
            <div className="flex items-center gap-1.5">
              <To
                page={`/initiatives/${encodeURIComponent(one.id)}`}
                className="link min-w-0 flex-1 truncate text-sm font-medium"
                title={one.title}
              >
                {one.title}
              </To>
              <NewMark since={one.new_since} />
              <Star id={one.id} title={one.title} />
            </div>
            <div className="flex items-end justify-between gap-2">
              <span className="num text-lg leading-6 font-semibold">
                {one.score.value === null ? <NoData>Needs more sources</NoData> : `${writeScore(one.score.value)} %`}
              </span>
              <Sparkline values={one.trend} width={64} span={8} tone={tone(one.score.change_14d, one.score.direction)} />
            </div>
            <p className="flex flex-wrap items-center justify-between gap-x-2 text-xs text-ink-3">
              <span>{one.score.target === null ? 'no target' : `target ${count(one.score.target)} %`}</span>
              <Change value={one.score.change_14d} direction={one.score.direction} since="in 14 days" className="text-xs" />
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
