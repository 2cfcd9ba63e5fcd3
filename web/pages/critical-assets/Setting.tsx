import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { addressOf, send } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { counted, score, word } from '../../format.ts'
import { Button } from '../../components/Button.tsx'
import type { Classification } from './EditClassification.tsx'
import { levels } from './EditClassification.tsx'

/** What of a classification is set. */
type Part = Pick<Classification, 'on' | 'criticality' | 'threshold'>

interface Preview {
  moves: { before: Classification['criticality'] | null; after: Classification['criticality'] | null; assets: number }[]
  score_before: number | null
  score_after: number | null
}

const look = 'h-8 rounded-md border border-line-strong bg-surface px-2'
const levelWord = (level: string | null): string => (level === null ? 'none' : word(level).toLowerCase())

/** Status, level and threshold of a classification, with what a change would do before it is kept. */
export function Setting({ one, save, children }: { one: Classification; save: (part: Part) => Promise<void>; children?: ReactNode }) {
  const { org, group } = useMoment()
  const kept: Part = { on: one.on, criticality: one.criticality, threshold: one.threshold }
  const [draft, setDraft] = useState<Part>(kept)
  const [busy, setBusy] = useState(false)
  const valid = Number.isInteger(draft.threshold) && draft.threshold >= 1 && draft.threshold <= 100
  const changed = JSON.stringify(draft) !== JSON.stringify(kept)
  const { data, error, isFetching } = useQuery<Preview, Error>({
    queryKey: ['preview of a setting', org, group, one.id, kept, draft],
    queryFn: () =>
      send('POST', addressOf('/api/v1/classifications/{id}/preview', { id: one.id }, { org, group }), draft) as Promise<Preview>,
    enabled: changed && valid,
    retry: false,
  })
  return (
    <div className="mt-3 rounded-lg bg-sunken p-3 text-sm">
      <div className="flex flex-wrap items-end gap-3">
        <label>
          <span className="block text-xs text-ink-3">Status</span>
          <select
            value={draft.on ? 'on' : 'off'}
            onChange={(event) => setDraft({ ...draft, on: event.target.value === 'on' })}
            className={look}
          >
            <option value="on">On</option>
            <option value="off">Off</option>
          </select>
        </label>
        <label>
          <span className="block text-xs text-ink-3">Criticality</span>
          <select
            value={draft.criticality}
            onChange={(event) => setDraft({ ...draft, criticality: event.target.value as Part['criticality'] })}
            className={look}
          >
            {levels.map((level) => (
              <option key={level} value={level}>
                {word(level)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span className="block text-xs text-ink-3">Counts from a certainty of</span>
          <input
            type="number"
            min={1}
            max={100}
            value={Number.isNaN(draft.threshold) ? '' : draft.threshold}
            onChange={(event) => setDraft({ ...draft, threshold: event.target.valueAsNumber })}
            className={`${look} w-24`}
          />
        </label>
        <span className="flex-1" />
        {children}
      </div>
      {changed && (
        <section aria-label="What this would change" className="mt-3 flex flex-wrap items-center gap-3 border-t border-line pt-3">
          <output className={`min-w-0 flex-1 ${isFetching ? 'opacity-60' : ''}`}>
            {!valid ? 'A certainty is a whole number from 1 to 100.' : error ? error.message : data ? wordsOf(data) : 'Looking …'}
          </output>
          <Button disabled={busy} onClick={() => setDraft(kept)}>
            Cancel
          </Button>
          <Button
            look="primary"
            disabled={busy || !valid}
            onClick={async () => {
              setBusy(true)
              await save(draft)
              setBusy(false)
            }}
          >
            {busy ? 'Working …' : 'Save'}
          </Button>
        </section>
      )}
    </div>
  )
}

/** "3 assets: very high → high; 2 assets: none → high. Exposure score 41.2 → 40.9." */
function wordsOf({ moves, score_before, score_after }: Preview): string {
  if (moves.length === 0) return 'No asset would have another level: one that a person or a source sets itself goes first.'
  const parts = moves.map(({ before, after, assets }) => `${counted(assets, 'asset')}: ${levelWord(before)} → ${levelWord(after)}`)
  return `${parts.join('; ')}. Exposure score ${score(score_before)} → ${score(score_after)}.`
}
