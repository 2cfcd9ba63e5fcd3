import { Flame } from 'lucide-react'
import type { Overview } from '../../api.ts'
import { SeverityBars } from '../../charts/SeverityBars.tsx'
import { counted } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { To } from '../../components/To.tsx'

/** Open vulnerabilities by severity; those already used in attacks stand out. */
export function SeverityCard({
  counts,
  exploited,
  className,
}: {
  counts: Overview['severity_counts']
  exploited: number
  className?: string
}) {
  return (
    <Card title="Open vulnerabilities" note="per asset" className={className ?? ''} aside={<To page="/vulnerabilities">All</To>}>
      <SeverityBars
        counts={counts}
        link={(severity, text) =>
          severity === 'unknown' ? (
            text
          ) : (
            <To page="/vulnerabilities" change={{ severity }}>
              {text}
            </To>
          )
        }
      />
      {exploited > 0 && (
        <p className="mt-3 flex items-center gap-1.5 border-t border-line pt-3 text-sm">
          <Flame size={14} className="text-worse" aria-hidden />
          <To page="/vulnerabilities" change={{ stage: ['known_exploited', 'ransomware'] }}>
            {counted(exploited, 'vulnerability', 'vulnerabilities')} known exploited
          </To>
        </p>
      )}
    </Card>
  )
}
