import { Target } from 'lucide-react'
import { useState } from 'react'
import type { SubmitEvent } from 'react'
import { useAsk } from '../../api.ts'
import { Button } from '../../components/Button.tsx'
import { count } from '../../format.ts'
import { Field, fieldLook } from '../../components/fields.tsx'
import { Box, ByFields, Cancel, Failure, useAct, useBy } from './form.tsx'

/** Sets the score that an initiative shall reach, and by when. */
export function TargetButton({ id }: { id: string }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Target size={14} aria-hidden />
        Set target
      </Button>
      <Box
        open={open}
        onClose={() => setOpen(false)}
        title="Set target score"
        line="Shown beside the score and in its chart; reaching and missing it are events."
      >
        <Form id={id} onClose={() => setOpen(false)} />
      </Box>
    </>
  )
}

function Form({ id, onClose }: { id: string; onClose: () => void }) {
  const { data } = useAsk('/api/v1/initiatives/{id}/settings', { path: { id } })
  const { by, setBy, body } = useBy()
  const { busy, failure, setFailure, act } = useAct()
  const [score, setScore] = useState<string | null>(null)
  const [day, setDay] = useState<string | null>(null)
  if (!data) return <div className="waiting mt-4 h-40 rounded bg-sunken" />
  const { target } = data
  const shown = score ?? (target.score === null ? '' : String(target.score))
  const path = `/api/v1/initiatives/${encodeURIComponent(id)}/target`
  const save = async (event: SubmitEvent) => {
    event.preventDefault()
    const wanted = Number(shown)
    if (shown.trim() === '' || !(wanted > 0 && wanted <= 100)) return setFailure('A target lies above 0 and at most at 100.')
    if (await act('PUT', path, { score: wanted, by: (day ?? target.by) || null, ...body() })) onClose()
  }
  return (
    <form noValidate onSubmit={(event) => void save(event)} className="mt-4 flex flex-col gap-3.5">
      <div className="grid grid-cols-2 gap-3">
        <Field title="Score" hint="0–100, higher is better">
          <input
            type="number"
            min={0}
            max={100}
            step="any"
            required
            value={shown}
            onChange={(event) => setScore(event.target.value)}
            className={`${fieldLook} num`}
          />
        </Field>
        <Field title="By" hint="optional">
          <input type="date" value={day ?? target.by ?? ''} onChange={(event) => setDay(event.target.value)} className={fieldLook} />
        </Field>
      </div>
      <ByFields by={by} setBy={setBy} />
      <Failure text={failure} />
      <div className="flex items-center justify-end gap-2">
        {target.set && (
          <Button
            look="quiet"
            className="mr-auto -ml-2"
            disabled={busy}
            onClick={() => void act('DELETE', path, undefined, body()).then((done) => done && onClose())}
          >
            {target.comes === null ? 'Without a target' : `As it comes: ${count(target.comes)} %`}
          </Button>
        )}
        <Cancel />
        <Button type="submit" look="primary" disabled={busy}>
          {busy ? 'Working …' : 'Set target'}
        </Button>
      </div>
    </form>
  )
}
