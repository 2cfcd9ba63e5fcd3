import { Dialog } from '@base-ui/react/dialog'
import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { word } from '../../format.ts'
import { Button, buttonLook } from '../../components/Button.tsx'
import { NumberField, SelectField, TextField } from '../../components/fields.tsx'
import { idOf, useSend } from './send.ts'

type Settings = Answer<'/api/v1/secure-score/settings'>

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
  const post = useSend()
  const [failure, setFailure] = useState<string | null>(null)
  const save = async (body: object) => {
    setFailure(null)
    try {
      await post('settings', body)
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
        <NumberField title="Okay from" hint="percent" required min={0} max={100} value={okay} onChange={setOkay} />
        <NumberField title="Good from" hint="percent" required min={0} max={100} value={good} onChange={setGood} />
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
        <NumberField title="Target" hint="percent" required min={0} max={100} value={target} onChange={setTarget} />
        <TextField title="By" type="date" required value={on} onChange={setOn} />
      </div>
      <TextField title="Note" maxLength={2000} value={note} onChange={setNote} />
    </Frame>
  )
}

const empty = { title: '', basis: '', industry: '', size: '', licences: '', region: '' }

function ComparisonForm({ settings, onClose }: { settings: Settings; onClose: () => void }) {
  const [own, setOwn] = useState(empty)
  const { save, failure } = useSave(onClose)
  const change = (name: keyof typeof empty) => (value: string) => setOwn({ ...own, [name]: value })
  const body = Object.fromEntries(Object.entries(own).filter(([, value]) => value.trim() !== ''))
  const [source, basis] = own.basis.split('\n') as [string, string | undefined]
  const id = idOf(own.title)
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
          <TextField title="Name of the line" required maxLength={300} value={own.title} onChange={change('title')} />
          <SelectField title="Values" required value={own.basis} onChange={change('basis')}>
            <option value="">Choose a source and basis</option>
            {settings.bases.map((each) => (
              <option key={`${each.source} ${each.basis}`} value={`${each.source}\n${each.basis}`}>
                {each.source}: {each.basis}
              </option>
            ))}
          </SelectField>
          <div className="grid grid-cols-2 gap-3">
            {(['industry', 'size', 'licences', 'region'] as const).map((name) => (
              <TextField key={name} title={word(name)} maxLength={200} value={own[name]} onChange={change(name)} />
            ))}
          </div>
        </>
      )}
    </Frame>
  )
}
