import { useQueryClient } from '@tanstack/react-query'
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { addressOf, send, useList } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { counted, day } from '../../format.ts'
import { AffectedAssets } from '../../components/AffectedAssets.tsx'
import { Button } from '../../components/Button.tsx'
import { Chip } from '../../components/Badge.tsx'
import { Confirm, ConfirmTrigger } from '../../components/Confirm.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import { Empty } from '../../components/Problem.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { To } from '../../components/To.tsx'
import type { Classification } from './EditClassification.tsx'
import { Setting } from './Setting.tsx'

const kindOf = ({ predefined, translates }: Classification): string =>
  `${predefined ? 'Predefined' : 'Own'} ${translates ? 'translation' : 'classification'}`

/** One classification: what it asks, its assets, and those to review. */
export function ClassificationFlyout({ one, onEdit }: { one: Classification; onEdit: () => void }) {
  const { set } = useParameters()
  const { org } = useMoment()
  const client = useQueryClient()
  const [failure, setFailure] = useState<string | null>(null)
  const act = async (work: () => Promise<unknown>) => {
    setFailure(null)
    try {
      await work()
      await client.invalidateQueries()
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    }
  }
  const address = addressOf('/api/v1/classifications/{id}', { id: one.id }, { org })
  const change = (part: Partial<Pick<Classification, 'on' | 'criticality' | 'threshold'>>) => {
    if (one.predefined) return act(() => send('PATCH', address, part))
    const { title, why, criticality, threshold, on, clues } = { ...one, ...part }
    return act(() =>
      send('PUT', address, { title, why, criticality, threshold, on, clues: clues.map(({ when, certainty }) => ({ when, certainty })) }),
    )
  }
  return (
    <Flyout
      open
      wide
      kind={kindOf(one)}
      title={one.title}
      onClose={() => set({ open: null, which: null, asset_sort: null })}
      actions={
        one.predefined ? undefined : (
          <Button onClick={onEdit}>
            <Pencil size={14} aria-hidden />
            Edit
          </Button>
        )
      }
    >
      <p className="text-sm text-ink-2">{one.why}</p>
      <Setting key={JSON.stringify([one.on, one.criticality, one.threshold])} one={one} save={change}>
        {!one.predefined && (
          <Confirm
            title="Delete this classification?"
            action="Delete"
            trigger={<ConfirmTrigger look="danger">Delete</ConfirmTrigger>}
            onConfirm={async () => {
              await send('DELETE', address)
              await client.invalidateQueries()
              set({ open: null })
            }}
          >
            Its assets lose the level that only it gave them. The act can be undone under Sources.
          </Confirm>
        )}
      </Setting>
      {failure && (
        <p role="alert" className="mt-2 text-sm text-worse">
          {failure}
        </p>
      )}
      <h3 className="mt-4 text-sm font-semibold">Clues</h3>
      <ul className="mt-1 flex flex-col gap-1.5 text-sm">
        {one.clues.map((clue) => (
          <li key={clue.words} className="flex items-start gap-2">
            <Chip {...(clue.certainty < one.threshold ? { tone: 'warn' as const } : {})} className="num mt-0.5 w-12 justify-center">
              {clue.certainty} %
            </Chip>
            <span className="line-clamp-3 min-w-0 flex-1 break-words" title={clue.words}>
              {clue.words}
            </span>
          </li>
        ))}
      </ul>
      {one.source && (
        <p className="mt-2 text-xs text-ink-3">
          Source:{' '}
          <a href={one.source} target="_blank" rel="noreferrer" className="underline underline-offset-2">
            {new URL(one.source).host}
          </a>
        </p>
      )}
      <div className="mt-4">
        <TabStrip
          label="Assets of the classification"
          parameter="which"
          tabs={[
            { id: 'members', title: 'Assets', amount: one.assets, content: <Members id={one.id} /> },
            { id: 'review', title: 'To review', amount: one.to_review, content: <Review id={one.id} which="review" act={act} /> },
            { id: 'dismissed', title: 'Dismissed', content: <Review id={one.id} which="dismissed" act={act} /> },
          ]}
        />
      </div>
    </Flyout>
  )
}

function Members({ id }: { id: string }) {
  const { get } = useParameters()
  const list = useList('/api/v1/classifications/{id}/assets', {
    path: { id },
    query: { which: 'members', ...(get('asset_sort') ? { sort: get('asset_sort') } : {}) },
  })
  return <AffectedAssets list={list} label="Assets of the classification" height={420} />
}

function Review({ id, which, act }: { id: string; which: 'review' | 'dismissed'; act: (work: () => Promise<unknown>) => Promise<void> }) {
  const { org } = useMoment()
  const list = useList('/api/v1/classifications/{id}/assets', { path: { id }, query: { which } })
  const [busy, setBusy] = useState(false)
  const decide = async (asset_ids: number[], decision: 'yes' | 'no' | null) => {
    setBusy(true)
    await act(() => send('POST', addressOf('/api/v1/classifications/{id}/review', { id }, { org }), { asset_ids, decision }))
    setBusy(false)
  }
  if (list.total === 0)
    return (
      <Empty title={which === 'review' ? 'Nothing to review' : 'Nothing dismissed'}>
        Every asset that fits is certain enough, or somebody decided.
      </Empty>
    )
  return (
    <div>
      {which === 'review' && list.rows.length > 1 && (
        <div className="mb-2 flex justify-end gap-2">
          <Button
            disabled={busy}
            onClick={() =>
              void decide(
                list.rows.map((row) => row.asset_id),
                'yes',
              )
            }
          >
            Add all {counted(list.rows.length, 'asset')}
          </Button>
        </div>
      )}
      <ul aria-label={which === 'review' ? 'Assets to review' : 'Dismissed assets'} className="text-sm">
        {list.rows.map((row) => (
          <li key={row.asset_id} className="flex items-center gap-3 border-t border-line py-2">
            <div className="min-w-0 flex-1">
              <To page={`/assets/${row.asset_id}`} className="link font-medium">
                {row.name}
              </To>
              <p className="truncate text-xs text-ink-3" title={row.reason}>
                {row.reason} · since {day(row.since)}
              </p>
            </div>
            {which === 'review' ? (
              <>
                <Button disabled={busy} onClick={() => void decide([row.asset_id], 'yes')}>
                  Add
                </Button>
                <Button look="quiet" disabled={busy} onClick={() => void decide([row.asset_id], 'no')}>
                  Dismiss
                </Button>
              </>
            ) : (
              <Button look="quiet" disabled={busy} onClick={() => void decide([row.asset_id], null)}>
                Take back
              </Button>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
