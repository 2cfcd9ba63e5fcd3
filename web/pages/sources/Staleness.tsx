import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addressOf, send } from '../../api.ts'
import type { SourceSummary } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { counted } from '../../format.ts'
import { Field, fieldLook } from '../../components/fields.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'

/** After how many days what a source said is stale; a click sets it. */
export function Staleness({ source }: { source: SourceSummary }) {
  const { org } = useMoment()
  const client = useQueryClient()
  const now = Math.round(source.staleness_days)
  const [open, setOpen] = useState(false)
  const [days, setDays] = useState(String(now))
  return (
    <>
      <button
        type="button"
        className="underline decoration-dotted underline-offset-2 hover:text-ink"
        aria-label={`${source.title}: stale after ${counted(now, 'day')}, set it`}
        onClick={() => setOpen(true)}
      >
        stale after {counted(now, 'day')}
      </button>
      {open && (
        <FormDialog
          open
          onClose={() => setOpen(false)}
          title={`When ${source.title} is stale`}
          line="An asset that no source looked at for this long leaves the exposure score and is counted beside it, over all its past. It can be undone below."
          action="Save"
          ready={days === '' || (Number(days) >= 1 && Number(days) <= 3650)}
          onSubmit={async () => {
            await send('PUT', addressOf('/api/v1/sources/{source}/staleness', { source: source.source }, { org }), {
              days: days === '' ? null : Math.round(Number(days)),
            })
            await client.invalidateQueries()
          }}
        >
          <Field title="Days" hint="empty: three times its usual interval, at least 30">
            <input type="number" min={1} max={3650} value={days} onChange={(event) => setDays(event.target.value)} className={fieldLook} />
          </Field>
        </FormDialog>
      )}
    </>
  )
}
