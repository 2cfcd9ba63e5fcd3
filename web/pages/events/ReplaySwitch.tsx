import { History } from 'lucide-react'
import { useParameters } from '../../address.ts'
import { buttonLook } from '../../components/Button.tsx'

/** Switches between what happened and what today's inventory would have seen. */
export function ReplaySwitch() {
  const { get, set } = useParameters()
  const on = get('replay') === 'true'
  return (
    <button
      type="button"
      aria-pressed={on}
      title="As if today’s inventory had been there all the time: what the feeds say of the past"
      onClick={() => set({ replay: on ? null : 'true', open: null }, { replace: true })}
      className={buttonLook('plain', on ? 'border-accent bg-accent-soft text-accent-ink' : '')}
    >
      <History size={14} aria-hidden />
      Replay
    </button>
  )
}
