import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { addressOf, send, useList } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useAddress, useMoment } from '../../address.ts'
import { word } from '../../format.ts'
import { Button } from '../../components/Button.tsx'
import { Field, fieldLook } from '../../components/fields.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { SetAssets } from './SetAssets.tsx'

type Asset = Answer<'/api/v1/assets/{asset_id}'>

/** What a person can say of an asset: its level and group, that it is one with another, that it is several. */
export function AssetActions({ asset }: { asset: Asset }) {
  const [open, setOpen] = useState<'set' | 'merge' | 'split' | null>(null)
  const close = () => setOpen(null)
  return (
    <>
      <Button onClick={() => setOpen('set')}>Set level or group</Button>
      <Button onClick={() => setOpen('merge')}>Merge</Button>
      <Button onClick={() => setOpen('split')}>Split</Button>
      {open === 'set' && <SetAssets chosen={{ asset_ids: [asset.asset_id] }} amount={1} onClose={close} />}
      {open === 'merge' && <Merge asset={asset} onClose={close} />}
      {open === 'split' && <Split asset={asset} onClose={close} />}
    </>
  )
}

function useGo(): (changed: { asset_ids: number[] }) => Promise<void> {
  const client = useQueryClient()
  const address = useAddress()
  const [, navigate] = useLocation()
  return async ({ asset_ids }) => {
    await client.invalidateQueries()
    if (asset_ids[0] !== undefined) navigate(address(`/assets/${asset_ids[0]}`))
  }
}

function Merge({ asset, onClose }: { asset: Asset; onClose: () => void }) {
  const { org } = useMoment()
  const go = useGo()
  const [search, setSearch] = useState('')
  const [other, setOther] = useState<number | null>(null)
  const [reason, setReason] = useState('')
  const list = useList('/api/v1/assets', { query: { search }, enabled: search.trim().length >= 2 })
  const found = list.rows.filter((one) => one.asset_id !== asset.asset_id).slice(0, 8)
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`${asset.name} and another are one`}
      line="Both histories become one, back to the first report, also for reports to come. Numbers published before stay. It can be undone under Sources."
      action="Merge"
      ready={other !== null && reason.trim() !== ''}
      onSubmit={async () => {
        await go(
          (await send('POST', addressOf('/api/v1/assets/merge', {}, { org }), { asset_ids: [asset.asset_id, other], reason })) as {
            asset_ids: number[]
          },
        )
      }}
    >
      <Field title="The other asset">
        <input
          value={search}
          placeholder="Search by name, owner, group"
          onChange={(event) => setSearch(event.target.value)}
          className={fieldLook}
        />
      </Field>
      {found.length > 0 && (
        <fieldset className="text-sm">
          <legend className="sr-only">Which one</legend>
          {found.map((one) => (
            <label key={one.asset_id} className="flex items-center gap-2 rounded-md px-1 py-1 hover:bg-hover">
              <input
                type="radio"
                name="other"
                checked={other === one.asset_id}
                onChange={() => setOther(one.asset_id)}
                className="accent-accent"
              />
              <span className="min-w-0 flex-1 truncate">{one.name}</span>{' '}
              <span className="text-xs text-ink-3">{one.sources.join(', ')}</span>
            </label>
          ))}
        </fieldset>
      )}
      <Field title="Why">
        <input required maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} className={fieldLook} />
      </Field>
    </FormDialog>
  )
}

function Split({ asset, onClose }: { asset: Asset; onClose: () => void }) {
  const { org } = useMoment()
  const go = useGo()
  const [by, setBy] = useState('')
  const [reason, setReason] = useState('')
  const names = [...new Map(asset.names.map((one) => [`${one.name_type}:${one.name}`, one])).values()]
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`${asset.name} is several`}
      line="Say which name identifies nothing (a cloned serial number), or which source means another machine. Each takes its own findings, back to the first report."
      action="Split"
      ready={by !== '' && reason.trim() !== ''}
      onSubmit={async () => {
        const body = by.startsWith('source ') ? { source: by.slice(7), reason } : { name: by.slice(5), reason }
        await go(
          (await send('POST', addressOf('/api/v1/assets/{asset_id}/split', { asset_id: asset.asset_id }, { org }), body)) as {
            asset_ids: number[]
          },
        )
      }}
    >
      <Field title="By what">
        <select required value={by} onChange={(event) => setBy(event.target.value)} className={fieldLook}>
          <option value="">Choose …</option>
          <optgroup label="This name identifies nothing">
            {names.map((one) => (
              <option key={`${one.name_type}:${one.name}`} value={`name ${one.name_type}:${one.name}`}>
                {word(one.name_type)}: {one.name}
              </option>
            ))}
          </optgroup>
          <optgroup label="This source means another machine">
            {asset.sources.map((source) => (
              <option key={source} value={`source ${source}`}>
                {source}
              </option>
            ))}
          </optgroup>
        </select>
      </Field>
      <Field title="Why">
        <input required maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} className={fieldLook} />
      </Field>
    </FormDialog>
  )
}
