import { Percent } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useParameters } from '../../address.ts'
import { buttonLook } from '../../components/Button.tsx'

/** Only events that impacted at least this many per cent of the active assets of their day. */
export function ShareFilter() {
  const { get, set } = useParameters()
  const given = get('min_share')
  const [text, setText] = useState(given)
  const [seen, setSeen] = useState(given)
  if (given !== seen) {
    setSeen(given)
    setText(given)
  }
  useEffect(() => {
    if (text === given) return undefined
    const value = Number(text)
    const valid = text === '' || (Number.isFinite(value) && value >= 0 && value <= 100)
    if (!valid) return undefined
    const timer = setTimeout(() => set({ min_share: text || null }, { replace: true }), 300)
    return () => clearTimeout(timer)
  }, [text, given, set])
  return (
    <label className={buttonLook('plain', `pr-1 ${given ? 'border-accent bg-accent-soft text-accent-ink' : ''}`)}>
      <Percent size={13} aria-hidden />
      Impacted at least
      <input
        type="number"
        min={0}
        max={100}
        step="any"
        inputMode="decimal"
        value={text}
        placeholder="0"
        aria-label="Impacted at least, per cent of assets"
        onChange={(event) => setText(event.target.value)}
        className="num h-6 w-14 rounded border border-line-strong bg-surface px-1.5 text-right text-ink placeholder:text-ink-3"
      />
      %
    </label>
  )
}
