import { useQueryClient } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { addressOf, send } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { Button } from '../../components/Button.tsx'
import { Field, fieldLook } from '../../components/fields.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { word } from '../../format.ts'
import { QueryBuilder } from './QueryBuilder.tsx'
import { RulePreview } from './RulePreview.tsx'

export type Classification = Answer<'/api/v1/classifications'>['items'][number]
export const levels = ['very_high', 'high', 'medium', 'low'] as const

const first = { when: { 'asset.name': '~' } as unknown, certainty: 100 }

/** The id of a new rule, from its title; `taken`: ids that others have. */
export function idFrom(title: string, taken: readonly string[]): string {
  const plain =
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 80) || 'own'
  if (!taken.includes(plain)) return plain
  for (let number = 2; ; number++) if (!taken.includes(`${plain}-${number}`)) return `${plain}-${number}`
}

/** The dialog that writes an organisation's own classification; `edited` null: a new one, which may `start` with a name and a question. */
export function EditClassification({
  edited,
  start,
  taken,
  onClose,
}: {
  edited: Classification | null
  start?: { title: string; when: Record<string, unknown> }
  taken: readonly string[]
  onClose: () => void
}) {
  const { org } = useMoment()
  const client = useQueryClient()
  const [title, setTitle] = useState(edited?.title ?? start?.title ?? '')
  const [why, setWhy] = useState(edited?.why ?? '')
  const [criticality, setCriticality] = useState<(typeof levels)[number]>(edited?.criticality ?? 'high')
  const [threshold] = useState(edited?.threshold ?? 70)
  const [clues, setClues] = useState<{ key: number; start: unknown; when: Record<string, unknown> | null; certainty: number }[]>(() =>
    edited
      ? edited.clues.map(({ when, certainty }, key) => ({ key, start: when, when, certainty }))
      : [{ key: 0, start: start?.when ?? first.when, when: start?.when ?? null, certainty: 100 }],
  )
  const complete = clues.every(({ when }) => when !== null)
  const body = clues.map(({ when, certainty }) => ({ when, certainty }))
  return (
    <FormDialog
      open
      wide
      onClose={onClose}
      title={edited ? 'Edit classification' : 'New classification'}
      line="Assets that fit get the level, over all their past, unless a person or a source says otherwise."
      action="Save"
      ready={complete && title.trim().length >= 3}
      onSubmit={async () => {
        const id = edited?.id ?? idFrom(title, taken)
        await send('PUT', addressOf('/api/v1/classifications/{id}', { id }, { org }), {
          title,
          why,
          criticality,
          threshold,
          on: edited?.on ?? true,
          clues: body,
        })
        await client.invalidateQueries()
      }}
    >
      <div className="grid grid-cols-[1fr_11rem] gap-3">
        <Field title="Name">
          <input
            required
            minLength={3}
            maxLength={120}
            value={title}
            onChange={(event) => setTitle(event.target.value)}
            className={fieldLook}
          />
        </Field>
        <Field title="Criticality">
          <select
            value={criticality}
            onChange={(event) => setCriticality(event.target.value as (typeof levels)[number])}
            className={fieldLook}
          >
            {levels.map((level) => (
              <option key={level} value={level}>
                {word(level)}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <Field title="Why" hint="for whoever looks at it next year">
        <input maxLength={2000} value={why} onChange={(event) => setWhy(event.target.value)} className={fieldLook} />
      </Field>
      {clues.map((clue, index) => (
        <fieldset key={clue.key} className="rounded-lg border border-line p-3">
          <legend className="px-1 text-sm font-medium">{clues.length > 1 ? `Clue ${index + 1}` : 'Which assets'}</legend>
          <QueryBuilder
            value={clue.start}
            onChange={(when) => setClues((before) => before.map((each) => (each.key === clue.key ? { ...each, when } : each)))}
          />
          {clues.length > 1 && (
            <div className="mt-2 flex items-center gap-2 text-sm">
              <label className="flex items-center gap-2">
                How certain, of 100
                <input
                  type="number"
                  min={1}
                  max={100}
                  value={clue.certainty}
                  onChange={(event) =>
                    setClues((before) =>
                      before.map((each) => (each.key === clue.key ? { ...each, certainty: Number(event.target.value) } : each)),
                    )
                  }
                  className="h-8 w-20 rounded-md border border-line-strong bg-surface px-2 text-sm"
                />
              </label>
              <span className="flex-1 text-xs text-ink-3">{clue.certainty < threshold ? `below ${threshold}: to review` : ''}</span>
              <Button look="quiet" onClick={() => setClues((before) => before.filter((each) => each.key !== clue.key))}>
                <X size={14} aria-hidden />
                Remove clue
              </Button>
            </div>
          )}
        </fieldset>
      ))}
      <div>
        <Button
          look="quiet"
          onClick={() =>
            setClues((before) => [
              ...before,
              { key: Math.max(...before.map(({ key }) => key)) + 1, start: first.when, when: null, certainty: 50 },
            ])
          }
        >
          <Plus size={14} aria-hidden />
          Add a weaker clue
        </Button>
      </div>
      <RulePreview clues={complete ? body : null} threshold={threshold} />
    </FormDialog>
  )
}
