import {
  ArrowDownRight, Bug, BugPlay, CalendarX2, CircleDot, FileWarning, Flame, PackageMinus, PackageOpen, ShieldCheck, ShieldOff, SlidersHorizontal, TrendingDown, TrendingUp, Unplug,
} from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import { word } from '../format.ts'

/** Types of events with their icon and name. A type that is not here (a catalog of one's own) is written by its id. */
const types: Record<string, [LucideIcon, string]> = {
  'new-vulnerability': [FileWarning, 'New vulnerability'],
  'new-public-exploit': [Bug, 'New public exploit'],
  'public-exploit': [Bug, 'New public exploit'],
  'exploit-verified': [BugPlay, 'Exploit verified'],
  'exploit-in-kit': [PackageOpen, 'Exploit added to a kit'],
  'exploit-kit': [PackageOpen, 'Exploit added to a kit'],
  'known-exploited': [Flame, 'Known exploited'],
  ransomware: [Flame, 'Used by ransomware'],
  'used-by-ransomware': [Flame, 'Used by ransomware'],
  'epss-jump': [TrendingUp, 'EPSS jump'],
  'end-of-support': [CalendarX2, 'End of support reached'],
  'new-configuration-assessment': [SlidersHorizontal, 'New configuration assessment'],
  'vulnerability-mitigated': [ShieldCheck, 'Vulnerability mitigated'],
  mitigated: [ShieldCheck, 'Vulnerability mitigated'],
  'software-removed': [PackageMinus, 'Software removed'],
  'exception-started': [ShieldOff, 'Exception started'],
  'exposure-drop': [TrendingDown, 'Exposure score worse'],
  'initiative-drop': [TrendingDown, 'Initiative score worse'],
  'metric-drop': [TrendingDown, 'Metric worse'],
  'secure-drop': [TrendingDown, 'Secure score worse'],
  'score-drop': [TrendingDown, 'Score worse'],
  'source-stale': [Unplug, 'Source went stale'],
}

const of = (type: string): [LucideIcon, string] => types[type.replaceAll('_', '-')] ?? [CircleDot, word(type)]

/** What an event's type is called. */
export const eventTypeName = (type: string): string => of(type)[1]

const inks = { worse: 'text-worse', better: 'text-better', neutral: 'text-ink-3' } as const

/** The icon of an event's type, coloured by whether it does good. */
export function EventIcon({ type, direction, size = 15 }: { type: string; direction: 'worse' | 'better' | 'neutral'; size?: number }) {
  const [Icon] = of(type)
  return <Icon size={size} className={`shrink-0 ${inks[direction]}`} aria-hidden />
}

/** Whether the event probably raised or lowered the exposure, as an arrow with words. */
export function EventEffect({ direction }: { direction: 'worse' | 'better' | 'neutral' }) {
  if (direction === 'neutral') return <span className="text-ink-3">No effect</span>
  const Arrow = direction === 'worse' ? TrendingUp : ArrowDownRight
  return (
    <span className={`inline-flex items-center gap-1 ${inks[direction]}`}>
      <Arrow size={14} aria-hidden />
      {direction === 'worse' ? 'Worse' : 'Better'}
    </span>
  )
}
