import { Star } from 'lucide-react'
import { Button, buttonLook } from '../../components/Button.tsx'
import { Popup } from '../../components/Popup.tsx'
import { Failure, useAct } from './form.tsx'
import { useFavourites } from './favourites.ts'

/** The star of an initiative in a list. */
export function FavouriteStar({ id, title }: { id: string; title: string }) {
  const { ids, toggle } = useFavourites()
  const on = ids.includes(id)
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-label={`Favourite: ${title}`}
      title={on ? 'A favourite; press to take it out' : 'Mark as favourite'}
      onClick={() => toggle(id)}
      className={buttonLook('quiet', `w-7 px-0 ${on ? 'text-accent-ink' : 'text-ink-3'}`)}
    >
      <Star size={15} fill={on ? 'currentColor' : 'none'} aria-hidden />
    </button>
  )
}

/** Marks an initiative as favourite, in this browser or for everyone. */
export function FavouriteButton({ id }: { id: string }) {
  const { ids, own, everyone, toggle, reset } = useFavourites()
  const { busy, failure, act } = useAct()
  const on = ids.includes(id)
  const forAll = everyone.includes(id)
  return (
    <Popup
      label="Favourite"
      align="end"
      trigger={
        <>
          <Star size={14} fill={on ? 'currentColor' : 'none'} aria-hidden />
          {on ? 'Favourite' : 'Mark as favourite'}
        </>
      }
    >
      <div className="flex w-72 flex-col items-start gap-1 p-1.5">
        <Button look="quiet" onClick={() => toggle(id)}>
          {on ? 'Take it out of my favourites' : 'Add it to my favourites'}
        </Button>
        <Button
          look="quiet"
          disabled={busy}
          onClick={() =>
            void act('PUT', '/api/v1/favourites', { initiatives: forAll ? everyone.filter((each) => each !== id) : [...everyone, id] })
          }
        >
          {forAll ? 'Take it out of everyone’s' : 'Make it a favourite of everyone'}
        </Button>
        {own && (
          <Button look="quiet" onClick={reset}>
            Show everyone’s favourites
          </Button>
        )}
        <p className="px-2 text-xs text-ink-3">Yours are kept in this browser. Who chose none sees everyone’s.</p>
        <Failure text={failure} />
      </div>
    </Popup>
  )
}
