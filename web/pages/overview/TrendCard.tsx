import { useState } from 'react'
import type { Overview } from '../../api.ts'
import { percent } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { exposureZones, ScoreTrend } from '../../components/ScoreTrend.tsx'

const writeSecure = (value: number): string => percent(value / 100)

/** Eighteen months of either score; dots are days whose events made the exposure worse. */
export function TrendCard({ overview, className }: { overview: Overview; className?: string }) {
  const [which, setWhich] = useState<'exposure' | 'secure'>('exposure')
  const both = overview.secure_history.some((point) => point.value !== null)
  return (
    <Card
      title={which === 'exposure' ? 'Exposure score over time' : 'Secure score over time'}
      note={which === 'exposure' ? 'lower is better' : 'higher is better'}
      className={className ?? ''}
      aside={
        both && (
          <fieldset aria-label="Score" className="flex rounded-md border border-line p-0.5">
            {(['exposure', 'secure'] as const).map((one) => (
              <button
                key={one}
                type="button"
                aria-pressed={which === one}
                onClick={() => setWhich(one)}
                className="h-6 rounded px-2 text-xs text-ink-2 aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-accent-ink"
              >
                {one === 'exposure' ? 'Exposure' : 'Secure'}
              </button>
            ))}
          </fieldset>
        )
      }
    >
      {which === 'exposure' ? (
        <ScoreTrend
          title="Exposure score"
          why={{ score: 'exposure' }}
          points={overview.exposure_history}
          zones={exposureZones}
          dots={overview.event_dots}
          height={206}
        />
      ) : (
        <ScoreTrend why={{ score: 'secure' }} title="Secure score" points={overview.secure_history} write={writeSecure} height={206} />
      )}
    </Card>
  )
}
