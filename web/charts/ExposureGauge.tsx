// oxlint-disable jsx-a11y/prefer-tag-over-role -- a drawing that is made here is no file for an img element
import { level as levelWord, levelOf, score } from '../format.ts'
import { arc } from './arc.ts'

const zones = [
  { from: 0, to: 0.3, stroke: 'stroke-zone-low' },
  { from: 0.3, to: 0.7, stroke: 'stroke-zone-medium' },
  { from: 0.7, to: 1, stroke: 'stroke-zone-high' },
] as const
const GAP = 0.006

/** The exposure score on its scale with the three zones: the level first, the number second. `value` 0–100. */
export function ExposureGauge({ value }: { value: number }) {
  const level = levelOf(value)
  const at = Math.min(1, Math.max(0, value / 100))
  const angle = Math.PI * (1 - at)
  const tick = (radius: number) => [110 + radius * Math.cos(angle), 112 - radius * Math.sin(angle)] as const
  const [x1, y1] = tick(78)
  const [x2, y2] = tick(104)
  return (
    <svg
      viewBox="0 0 220 140"
      role="img"
      aria-label={`Exposure score: ${levelWord(level)}, ${score(value)} of 100, lower is better`}
      className="mx-auto w-full max-w-[17rem]"
    >
      {zones.map((zone) => {
        const here = at >= zone.from && (at < zone.to || zone.to === 1)
        return (
          <path
            key={zone.from}
            d={arc(110, 112, 91, zone.from + (zone.from === 0 ? 0 : GAP), zone.to - (zone.to === 1 ? 0 : GAP))}
            fill="none"
            strokeWidth={here ? 15 : 11}
            className={zone.stroke}
            opacity={here ? 1 : 0.42}
          />
        )
      })}
      <line x1={x1} y1={y1} x2={x2} y2={y2} strokeWidth={7} strokeLinecap="round" className="stroke-surface" />
      <line x1={x1} y1={y1} x2={x2} y2={y2} strokeWidth={3.5} strokeLinecap="round" className="stroke-ink" />
      <text x="110" y="86" textAnchor="middle" className="fill-ink text-[27px] font-semibold tracking-tight">
        {levelWord(level)}
      </text>
      <text x="110" y="109" textAnchor="middle" className="fill-ink-2 text-[15px] font-medium [font-variant-numeric:tabular-nums]">
        {score(value)}
        <tspan className="fill-ink-3 text-[11px] font-normal"> of 100</tspan>
      </text>
      <text x="19" y="130" textAnchor="middle" className="fill-ink-3 text-[10px]">
        0
      </text>
      <text x="201" y="130" textAnchor="middle" className="fill-ink-3 text-[10px]">
        100
      </text>
      <path d="M 74 127 H 34 m 5 -4 l -5 4 l 5 4" fill="none" strokeWidth={1.2} className="stroke-ink-3" />
      <text x="110" y="130" textAnchor="middle" className="fill-ink-3 text-[10px]">
        lower is better
      </text>
    </svg>
  )
}
