import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { addressOf, type Inaccuracy, send, useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { instant, word } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { Facts } from '../../components/Card.tsx'
import { SelectField, TextArea, TextField } from '../../components/fields.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { PlainText } from '../../components/Foreign.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { segment } from '../../components/segment.ts'
import { To } from '../../components/To.tsx'

type Reported = Answer<'/api/v1/inaccuracies/{inaccuracy_id}'>

/** How a report stands. */
export const InaccuracyState = ({ state }: { state: Inaccuracy['state'] }) => (
  <Chip {...(state === 'open' ? { tone: 'warn' as const } : state === 'accepted' ? { tone: 'better' as const } : {})}>{word(state)}</Chip>
)

/** One report of an inaccuracy in a drawer. An empty id shows nothing. */
export function InaccuracyFlyout({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, refetch } = useAsk('/api/v1/inaccuracies/{inaccuracy_id}', {
    path: { inaccuracy_id: Number(id) },
    enabled: /^\d+$/.test(id),
  })
  return (
    <Flyout open={id !== ''} onClose={onClose} kind={`Report ${id}`} title={data?.title ?? 'Inaccuracy'}>
      {error ? <Problem error={error} retry={() => void refetch()} /> : data ? <Content one={data} /> : <Loading className="h-64" />}
    </Flyout>
  )
}

function Content({ one }: { one: Reported }) {
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-3">
        <InaccuracyState state={one.state} />
        <span className="text-sm">{word(one.kind)}</span>
      </div>
      {one.words && <PlainText text={one.words} />}
      <AnswerButton one={one} />
      <Facts
        facts={
          [
            ['About', <Place key="p" one={one} />],
            ['Reported by', one.reported_by],
            ['Reported on', instant(one.reported_at)],
          ] as [string, ReactNode][]
        }
      />
      <section aria-label="What became of it">
        <h3 className="text-sm font-semibold">What became of it</h3>
        <ol className="mt-1 flex flex-col divide-y divide-line text-sm">
          {one.log.map((step) => (
            <li key={step.import_no} className="py-2">
              <p className="flex flex-wrap items-center gap-2">
                <InaccuracyState state={step.state} />
                {step.answer && <span>{step.answer.words}</span>}
              </p>
              <p className="num mt-0.5 text-xs text-ink-3">
                {step.answer?.by ?? step.actor}, {instant(step.at)}
              </p>
            </li>
          ))}
        </ol>
      </section>
    </div>
  )
}

/** A link to what the report is about. A finding has no page of its own. */
function Place({ one }: { one: Reported }) {
  const { about, subject, title } = one
  if (about === 'vulnerability') return <To page={`/vulnerabilities/${segment(subject)}`}>{subject}</To>
  if (about === 'initiative') return <To page={`/initiatives/${encodeURIComponent(subject)}`}>{title}</To>
  if (about === 'finding') return <>{title}</>
  return (
    <To
      page={about === 'metric' ? '/metrics' : '/recommendations'}
      change={{ open: subject, ...(about === 'metric' ? {} : { state: 'all' }) }}
    >
      {title}
    </To>
  )
}

function AnswerButton({ one }: { one: Reported }) {
  const { org, as_of, known_at } = useMoment()
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  if (as_of || known_at) return null
  const answer = async (body: object) => {
    await send('POST', addressOf('/api/v1/inaccuracies/{id}/answer', { id: one.inaccuracy_id }, { org }), body)
    await client.invalidateQueries()
  }
  return (
    <div className="flex gap-2">
      <Button look={one.state === 'open' ? 'primary' : 'plain'} onClick={() => setOpen(true)}>
        {one.state === 'open' ? 'Answer' : 'Answer anew'}
      </Button>
      {one.state !== 'open' && <Button onClick={() => void answer({ state: 'open' })}>Open it again</Button>}
      {open && <AnswerForm onAnswer={answer} onClose={() => setOpen(false)} />}
    </div>
  )
}

function AnswerForm({ onAnswer, onClose }: { onAnswer: (body: object) => Promise<void>; onClose: () => void }) {
  const [state, setState] = useState('accepted')
  const [words, setWords] = useState('')
  const [by, setBy] = useState('')
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Answer"
      line="Whoever reported it reads it here."
      action="Answer"
      ready={words.trim() !== ''}
      onSubmit={() => onAnswer({ state, words, ...(by.trim() ? { by } : {}) })}
    >
      <SelectField title="The report is" value={state} onChange={setState}>
        <option value="accepted">Accepted</option>
        <option value="rejected">Rejected</option>
      </SelectField>
      <TextArea title="Why, and what follows" rows={4} maxLength={4000} value={words} onChange={setWords} />
      <TextField title="Your name" maxLength={200} value={by} onChange={setBy} />
    </FormDialog>
  )
}
