import { Star as StarIcon } from 'lucide-react'
import { useMoment } from '../address.ts'
import { buttonLook } from './Button.tsx'
import { useFavourites } from './favourites.ts'

/** Marks an initiative as favourite, in this browser. `words`: with its text beside it. */
export function Star({ id, title, words = false }: { id: string; title: string; words?: boolean }) {
  const { org } = useMoment()
  const { chosen, toggle } = useFavourites(org ?? '')
  const on = chosen?.has(id) ?? false
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-label={words ? undefined : `Favourite: ${title}`}
      title={on ? 'Favourite; kept in this browser' : 'Mark as favourite; kept in this browser'}
      onClick={() => toggle(id)}
      className={
        words ? buttonLook('plain') : 'inline-flex size-7 items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink'
      }
    >
      <StarIcon size={15} aria-hidden className={on ? 'fill-current text-warn' : ''} />
      {words && (on ? 'Favourite' : 'Mark as favourite')}
    </button>
  )
}
