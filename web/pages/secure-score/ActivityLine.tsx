import { day, fine, points } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { changeWords, type SecureActivity, sideTitles } from './words.ts'

const actorTitles = { person: 'A person', system: 'Measured', content: 'Content' } as const

/** Who did it, as people read it. */
export const actorWords = ({ actor }: Pick<SecureActivity, 'actor'>): string => actor.name ?? actorTitles[actor.kind]

/** One thing that happened to an action. */
export function ActivityLine({ activity }: { activity: SecureActivity; effect?: string }) {
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 py-2 text-sm">
      <span className="num w-24 shrink-0 text-xs text-ink-3">{day(activity.day)}</span>
      <span className="min-w-0 flex-1">
        {activity.text}
        {activity.reason && <span className="block text-xs break-words text-ink-3">{activity.reason}</span>}
      </span>
      <Chip>{sideTitles[activity.side]}</Chip>
      <span className="text-xs text-ink-2">{actorWords(activity)}</span>
      <span className="num w-24 text-right text-xs">
        {points(activity.points)} of {points(activity.max_points)}
      </span>
      <span
        className={`num w-24 text-right text-xs ${activity.effect > 0 ? 'text-better' : activity.effect < 0 ? 'text-worse' : 'text-ink-3'}`}
      >
        {activity.effect === 0 ? 'score unchanged' : changeWords(activity.effect, fine)}
      </span>
    </li>
  )
}
