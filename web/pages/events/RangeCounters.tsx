import { useAsk } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count } from '../../format.ts'
import { Here } from '../../components/To.tsx'

/** How many vulnerabilities were new in the range and how many of those that its events are about can be exploited, each counted once. */
export function RangeCounters({ replay }: { replay: boolean }) {
  const { get } = useParameters()
  const { data } = useAsk('/api/v1/events/counters', {
    query: {
      ...(get('from') ? { from: get('from') } : {}),
      ...(get('to') ? { to: get('to') } : {}),
      ...(replay ? { replay: 'true' as const } : {}),
    },
  })
  return (
    <p className="text-sm text-ink-2">
      <Here change={{ type: 'new_vulnerability' }} className="hover:underline">
        <span className="num text-base font-semibold text-ink">{data ? count(data.new_vulnerabilities) : '…'}</span> new vulnerabilities
      </Here>
      <span className="mx-2 text-ink-3">·</span>
      <span>
        <span className="num text-base font-semibold text-ink">{data ? count(data.exploitable) : '…'}</span> exploitable, of all that the
        events are about
      </span>
    </p>
  )
}
