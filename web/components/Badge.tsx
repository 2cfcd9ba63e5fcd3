import { Bug, BugPlay, Flame, PackageOpen, ShieldQuestionMark } from 'lucide-react'
import type { ReactNode } from 'react'
import { twMerge } from 'tailwind-merge'
import type { Severity, Stage } from '../api.ts'
import { HIGH_EPSS, levelOf, level as levelWord, probability, score, severity as severityWord, word } from '../format.ts'

const shape = 'inline-flex h-5 items-center gap-1 rounded px-1.5 text-xs font-medium whitespace-nowrap'

const severities: Record<string, string> = {
  critical: 'bg-critical-soft text-critical-ink',
  high: 'bg-high-soft text-high-ink',
  medium: 'bg-medium-soft text-medium-ink',
  low: 'bg-low-soft text-low-ink',
}

/** A severity as a coloured word. */
export function SeverityBadge({ severity }: { severity: Severity | null }) {
  return <span className={twMerge(shape, severities[severity ?? ''] ?? 'bg-sunken text-ink-2')}>{severityWord(severity)}</span>
}

const stages = { public: Bug, verified: BugPlay, kit: PackageOpen, known_exploited: Flame, ransomware: Flame } as const

/** How far exploitation has come. Nothing is shown for `none` unless `all`. */
export function StageBadge({ stage, all = false }: { stage: Stage; all?: boolean }) {
  if (stage === 'none') return all ? <span className="text-ink-3">{word(stage)}</span> : null
  const Icon = stages[stage]
  const strong = stage === 'known_exploited' || stage === 'ransomware'
  return (
    <span className={twMerge(shape, strong ? 'bg-critical-soft text-critical-ink' : 'bg-sunken text-ink-2')}>
      <Icon size={12} aria-hidden />
      {word(stage)}
    </span>
  )
}

/** EPSS, marked from 0.9 on. */
export function Epss({ value }: { value: number | null }) {
  if (value === null || value < HIGH_EPSS) return <>{probability(value)}</>
  return <span className={twMerge(shape, 'num bg-critical-soft text-critical-ink')}>{probability(value)}</span>
}

const levels = { low: 'bg-zone-low', medium: 'bg-zone-medium', high: 'bg-zone-high' } as const

/** An asset's exposure: number and level. Null says why it is not in the score. */
export function ExposureValue({ value }: { value: number | null }) {
  const level = levelOf(value)
  if (level === null) return <span className="text-ink-3">Not scored</span>
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden className={twMerge('size-2 rounded-full', levels[level])} />
      <span className="num">{score(value)}</span>
      <span className="text-ink-3">{levelWord(level)}</span>
    </span>
  )
}

/** A short neutral fact. */
export function Chip({
  children,
  tone,
  className,
}: {
  children: ReactNode
  tone?: 'warn' | 'better' | 'worse' | 'accent'
  className?: string
}) {
  const look = {
    warn: 'bg-warn-soft text-warn',
    better: 'bg-better-soft text-better',
    worse: 'bg-worse-soft text-worse',
    accent: 'bg-accent-soft text-accent-ink',
    none: 'bg-sunken text-ink-2',
  }[tone ?? 'none']
  return <span className={twMerge(shape, look, className)}>{children}</span>
}

/** How critical an asset is for the business; nothing where nobody said. */
export function CriticalityBadge({ criticality }: { criticality: 'low' | 'medium' | 'high' | 'very_high' | null }) {
  if (criticality === null) return <span className="text-ink-3">–</span>
  return <Chip {...(criticality === 'very_high' || criticality === 'high' ? { tone: 'accent' as const } : {})}>{word(criticality)}</Chip>
}

/** Stands where a thing has no data to answer from. */
export function NoData({ children = 'No data' }: { children?: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1 text-ink-3">
      <ShieldQuestionMark size={13} aria-hidden />
      {children}
    </span>
  )
}
