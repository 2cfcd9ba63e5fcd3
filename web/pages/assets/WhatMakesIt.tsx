import type { Finding } from '../../api.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { counted, percent } from '../../format.ts'
import { StageBadge } from '../../components/Badge.tsx'
import { Loading } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { segment } from '../../components/segment.ts'

const MOST = 5

/** The findings that weigh most in the asset's hazard, and all others in one line. */
export function WhatMakesIt({ findings, total, loading }: { findings: readonly Finding[]; total: number; loading: boolean }) {
  if (loading) return <Loading className="h-40" />
  // the largest of a subject counts once, so a subject is listed once
  const subjects = [
    ...new Map(
      findings.filter((finding) => (finding.share ?? 0) > 0).map((finding) => [`${finding.kind} ${finding.subject}`, finding]),
    ).values(),
  ]
  const shown = subjects.slice(0, MOST)
  if (shown.length === 0) return <p className="py-6 text-center text-sm text-ink-3">No open finding counts against this asset.</p>
  const rest = Math.max(0, 1 - shown.reduce((sum, finding) => sum + (finding.share ?? 0), 0))
  return (
    <div>
      <ul className="flex flex-col gap-2.5 text-sm">
        {shown.map((finding) => (
          <li key={finding.finding_id} className="grid grid-cols-[minmax(0,1fr)_auto_3.5rem] items-center gap-x-2.5 gap-y-1">
            {finding.kind === 'vulnerability' ? (
              <To page={`/vulnerabilities/${segment(finding.subject)}`} className="link truncate" title={finding.title ?? finding.subject}>
                {finding.subject}
              </To>
            ) : (
              <To
                page="/secure-score"
                change={{ open: finding.subject }}
                className="link truncate"
                title={finding.title ?? finding.subject}
              >
                {finding.title ?? finding.subject}
              </To>
            )}
            <span>
              <StageBadge stage={finding.stage} />
            </span>
            <span className="num text-right">{percent(finding.share)}</span>
            <ShareBar share={finding.share} fill="bg-exposed" className="col-span-3 h-1" />
          </li>
        ))}
      </ul>
      {total > shown.length && rest > 0.0005 && (
        <p className="mt-2 flex justify-between border-t border-line pt-2 text-sm text-ink-3">
          <span>{counted(total - shown.length, 'other finding')}</span>
          <span className="num">{percent(rest)}</span>
        </p>
      )}
      <p className="mt-2 text-xs text-ink-3">Parts of the hazard behind the exposure. Halving the hazard lowers the exposure by about 7.</p>
    </div>
  )
}
