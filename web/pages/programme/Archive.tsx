import { flushSync } from 'react-dom'
import { useLocation } from 'wouter'
import { Confirm, ConfirmTrigger } from '../../components/Confirm.tsx'
import { type By, useAct } from './form.tsx'

/** Archives a metric or initiative of one's own once it is confirmed, and leaves for the address `leave`: what is open of it is there no more. */
export function Archive({
  kind,
  id,
  by = () => ({}),
  leave,
  children,
}: {
  kind: 'metric' | 'initiative'
  id: string
  by?: () => Partial<By>
  leave: string
  children: string
}) {
  const [, navigate] = useLocation()
  const { act } = useAct()
  return (
    <Confirm
      trigger={<ConfirmTrigger>Archive</ConfirmTrigger>}
      title={`Archive this ${kind}?`}
      action="Archive"
      onConfirm={async () => {
        const gone = () => flushSync(() => navigate(leave))
        if (!(await act('DELETE', `/api/v1/${kind}s/${encodeURIComponent(id)}`, undefined, by(), gone)))
          throw new Error('It could not be archived.')
      }}
    >
      {children}
    </Confirm>
  )
}
