import type { RemediationActivity } from '../../api.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { Chip } from '../../components/Badge.tsx'
import { count, day } from '../../format.ts'

/** How many of its assets are fixed. Where no fix is known there is no progress. */
export function Progress({ one }: { one: Pick<RemediationActivity, 'targets' | 'open' | 'tracked'> }) {
  if (!one.tracked) return <span className="text-ink-3">Not tracked</span>
  const done = one.targets - one.open
  return (
    <span className="flex items-center gap-2.5" title={`${count(done)} of ${count(one.targets)} assets`}>
      <ShareBar share={done / one.targets} fill={one.open === 0 ? 'bg-better' : 'bg-accent'} className="w-20" />
      <span className="num whitespace-nowrap">
        {count(done)} <span className="text-ink-3">of {count(one.targets)}</span>
      </span>
    </span>
  )
}

/** How it stands: completed, overdue, opened again. */
export function ActivityState({ one }: { one: Pick<RemediationActivity, 'status' | 'overdue' | 'reopened_on' | 'completed_by'> }) {
  if (one.status === 'completed') return <Chip tone="better">Completed</Chip>
  if (one.reopened_on !== null)
    return (
      <span title={`Something of it was open again on ${day(one.reopened_on)}`}>
        <Chip tone="worse">Reopened</Chip>
      </span>
    )
  return one.overdue ? <Chip tone="worse">Overdue</Chip> : <Chip>Active</Chip>
}
