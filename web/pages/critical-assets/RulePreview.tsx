import { useQuery } from '@tanstack/react-query'
import { addressOf, send } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { counted, word } from '../../format.ts'
import { Chip, CriticalityBadge } from '../../components/Badge.tsx'

interface Preview {
  assets: number
  to_review: number
  items: {
    asset_id: number
    name: string
    type: string
    criticality: 'low' | 'medium' | 'high' | 'very_high' | null
    certainty: number
    reason: string
  }[]
}

/** Which assets a rule would find now. `clues` null: it cannot be asked yet. */
export function RulePreview({ clues, threshold }: { clues: { when: unknown; certainty: number }[] | null; threshold: number }) {
  const { org, group } = useMoment()
  const { data, error, isFetching } = useQuery<Preview, Error>({
    queryKey: ['preview of a rule', org, group, clues, threshold],
    queryFn: () => send('POST', addressOf('/api/v1/classifications/preview', {}, { org, group }), { clues, threshold }) as Promise<Preview>,
    enabled: clues !== null,
    placeholderData: (before) => before,
    retry: false,
  })
  return (
    <section aria-label="Preview" className="rounded-lg border border-line bg-sunken p-3 text-sm">
      {clues === null ? (
        <p className="text-ink-3">Fill in the lines: the assets that they find are shown here.</p>
      ) : error ? (
        <p role="alert" className="text-worse">
          {error.message}
        </p>
      ) : !data ? (
        <p className="text-ink-3">Looking …</p>
      ) : (
        <>
          <p className={isFetching ? 'opacity-60' : ''}>
            <strong className="font-semibold">{counted(data.assets, 'asset')}</strong>
            {data.to_review > 0 && `, ${counted(data.to_review, 'more', 'more')} to review`}
          </p>
          {data.items.length > 0 && (
            <ul className="mt-2 max-h-44 overflow-y-auto">
              {data.items.map((one) => (
                <li key={one.asset_id} className="flex items-center gap-2 border-t border-line py-1">
                  <span className="min-w-0 flex-1 truncate" title={one.reason}>
                    {one.name}
                  </span>
                  <span className="text-xs text-ink-3">{word(one.type)}</span>
                  <CriticalityBadge criticality={one.criticality} />
                  {one.certainty < threshold && <Chip tone="warn">to review</Chip>}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </section>
  )
}
