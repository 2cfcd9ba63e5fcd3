import { Dialog } from '@base-ui/react/dialog'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { addressOf, send, useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { Button, buttonLook } from '../../components/Button.tsx'

type Settings = Answer<'/api/v1/secure-score/settings'>

const field = 'mt-1 block h-8 w-full rounded-md border border-line-strong bg-surface px-2 text-sm'
const titles: Record<string, string> = { zone: 'Score zones', goal: 'Goal', comparisons: 'Custom comparisons' }

/** The dialog of the zone, the goal or the comparison lines: which one stands in the address, under `edit`. */
export function EditTrends() {
  const { get, set } = useParameters()
  const { org } = useMoment()
  const what = get('edit')
  const settings = useAsk('/api/v1/secure-score/settings', { query: org ? { org } : {}, anywhere: true, enabled: what in titles })
  const close = () => set({ edit: null }, { replace: true })
  return (
    <Dialog.Root open={what in titles} onOpenChange={(next) => !next && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-(--shade)" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-50 max-h-[calc(100vh-2rem)] w-[34rem] max-w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-raised">
          <Dialog.Title className="text-base font-semibold">{titles[what] ?? ''}</Dialog.Title>
          {settings.data &&
            (what === 'zone' ? (
              <ZoneForm settings={settings.data} onClose={close} />
            ) : what === 'goal' ? (
              <GoalForm settings={settings.data} onClose={close} />
            ) : (
              <ComparisonForm settings={settings.data} onClose={close} />
            ))}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** Sends a change of settings, and closes when it was taken. */
function useSave(onClose: () => void) {
  const { org } = useMoment()
  const client = useQueryClient()
  const [failure, setFailure] = useState<string | null>(null)
  const save = async (body: object) => {
    setFailure(null)
    try {
      await send('POST', addressOf('/api/v1/secure-score/settings', {}, { org }), body)
      await client.invalidateQueries()
      onClose()
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    }
  }
  return { save, failure }
}

function Frame({
  onSubmit,
  failure,
  remove,
  children,
}: {
  onSubmit: () => void
  failure: string | null
  remove?: ReactNode
  children: ReactNode
}) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form onSubmit={submit} className="mt-3 flex flex-col gap-3 text-sm">
      {children}
      {failure && (
        <p role="alert" className="text-worse">
          {failure}
        </p>
      )}
      <div className="flex justify-end gap-2">
        {remove}
        <span className="flex-1" />
        <Dialog.Close className={buttonLook('plain')}>Cancel</Dialog.Close>
        <Button look="primary" type="submit">
          Save
        </Button>
      </div>
    </form>
  )
}

function ZoneForm({ settings, onClose }: { settings: Settings; onClose: () => void }) {
  const [okay, setOkay] = useState(String(settings.zone?.okay ?? 40))
  const [good, setGood] = useState(String(settings.zone?.good ?? 70))
  const { save, failure } = useSave(onClose)
  return (
    <Frame
      onSubmit={() => void save({ zone: { okay: Number(okay), good: Number(good) } })}
      failure={failure}
      remove={settings.zone && <Button onClick={() => void save({ zone: null })}>Back to 40 and 70</Button>}
    >
      <div className="grid grid-cols-2 gap-3">
        <label>
          Okay from, percent
          <input
            type="number"
            required
            min={0}
            max={100}
            step="any"
            value={okay}
            onChange={(event) => setOkay(event.target.value)}
            className={field}
          />
        </label>
        <label>
          Good from, percent
          <input
            type="number"
            required
            min={0}
            max={100}
            step="any"
            value={good}
            onChange={(event) => setGood(event.target.value)}
            className={field}
          />
        </label>
      </div>
      <p className="text-xs text-ink-3">Below okay is bad.</p>
    </Frame>
  )
}

function GoalForm({ settings, onClose }: { settings: Settings; onClose: () => void }) {
  const [target, setTarget] = useState(String(settings.goal?.target ?? ''))
  const [on, setOn] = useState(settings.goal?.day ?? '')
  const [note, setNote] = useState(settings.goal?.note ?? '')
  const { save, failure } = useSave(onClose)
  return (
    <Frame
      onSubmit={() => void save({ goal: { target: Number(target), day: on, ...(note.trim() ? { note } : {}) } })}
      failure={failure}
      remove={settings.goal && <Button onClick={() => void save({ goal: null })}>Remove the goal</Button>}
    >
      <div className="grid grid-cols-2 gap-3">
        <label>
          Target, percent
          <input
            type="number"
            required
            min={0}
            max={100}
            step="any"
            value={target}
            onChange={(event) => setTarget(event.target.value)}
            className={field}
          />
        </label>
        <label>
          By
          <input type="date" required value={on} onChange={(event) => setOn(event.target.value)} className={field} />
        </label>
      </div>
      <label>
        Note
        <input maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} className={field} />
      </label>
    </Frame>
  )
}

const empty = { title: '', basis: '', industry: '', size: '', licences: '', region: '' }

function ComparisonForm({ settings, onClose }: { settings: Settings; onClose: () => void }) {
  const [own, setOwn] = useState(empty)
  const { save, failure } = useSave(onClose)
  const change = (name: keyof typeof empty) => (event: { target: { value: string } }) => setOwn({ ...own, [name]: event.target.value })
  const body = Object.fromEntries(Object.entries(own).filter(([, value]) => value.trim() !== ''))
  const [source, basis] = own.basis.split('\n') as [string, string | undefined]
  const id = own.title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  return (
    <Frame onSubmit={() => void save({ comparisons: [{ id: id || 'comparison', body: { ...body, source, basis } }] })} failure={failure}>
      {settings.comparisons.length > 0 && (
        <ul className="divide-y divide-line">
          {settings.comparisons.map((one) => (
            <li key={one.id} className="flex items-center justify-between gap-3 py-1.5">
              <span>
                {one.title}{' '}
                <span className="text-xs text-ink-3">
                  {[one.industry, one.size, one.licences, one.region, one.basis].filter(Boolean).join(', ')}
                </span>
              </span>
              <Button look="quiet" onClick={() => void save({ comparisons: [{ id: one.id, body: null }] })}>
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
      {settings.bases.length === 0 ? (
        <p className="text-ink-2">No value of others is known yet: import a Secure Score export or enter values first.</p>
      ) : (
        <>
          <label>
            Name of the line
            <input required maxLength={300} value={own.title} onChange={change('title')} className={field} />
          </label>
          <label>
            Values
            <select required value={own.basis} onChange={change('basis')} className={field}>
              <option value="">Choose a source and basis</option>
              {settings.bases.map((each) => (
                <option key={`${each.source} ${each.basis}`} value={`${each.source}\n${each.basis}`}>
                  {each.source}: {each.basis}
                </option>
              ))}
            </select>
          </label>
          <div className="grid grid-cols-2 gap-3">
            {(['industry', 'size', 'licences', 'region'] as const).map((name) => (
              <label key={name} className="capitalize">
                {name}
                <input maxLength={200} value={own[name]} onChange={change(name)} className={field} />
              </label>
            ))}
          </div>
        </>
      )}
    </Frame>
  )
}
