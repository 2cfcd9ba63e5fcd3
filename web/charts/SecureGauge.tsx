// oxlint-disable jsx-a11y/prefer-tag-over-role -- a drawing that is made here is no file for an img element
import { points as writePoints, score } from '../format.ts'
import { arc } from './arc.ts'

/** The secure score as the part of the points that is achieved. `value` 0–100, higher is better. */
export function SecureGauge({ value, points, maxPoints }: { value: number; points: number | null; maxPoints: number | null }) {
  const at = Math.min(1, Math.max(0, value / 100))
  return (
    <svg
      viewBox="0 0 220 140"
      role="img"
      aria-label={`Secure score: ${score(value)} %, higher is better`}
      className="mx-auto w-full max-w-[17rem]"
    >
      <path d={arc(110, 112, 91, 0, 1)} fill="none" strokeWidth={11} className="stroke-line" />
      {at > 0 && <path d={arc(110, 112, 91, 0, at)} fill="none" strokeWidth={15} className="stroke-accent" />}
      <text
        x="110"
        y="86"
        textAnchor="middle"
        className="fill-ink text-[27px] font-semibold tracking-tight [font-variant-numeric:tabular-nums]"
      >
        {score(value)}
        <tspan className="text-[17px] font-medium"> %</tspan>
      </text>
      {points !== null && maxPoints !== null && (
        <text x="110" y="109" textAnchor="middle" className="fill-ink-2 text-[12px] [font-variant-numeric:tabular-nums]">
          {writePoints(points)} of {writePoints(maxPoints)} points
        </text>
      )}
      <text x="19" y="130" textAnchor="middle" className="fill-ink-3 text-[10px]">
        0
      </text>
      <text x="201" y="130" textAnchor="middle" className="fill-ink-3 text-[10px]">
        100
      </text>
      <text x="110" y="130" textAnchor="middle" className="fill-ink-3 text-[10px]">
        higher is better
      </text>
      <path d="M 150 127 h 38 m -5 -4 l 5 4 l -5 4" fill="none" strokeWidth={1.2} className="stroke-ink-3" />
    </svg>
  )
}
