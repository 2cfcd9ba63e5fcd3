import { useAsk } from '../../api.ts'
import { buttonLook } from '../../components/Button.tsx'
import { Confirm, ConfirmTrigger } from '../../components/Confirm.tsx'
import { CopyLink } from '../../components/Flyout.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { To } from '../../components/To.tsx'
import { FavouriteButton } from './Favourite.tsx'
import { useAct } from './form.tsx'
import { InitiativeHistory } from './InitiativeHistory.tsx'
import { TargetButton } from './TargetButton.tsx'
import { WeightsPanel } from './WeightsPanel.tsx'

/** What can be done with an initiative: favourite, target; edit and archive one's own. */
export function InitiativeActions({ id }: { id: string }) {
  const { data } = useAsk('/api/v1/initiatives/{id}/settings', { path: { id } })
  const { act } = useAct()
  return (
    <>
      <FavouriteButton id={id} />
      <TargetButton id={id} />
      <To page="/initiatives/new" change={{ like: id }} className={buttonLook('quiet')}>
        Write one like it
      </To>
      {data?.origin === 'own' && (
        <>
          <To page={`/initiatives/${encodeURIComponent(id)}/edit`} className={buttonLook('plain')}>
            Edit
          </To>
          <Confirm
            trigger={<ConfirmTrigger>Archive</ConfirmTrigger>}
            title="Archive this initiative?"
            action="Archive"
            onConfirm={async () => {
              if (!(await act('DELETE', `/api/v1/initiatives/${encodeURIComponent(id)}`))) throw new Error('It could not be archived.')
            }}
          >
            The days on which it held keep it, and it can be brought back.
          </Confirm>
        </>
      )}
      <CopyLink />
    </>
  )
}

/** History with reasons, and weights. */
export function InitiativeProgramme({ id, title, target }: { id: string; title: string; target: number | null }) {
  return (
    <TabStrip
      label="History and weights"
      parameter="programme"
      tabs={[
        { id: 'history', title: 'History', content: <InitiativeHistory id={id} title={title} target={target} /> },
        { id: 'weights', title: 'Weights', content: <WeightsPanel id={id} /> },
      ]}
    />
  )
}
