import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { addressOf, send } from '../../api.ts'
import type { JointGain } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { Button } from '../../components/Button.tsx'
import { counted, gain, score } from '../../format.ts'

/** What one score does: from, to, and the gain in words. */
function GainLine({ title, before, after, points }: { title: string; before: number | null; after: number | null; points: number }) {
  return (
    <span className="whitespace-nowrap">
      <span className="text-ink-2">{title}</span>{' '}
      {points > 0 ? (
        <>
          <span className="num">{score(before)}</span> → <span className="num">{score(after)}</span>{' '}
          <span className="num font-semibold text-better">{gain(points)} better</span>
        </>
      ) : (
        <span className="text-ink-3">unchanged</span>
      )}
    </span>
  )
}

/** What the chosen recommendations give back together, as the server computes it: never the sum of their gains. */
export function TogetherBar({ ids, onClear, children }: { ids: readonly string[]; onClear: () => void; children?: ReactNode }) {
  const moment = useMoment()
  const { data, error } = useQuery({
    queryKey: ['gain together', ids, moment],
    queryFn: () => send('POST', addressOf('/api/v1/recommendations/gain', {}, { ...moment }), { ids }) as Promise<JointGain>,
    enabled: ids.length > 0,
    placeholderData: (before) => before,
  })
  if (ids.length === 0) return null
  return (
    <section
      aria-label="Chosen recommendations together"
      className="flex flex-wrap items-center gap-x-5 gap-y-1 rounded-lg border border-accent bg-accent-soft px-4 py-2 text-sm"
    >
      <span className="font-semibold">{counted(ids.length, 'recommendation')} together</span>
      {error ? (
        <span role="alert" className="text-worse">
          {error.message}
        </span>
      ) : data ? (
        <>
          <GainLine title="Exposure score" before={data.exposure.before} after={data.exposure.after} points={data.exposure.gain} />
          <GainLine title="Secure score" before={data.secure.before} after={data.secure.after} points={data.secure.gain} />
          {data.initiatives.slice(0, 3).map((one) => (
            <GainLine key={one.id} title={one.title} before={one.before} after={one.after} points={one.gain} />
          ))}
          <span className="text-xs text-ink-2">
            Closes {counted(data.findings, 'finding')} on {counted(data.assets, 'asset')}. Expected, computed together.
          </span>
        </>
      ) : (
        <span className="text-ink-3">Working it out …</span>
      )}
      <span className="flex-1" />
      {children}
      <Button look="quiet" onClick={onClear}>
        <X size={14} aria-hidden />
        Clear
      </Button>
    </section>
  )
}
