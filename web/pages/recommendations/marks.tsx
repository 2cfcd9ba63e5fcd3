import { Bug, BugPlay, Flame, PackageOpen, Siren, Skull } from 'lucide-react'
import type { RecommendationSummary } from '../../api.ts'
import { Sparkline } from '../../charts/Sparkline.tsx'
import { Chip } from '../../components/Badge.tsx'
import { count, word } from '../../format.ts'
import { stateNames, tagNames } from './words.ts'

const icons = { public: Bug, verified: BugPlay, kit: PackageOpen, known_exploited: Flame, ransomware: Skull, active_alert: Siren } as const

const titleOf = (threat: keyof typeof icons): string => (threat === 'active_alert' ? 'Possible active alert' : word(threat))

/** An icon for each exploit stage that its vulnerabilities have reached, and for a possible active alert, each with its name. */
export function Threats({ threats }: { threats: RecommendationSummary['threats'] }) {
  const shown = threats.filter((threat) => threat !== 'none')
  if (shown.length === 0) return <span className="text-ink-3">–</span>
  return (
    <span className="inline-flex items-center gap-1">
      {shown.map((threat) => {
        const Icon = icons[threat]
        const strong = threat === 'known_exploited' || threat === 'ransomware' || threat === 'active_alert'
        return (
          <span key={threat} title={titleOf(threat)} className={strong ? 'text-critical-ink' : 'text-ink-2'}>
            <Icon size={14} aria-hidden />
            <span className="sr-only">{titleOf(threat)}</span>
          </span>
        )
      })}
    </span>
  )
}

/** Exposed assets with their last fourteen days: red when they have become more, green when fewer. */
export function ExposedAssets({ row }: { row: RecommendationSummary }) {
  const change = (row.trend.at(-1) ?? 0) - (row.trend[0] ?? 0)
  const said =
    change === 0
      ? 'as many as 14 days ago'
      : change > 0
        ? `${count(change)} more than 14 days ago`
        : `${count(-change)} fewer than 14 days ago`
  return (
    <span className="flex items-center justify-end gap-2" title={said}>
      <Sparkline values={row.trend} span={1} width={56} tone={change > 0 ? 'worse' : change < 0 ? 'better' : 'same'} label={said} />
      <span className="num w-9 text-right">{count(row.assets)}</span>
    </span>
  )
}

const riskTones = {
  critical: 'bg-critical-soft text-critical-ink',
  high: 'bg-high-soft text-high-ink',
  medium: 'bg-medium-soft text-medium-ink',
  low: 'bg-low-soft text-low-ink',
} as const

/** Risk level and place among all that is open. */
export function Risk({ row }: { row: Pick<RecommendationSummary, 'risk' | 'rank'> }) {
  if (row.risk === null) return <span className="text-ink-3">–</span>
  return (
    <span className="inline-flex items-center gap-1.5">
      <Chip className={riskTones[row.risk]}>{word(row.risk)}</Chip>
      {row.rank !== null && (
        <span
          className="num text-xs text-ink-3"
          title={`Number ${row.rank} by the hazard that it takes away, weighted by the value of the assets`}
        >
          #{row.rank}
        </span>
      )}
    </span>
  )
}

const stateTones = { not_compliant: 'worse', mitigated: 'accent', compliant: 'better', not_available: undefined } as const

/** How a recommendation stands. */
export function StateChip({ state }: { state: RecommendationSummary['state'] }) {
  const tone = stateTones[state]
  return <Chip {...(tone ? { tone } : {})}>{stateNames[state]}</Chip>
}

/** Tags as chips. */
export function Tags({ tags }: { tags: RecommendationSummary['tags'] }) {
  return (
    <>
      {tags.map((tag) => (
        <Chip key={tag} tone={tag === 'zero_day' ? 'worse' : tag === 'new_fix' ? 'accent' : 'warn'}>
          {tagNames[tag]}
        </Chip>
      ))}
    </>
  )
}

const bars = { low: 1, medium: 2, high: 3 } as const

/** Impact as three bars and its word. */
export function Impact({ impact }: { impact: RecommendationSummary['impact'] }) {
  if (impact === null) return <span className="text-ink-3">–</span>
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden className="inline-flex items-end gap-px">
        {[1, 2, 3].map((bar) => (
          <span
            key={bar}
            className={`w-1 rounded-xs ${bar <= bars[impact] ? 'bg-accent' : 'bg-line-strong'}`}
            style={{ height: 3 + bar * 3 }}
          />
        ))}
      </span>
      {word(impact)}
    </span>
  )
}
