import { useAddress, useMoment } from '../../address.ts'
import { useAsk } from '../../api.ts'
import { Button, buttonLook } from '../../components/Button.tsx'
import { To } from '../../components/To.tsx'
import { Archive } from './Archive.tsx'
import { useAct } from './form.tsx'
import { TargetButton } from './TargetButton.tsx'

/** What can be done with an initiative: favourite, target; edit and archive one's own. */
export function InitiativeActions({ id }: { id: string }) {
  const { data } = useAsk('/api/v1/initiatives/{id}/settings', { path: { id } })
  const address = useAddress()
  return (
    <>
      <EveryonesFavourite id={id} />
      <TargetButton id={id} />
      <To page="/initiatives/new" change={{ like: id }} className={buttonLook('quiet')}>
        Write one like it
      </To>
      {data?.origin === 'own' && (
        <>
          <To page={`/initiatives/${encodeURIComponent(id)}/edit`} className={buttonLook('plain')}>
            Edit
          </To>
          <Archive kind="initiative" id={id} leave={address('/initiatives')}>
            The days on which it held keep it, and it can be brought back.
          </Archive>
        </>
      )}
    </>
  )
}

/** Makes an initiative a favourite of everyone who chose none. */
function EveryonesFavourite({ id }: { id: string }) {
  const { org } = useMoment()
  const { data } = useAsk('/api/v1/favourites', { query: org ? { org } : {}, anywhere: true })
  const { busy, act } = useAct()
  const everyone = data?.initiatives ?? []
  const on = everyone.includes(id)
  return (
    <Button
      look="quiet"
      aria-pressed={on}
      disabled={busy || !data}
      title="Who marked no favourites in the browser sees these"
      onClick={() =>
        void act('PUT', '/api/v1/favourites', { initiatives: on ? everyone.filter((each) => each !== id) : [...everyone, id] })
      }
    >
      {on ? 'Favourite of everyone' : 'Make it everyone’s favourite'}
    </Button>
  )
}
