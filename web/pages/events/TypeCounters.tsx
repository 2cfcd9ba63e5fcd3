import { useParameters } from '../../address.ts'
import { count } from '../../format.ts'
import { EventIcon, eventTypeName } from '../../components/EventType.tsx'

const better = new Set([
  'vulnerability_mitigated',
  'software_removed',
  'exception_started',
  'target_reached',
  'exposure_score_better',
  'secure_score_better',
  'initiative_better',
  'metric_better',
])
const neutral = new Set(['new_configuration_assessment', 'new_initiative', 'content_changed', 'many_closed'])

/** How many events there are of each type; each is a filter that can be switched on and off. */
export function TypeCounters({ counts }: { counts: readonly { type: string; events: number }[] }) {
  const { all, set } = useParameters()
  const chosen = all('type')
  // a chosen type stays to be switched off, also when the other filters leave none of it
  const shown = [...counts, ...chosen.filter((type) => !counts.some((one) => one.type === type)).map((type) => ({ type, events: 0 }))]
  if (shown.length === 0) return null
  return (
    <fieldset aria-label="Types of events" className="grid grid-cols-[repeat(auto-fill,minmax(8.5rem,1fr))] gap-2">
      {shown.map(({ type, events }) => {
        const on = chosen.includes(type)
        return (
          <button
            key={type}
            type="button"
            aria-pressed={on}
            onClick={() => set({ type: on ? chosen.filter((one) => one !== type) : [...chosen, type] }, { replace: true })}
            className="flex min-w-0 items-start gap-2.5 rounded-lg border border-line bg-surface px-3 py-2 text-left hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft"
          >
            <EventIcon type={type} direction={better.has(type) ? 'better' : neutral.has(type) ? 'neutral' : 'worse'} size={16} />
            <span className="min-w-0">
              <span className="num block text-base leading-5 font-semibold">{count(events)}</span>
              <span className="block text-xs leading-4 text-ink-2">{eventTypeName(type)}</span>
            </span>
          </button>
        )
      })}
    </fieldset>
  )
}
