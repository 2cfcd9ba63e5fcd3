import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addressOf, send } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { change, counted, score, word } from '../../format.ts'
import { Field, fieldLook } from '../../components/fields.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'

interface Done {
  assets: number
  score_before: number | null
  score_after: number | null
}

/** Which assets are meant: some, or all that meet what the list asks. */
export type Chosen = { asset_ids: number[] } | { filter?: string; search?: string }

const KEEP = 'keep'
const REPORTED = 'reported'

/** The dialog that sets level and group of assets by hand, and says before what it does to the exposure score. */
export function SetAssets({ chosen, amount, onClose }: { chosen: Chosen; amount: number; onClose: () => void }) {
  const { org, group } = useMoment()
  const client = useQueryClient()
  const [level, setLevel] = useState<string>(KEEP)
  const [place, setPlace] = useState<string>(KEEP)
  const [name, setName] = useState('')
  const [reason, setReason] = useState('')
  const address = addressOf('/api/v1/assets/set', {}, { org, group })
  const said = (text: string): string | null => (text === REPORTED ? null : text)
  const body = {
    ...('asset_ids' in chosen ? chosen : { filter: chosen.filter ?? '{}', ...(chosen.search ? { search: chosen.search } : {}) }),
    ...(level === KEEP ? {} : { criticality: said(level) }),
    ...(place === KEEP ? {} : { asset_group: place === 'name' ? name.trim() : said(place) }),
  }
  const preview = useQuery<Done, Error>({
    queryKey: ['preview of set assets', address, chosen, level],
    queryFn: () => send('POST', address, { ...body, asset_group: undefined, preview: true }) as Promise<Done>,
    enabled: level !== KEEP && level !== REPORTED,
    retry: false,
  })
  const { data } = preview
  const moved =
    data && data.score_before !== null && data.score_after !== null ? change(data.score_after - data.score_before, 'lower_is_better') : null
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Set level or group of ${counted(amount, 'asset')}`}
      line="What a person says counts more than what sources state and rules find. It holds from now on and can be undone under Sources."
      action="Save"
      ready={(level !== KEEP || place !== KEEP) && (place !== 'name' || name.trim() !== '')}
      onSubmit={async () => {
        await send('POST', address, { ...body, ...(reason.trim() ? { reason } : {}) })
        await client.invalidateQueries()
      }}
    >
      <Field title="Criticality">
        <select value={level} onChange={(event) => setLevel(event.target.value)} className={fieldLook}>
          <option value={KEEP}>Leave as it is</option>
          {['very_high', 'high', 'medium', 'low'].map((one) => (
            <option key={one} value={one}>
              {word(one)}
            </option>
          ))}
          <option value="">None</option>
          <option value={REPORTED}>As sources and rules say</option>
        </select>
      </Field>
      {level !== KEEP && level !== REPORTED && (
        <output className="-mt-2 text-sm text-ink-2">
          {preview.error
            ? preview.error.message
            : moved
              ? `Exposure score ${score(data!.score_before)}, with this ${score(data!.score_after)}: ${moved}. Nobody got safer: assets weigh otherwise.`
              : preview.isFetching
                ? 'Working out what it does to the score …'
                : 'None of them is in the exposure score.'}
        </output>
      )}
      <Field title="Asset group">
        <select value={place} onChange={(event) => setPlace(event.target.value)} className={fieldLook}>
          <option value={KEEP}>Leave as it is</option>
          <option value="name">This group …</option>
          <option value="">None</option>
          <option value={REPORTED}>As rules and sources say</option>
        </select>
      </Field>
      {place === 'name' && (
        <Field title="Name of the group">
          <input required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} className={fieldLook} />
        </Field>
      )}
      <Field title="Why" hint="for whoever looks at it next year">
        <input maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} className={fieldLook} />
      </Field>
    </FormDialog>
  )
}
