import type { Score } from '../../api.ts'
import { sentence } from '../../format.ts'
import { ExposureGauge } from '../../charts/ExposureGauge.tsx'
import { SecureGauge } from '../../charts/SecureGauge.tsx'
import { Between } from '../../components/Between.tsx'
import { Card } from '../../components/Card.tsx'
import { Change } from '../../components/Change.tsx'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'

function Changes({ score, unit }: { score: Score; unit?: string }) {
  if (score.change_1d === null && score.change_14d === null)
    return <p className="mt-2 text-center text-sm text-ink-3">No earlier day to compare with.</p>
  return (
    <div className="mt-3 grid grid-cols-2 divide-x divide-line border-t border-line pt-3 text-center text-sm">
      {(
        [
          ['Since yesterday', score.change_1d, 1],
          ['In 14 days', score.change_14d, 14],
        ] as const
      ).map(([title, value, days]) => (
        <div key={title}>
          <p className="text-xs text-ink-3">{title}</p>
          {value === null ? (
            <span className="text-ink-3">not comparable</span>
          ) : (
            <Change value={value} direction={score.direction} {...(unit ? { unit } : {})} why={{ score: score.score, days }} />
          )}
        </div>
      ))}
    </div>
  )
}

/** The exposure score: level, number, direction, change. */
export function ExposureCard({ score, className }: { score: Score; className?: string }) {
  return (
    <Card
      title="Exposure score"
      className={className ?? ''}
      aside={
        <>
          <To page="/recommendations">Improve</To>
          <To page="/exposure">Open</To>
        </>
      }
    >
      {score.value === null ? (
        <Empty title="Nothing to score yet">{sentence(score.reason)}</Empty>
      ) : (
        <>
          <ExposureGauge value={score.value} />
          <Between score={score} className="mt-1 text-center" />
          <Changes score={score} />
        </>
      )}
    </Card>
  )
}

/** The secure score: share of the possible points, direction, change. */
export function SecureCard({ score, className }: { score: Score; className?: string }) {
  return (
    <Card title="Secure score" className={className ?? ''} aside={<To page="/secure-score">Open</To>}>
      {score.value === null ? (
        <Empty title="Nothing to score yet">{sentence(score.reason)}</Empty>
      ) : (
        <>
          <SecureGauge value={score.value} points={score.points} maxPoints={score.max_points} />
          <Between score={score} className="mt-1 text-center" />
          <Changes score={score} />
        </>
      )}
    </Card>
  )
}
