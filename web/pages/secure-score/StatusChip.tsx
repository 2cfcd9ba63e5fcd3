import { Lock, RotateCcw } from 'lucide-react'
import { Chip } from '../../components/Badge.tsx'
import { lockedWords, type SecureAction, type Status, statusTitles } from './words.ts'

const tones: Partial<Record<Status, 'better' | 'warn' | 'accent'>> = {
  completed: 'better',
  planned: 'accent',
  risk_accepted: 'warn',
  third_party: 'better',
  alternate_mitigation: 'better',
}

/** The status of an action, with a lock where nobody can set it. */
export function StatusChip({ action }: { action: Pick<SecureAction, 'status' | 'locked' | 'status_by'> }) {
  const tone = tones[action.status]
  return (
    <Chip {...(tone ? { tone } : {})}>
      <span className="inline-flex items-center gap-1" title={action.locked ? lockedWords[action.locked] : undefined}>
        {statusTitles[action.status]}
        {action.status_by === 'exception' && <span className="text-xs">(exception)</span>}
        {action.locked && <Lock size={11} aria-label="Locked" />}
      </span>
    </Chip>
  )
}

/** Marks an action that had more points before. */
export function RegressedChip() {
  return (
    <Chip tone="worse">
      <span className="inline-flex items-center gap-1">
        <RotateCcw size={11} aria-hidden />
        Regressed
      </span>
    </Chip>
  )
}
