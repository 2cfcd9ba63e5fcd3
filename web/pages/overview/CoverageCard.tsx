import type { Coverage, Overview } from '../../api.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { count, counted, percent, word } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { To } from '../../components/To.tsx'

/** How many of the known assets the score can speak of, and what kinds of assets there are. */
export function CoverageCard({ coverage, types, className }: { coverage: Coverage; types: Overview['asset_types']; className?: string }) {
  const share = coverage.assets === 0 ? null : coverage.scanned / coverage.assets
  const rows = [
    ['Not scanned lately', coverage.stale, 'stale'],
    ['Never scanned', coverage.never_scanned, 'never_scanned'],
  ] as const
  const shown = types.slice(0, 4)
  return (
    <Card title="Coverage" className={className ?? ''} aside={<To page="/assets">Assets</To>}>
      <p className="num text-sm">
        <span className="text-lg font-semibold">{percent(share)}</span>{' '}
        <span className="text-ink-2">of {counted(coverage.assets, 'asset')} in the score</span>
      </p>
      <ShareBar share={share} className="mt-1.5 h-2" />
      <ul className="mt-2.5 flex flex-col gap-1 text-sm">
        {rows.map(
          ([title, value, kind]) =>
            value > 0 && (
              <li key={kind} className="flex justify-between">
                <To page="/assets" change={{ coverage: kind }}>
                  {title}
                </To>
                <span className="num">{count(value)}</span>
              </li>
            ),
        )}
      </ul>
      <ul className="mt-2.5 flex flex-col gap-1 border-t border-line pt-2.5 text-sm">
        {shown.map((type) => (
          <li key={type.type} className="flex justify-between">
            <To page="/assets" change={{ type: type.type }} className="text-ink-2 hover:underline">
              {word(type.type)}
            </To>
            <span className="num">{count(type.assets)}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
