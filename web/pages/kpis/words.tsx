import type { Row } from '../../api.ts'
import { counted, fine } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'

export type Kpi = Row<'/api/v1/kpis'>

/** States in the order of the care that they need, with their word and colour. */
export const states: [Kpi['state'], string, 'worse' | 'warn' | 'accent' | 'better' | undefined][] = [
  ['missed', 'Missed', 'worse'],
  ['at_risk', 'At risk', 'warn'],
  ['no_data', 'No data', undefined],
  ['on_track', 'On track', 'accent'],
  ['reached', 'Reached', 'better'],
]

/** How a KPI stands, in a word. */
export function KpiState({ state }: { state: Kpi['state'] }) {
  const [, title, tone] = states.find(([id]) => id === state)!
  return <Chip {...(tone ? { tone } : {})}>{title}</Chip>
}

/** Where the score of a KPI is shown. */
export function scorePage({ score, id }: Kpi): { page: string; change?: Record<string, string> } {
  if (score === 'initiative') return { page: `/initiatives/${encodeURIComponent(id)}` }
  if (score === 'metric') return { page: '/metrics', change: { open: id } }
  return { page: score === 'secure' ? '/secure-score' : '/' }
}

/** Days that are left, or that have passed. */
export const dueWords = ({ days_left }: Kpi): string =>
  days_left < 0 ? `${counted(-days_left, 'day')} ago` : days_left === 0 ? 'today' : `${counted(days_left, 'day')} left`

/** A pace in words. */
export const paceWords = (pace: number | null, review_days: number): string =>
  pace === null ? 'not known' : `${pace < 0 ? `${fine(-pace)} away` : `${fine(pace)} points`} in ${counted(review_days, 'day')}`
