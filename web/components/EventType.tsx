import {
  Bug,
  BugPlay,
  CalendarClock,
  CalendarX,
  CalendarX2,
  CircleDot,
  ClipboardCheck,
  FileCheck,
  FilePen,
  FileX,
  FileWarning,
  Flag,
  Flame,
  Gauge,
  ListX,
  PackageMinus,
  PackageOpen,
  PackagePlus,
  RadioTower,
  ScanSearch,
  ShieldCheck,
  Skull,
  Target,
  TrendingDown,
  TrendingUp,
  Undo2,
} from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import { fine, word } from '../format.ts'

/** Types of events with their icon and name. A type that is not here (a catalog of one's own) is written by its id. */
const types: Record<string, [LucideIcon, string]> = {
  new_vulnerability: [FileWarning, 'New vulnerability'],
  new_public_exploit: [Bug, 'New public exploit'],
  exploit_verified: [BugPlay, 'Exploit verified'],
  exploit_in_kit: [PackageOpen, 'Exploit added to a kit'],
  known_exploited: [Flame, 'Known exploited'],
  used_by_ransomware: [Skull, 'Used by ransomware'],
  epss_jump: [Gauge, 'EPSS jump'],
  known_vulnerability_found: [ScanSearch, 'Found on more assets'],
  software_installed: [PackagePlus, 'Vulnerable software installed'],
  new_configuration_assessment: [ClipboardCheck, 'New configuration assessment'],
  software_removed: [PackageMinus, 'Software removed'],
  exception_started: [FileCheck, 'Exception started'],
  exception_ended: [FileX, 'Exception ended'],
  end_of_support_reached: [CalendarX2, 'End of support reached'],
  vulnerability_mitigated: [ShieldCheck, 'Vulnerability mitigated'],
  exposure_score_worse: [TrendingDown, 'Exposure score worse'],
  secure_score_worse: [TrendingDown, 'Secure score worse'],
  initiative_worse: [TrendingDown, 'Initiative worse'],
  metric_worse: [TrendingDown, 'Metric worse'],
  exposure_score_better: [TrendingUp, 'Exposure score better'],
  secure_score_better: [TrendingUp, 'Secure score better'],
  initiative_better: [TrendingUp, 'Initiative better'],
  metric_better: [TrendingUp, 'Metric better'],
  new_initiative: [Flag, 'New initiative'],
  content_changed: [FilePen, 'Content changed'],
  remediation_overdue: [CalendarX, 'Remediation overdue'],
  exception_ends_soon: [CalendarClock, 'Exception ends soon'],
  source_silent: [RadioTower, 'Source went silent'],
  many_closed: [ListX, 'Many findings closed at once'],
  target_reached: [Target, 'Target reached'],
  target_missed: [Target, 'Target missed'],
  kpi_at_risk: [Target, 'KPI at risk'],
  kpi_missed: [Target, 'KPI missed'],
  score_beyond: [Gauge, 'Score beyond its limit'],
  action_regressed: [Undo2, 'Recommended action regressed'],
}

const of = (type: string): [LucideIcon, string] => types[type] ?? [CircleDot, word(type)]

/** What an event's type is called. */
export const eventTypeName = (type: string): string => of(type)[1]

const inks = { worse: 'text-worse', better: 'text-better', neutral: 'text-ink-3' } as const

/** The icon of an event's type, coloured by whether it does good. */
export function EventIcon({ type, direction, size = 15 }: { type: string; direction: 'worse' | 'better' | 'neutral'; size?: number }) {
  const [Icon] = of(type)
  return <Icon size={size} className={`shrink-0 ${inks[direction]}`} aria-hidden />
}

/** What the event moved the exposure score by, in words; where that is not known, only whether it raised or lowered it. */
export function EventEffect({
  direction,
  effect = null,
  short = false,
}: {
  direction: 'worse' | 'better' | 'neutral'
  effect?: number | null
  short?: boolean
}) {
  const way = effect === null ? direction : effect === 0 ? 'neutral' : effect > 0 ? 'worse' : 'better'
  if (way === 'neutral') return <span className="text-ink-3">No effect</span>
  const Arrow = way === 'worse' ? TrendingUp : TrendingDown
  const points = effect === null ? null : fine(Math.abs(effect))
  return (
    <span className={`inline-flex items-center gap-1 ${inks[way]}`}>
      <Arrow size={14} aria-hidden />
      {points === null ? (
        <span className={short ? 'sr-only' : ''}>{way === 'worse' ? 'Worse' : 'Better'}</span>
      ) : (
        <span className="num whitespace-nowrap">{`${points} ${way}`}</span>
      )}
    </span>
  )
}
