import { word } from '../../format.ts'

/** How much a metric counts, as one chooses it. */
export const weights = ['high', 'medium', 'low', 'accepted'] as const
export type Weight = (typeof weights)[number]

/** A weight as people read it; with its figure. */
export const weightWord = (weight: string): string => (weight === 'accepted' ? 'Risk accepted' : word(weight))
export const weightTitle: Record<Weight, string> = {
  high: 'High, counts 10',
  medium: 'Medium, counts 5',
  low: 'Low, counts 1',
  accepted: 'Risk accepted, counts nothing',
}

/** What people did about a metric, and what that does. */
export const handlings = [
  { value: '', title: 'Needs attention', meaning: 'It counts as it is measured.' },
  {
    value: 'mitigated_elsewhere',
    title: 'Mitigated elsewhere',
    meaning: 'The risk is taken care of where nothing is measured: left out of scores.',
  },
  { value: 'mitigated', title: 'Mitigated', meaning: 'It counts as met in scores; what it measures stays to be seen.' },
] as const

export const reasonWord: Record<string, string> = {
  value: 'Value',
  weight: 'Weight',
  state: 'State',
  content: 'Content',
  added: 'Metric added',
  removed: 'Metric removed',
  deprecated: 'Metric deprecated',
}

/** One version of something that was set, in words: "Weight in our-servers: High". */
export function versionWords({ kind, id, value }: { kind: string; id: string; value: string }): string {
  if (kind === 'weight') {
    const [initiative, metric] = id.includes('/') ? id.split('/') : [null, id]
    return `Weight of ${metric}${initiative ? ` in ${initiative}` : ' everywhere'}: ${weightWord(value)}`
  }
  if (kind === 'metric_state') return `State of ${id}: ${word(value)}`
  if (kind === 'target') {
    const { score, by } = JSON.parse(value) as { score: number; by: string | null }
    return `Target of ${id}: ${Math.round(score * 1e4) / 100} %${by ? ` by ${by}` : ''}`
  }
  if (kind === 'favourites') return `Favourites of everyone: ${(JSON.parse(value) as string[]).join(', ')}`
  if (kind === 'pack') return `Pack ${id}, version ${(JSON.parse(value) as { version: string }).version}`
  if (kind === 'threshold')
    return `Threshold of ${id || 'all scores'}: ${(JSON.parse(value) as { points: number }).points} points within a day`
  return `${kind === 'metric' ? 'Metric' : 'Initiative'} ${id}: its text`
}
