// oxlint-disable jsx-a11y/control-has-associated-label -- the day stands once, above its causes
import { useAsk } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, day as writeDay, fine, moveDay, tone } from '../../format.ts'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { Here, To } from '../../components/To.tsx'

const inks = { better: 'text-better', worse: 'text-worse', same: 'text-ink-3' } as const

function Points({ value }: { value: number }) {
  const which = tone(value, 'lower_is_better')
  return <span className={`num ${inks[which]}`}>{which === 'same' ? '0' : `${fine(Math.abs(value))} ${which}`}</span>
}

/** The days on which the exposure score moved: each cause, how much of it the events of the day tell, and what no event tells. */
export function EventDays({ replay }: { replay: boolean }) {
  const { get } = useParameters()
  const asked = replay ? { replay: 'true' as const } : {}
  const { data, error, refetch } = useAsk('/api/v1/events/days', {
    query: { ...(get('from') ? { from: get('from') } : {}), ...(get('to') ? { to: get('to') } : {}), ...asked },
  })
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-96" />
  if (data.items.length === 0) return <Empty title="The score did not move">Choose a longer range.</Empty>
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
    <section aria-label="Days" tabIndex={0} className="min-h-0 flex-1 overflow-auto rounded-lg border border-line bg-surface">
      <table className="w-full text-sm">
        <thead className="sticky top-0 bg-sunken text-left text-xs text-ink-2">
          <tr>
            {['Day', 'Cause', 'Part of the change', 'Told by events', 'Told by none'].map((title, index) => (
              <th key={title} scope="col" className={`px-3 py-2 font-medium ${index > 1 ? 'text-right' : ''}`}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        {data.items.map((each) => (
          <tbody key={each.day} className="border-t border-line-strong">
            <tr className="font-medium">
              <th scope="rowgroup" className="num px-3 py-1.5 text-left">
                <Here change={{ view: null, from: each.day, to: each.day }}>{writeDay(each.day)}</Here>
              </th>
              <td className="px-3 py-1.5 font-normal text-ink-3">{each.events === 1 ? '1 event' : `${count(each.events)} events`}</td>
              <td className="px-3 py-1.5 text-right">
                <Points value={each.change} />
              </td>
              <td colSpan={2} className="px-3 py-1.5 text-right font-normal">
                <To
                  page="/explain"
                  change={{ from: moveDay(each.day, -1), to: each.day, replay: replay ? 'true' : null }}
                  className="link text-xs"
                >
                  Why it moved
                </To>
              </td>
            </tr>
            {each.causes.map((cause) => (
              <tr key={cause.cause}>
                <td />
                <td className="px-3 py-1">{cause.title}</td>
                <td className="px-3 py-1 text-right">
                  <Points value={cause.part} />
                </td>
                <td className="px-3 py-1 text-right">
                  <Points value={cause.told} />
                </td>
                <td className="px-3 py-1 text-right">
                  <Points value={cause.rest} />
                </td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </section>
  )
}
