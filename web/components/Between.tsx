import type { Score } from '../api.ts'
import { counted, score as writeScore } from '../format.ts'

/** One line under a score: how far what is unknown could move it. Nothing where it could not. */
export function Between({ score, className }: { score: Score; className?: string }) {
  const { best, worst, coverage } = score
  if (best === null || worst === null || writeScore(best) === writeScore(worst)) return null
  const [low, high] = [Math.min(best, worst), Math.max(best, worst)].map(writeScore)
  const unscanned = coverage.stale + coverage.never_scanned
  const unknown =
    score.score === 'secure'
      ? `${counted(coverage.not_run, 'control')} whose checks did not all run`
      : score.score === 'initiative'
        ? 'what could not be measured'
        : `${counted(unscanned, 'unscanned asset')}`
  return (
    <p className={`text-xs text-ink-3 ${className ?? ''}`}>
      Between <span className="num">{low}</span> and <span className="num">{high}</span>, by how {unknown} would turn out.
    </p>
  )
}
