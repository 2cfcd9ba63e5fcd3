import { Dialog } from '@base-ui/react/dialog'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { addressOf, send, useAsk } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { word } from '../../format.ts'
import { Button, buttonLook } from '../../components/Button.tsx'
import { justifications, meanings } from './words.tsx'

const field = 'mt-1 block h-8 w-full rounded-md border border-line-strong bg-surface px-2 text-sm'

function Field({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <label className="block text-sm">
      <span className="font-medium">{title}</span> {hint && <span className="text-xs text-ink-3">{hint}</span>}
      {children}
    </label>
  )
}

/** The dialog that adds an exception. The address may say what about: kind and subject, or a finding. */
export function AddException({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-(--shade)" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-50 max-h-[calc(100vh-2rem)] w-[34rem] max-w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-raised">
          <Dialog.Title className="text-base font-semibold">Add exception</Dialog.Title>
          <Dialog.Description className="mt-1 text-sm text-ink-2">
            Findings stay in the lists and show who excepted them, and why.
          </Dialog.Description>
          <Form onClose={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Form({ onClose }: { onClose: () => void }) {
  const { get } = useParameters()
  const { org } = useMoment()
  const client = useQueryClient()
  const groups = useAsk('/api/v1/scores/groups')
  const finding = get('finding')
  const [about, setAbout] = useState(get('subject') ? get('kind') || 'vulnerability' : 'vulnerability')
  const [subject, setSubject] = useState(get('subject'))
  const [place, setPlace] = useState('')
  const [justification, setJustification] = useState<(typeof justifications)[number]>('alternate_mitigation')
  const [reason, setReason] = useState('')
  const [author, setAuthor] = useState('')
  const [starts, setStarts] = useState('')
  const [ends, setEnds] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const add = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    const scope = finding
      ? { finding_id: Number(finding) }
      : {
          ...(about === 'everything' ? {} : { kind: about, subject }),
          ...(place ? { asset_group: place } : {}),
          ...(about === 'everything' && !place ? { everything: true } : {}),
        }
    try {
      await send('POST', addressOf('/api/v1/exceptions', {}, { org }), {
        ...scope,
        justification,
        reason,
        ...(author.trim() ? { author } : {}),
        ...(starts ? { starts_at: starts } : {}),
        ...(ends ? { ends_at: ends } : {}),
      })
      await client.invalidateQueries()
      onClose()
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void add(event)} className="mt-4 flex flex-col gap-3.5">
      {finding ? (
        <p className="rounded-lg bg-sunken px-3 py-2 text-sm">
          Finding <span className="num">{finding}</span> alone, on its asset.
        </p>
      ) : (
        <>
          <div className="grid grid-cols-[10rem_1fr] gap-3">
            <Field title="What">
              <select value={about} onChange={(event) => setAbout(event.target.value)} className={field}>
                <option value="vulnerability">Vulnerability</option>
                <option value="control">Control</option>
                <option value="everything">Everything found</option>
              </select>
            </Field>
            {about !== 'everything' && (
              <Field title="Its id">
                <input
                  required
                  maxLength={500}
                  value={subject}
                  onChange={(event) => setSubject(event.target.value)}
                  placeholder={about === 'vulnerability' ? 'CVE-2021-44228' : 'Id of the control'}
                  className={`${field} placeholder:text-ink-3`}
                />
              </Field>
            )}
          </div>
          <Field title="Where">
            <select value={place} onChange={(event) => setPlace(event.target.value)} className={field}>
              <option value="">All assets</option>
              {groups.data?.items.map(({ asset_group }) => (
                <option key={asset_group} value={asset_group}>
                  Group {asset_group}, while they are in it
                </option>
              ))}
            </select>
          </Field>
        </>
      )}
      <fieldset className="text-sm">
        <legend className="font-medium">Justification</legend>
        <div className="mt-1 flex flex-col gap-1">
          {justifications.map((one) => (
            <label key={one} className="flex items-start gap-2 rounded-md px-1 py-0.5">
              <input
                type="radio"
                name="justification"
                checked={justification === one}
                onChange={() => setJustification(one)}
                className="mt-1 accent-accent"
              />
              <span>
                {word(one)} <span className="block text-xs text-ink-3">{meanings[one]}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <Field title="Reason">
        <textarea
          required
          maxLength={2000}
          rows={2}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          className="mt-1 block w-full rounded-md border border-line-strong bg-surface px-2 py-1.5 text-sm"
        />
      </Field>
      <div className="grid grid-cols-3 gap-3">
        <Field title="From">
          <input type="date" value={starts} onChange={(event) => setStarts(event.target.value)} className={field} />
        </Field>
        <Field title="Until">
          <input type="date" value={ends} onChange={(event) => setEnds(event.target.value)} className={field} />
        </Field>
        <Field title="Decided by">
          <input maxLength={200} value={author} onChange={(event) => setAuthor(event.target.value)} className={field} />
        </Field>
      </div>
      <p className="text-xs text-ink-3">Without a first day it begins now, without a last one it holds until somebody ends it.</p>
      {failure && (
        <p role="alert" className="text-sm text-worse">
          {failure}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Dialog.Close className={buttonLook('plain')}>Cancel</Dialog.Close>
        <Button type="submit" look="primary" disabled={busy}>
          {busy ? 'Working …' : 'Add exception'}
        </Button>
      </div>
    </form>
  )
}
