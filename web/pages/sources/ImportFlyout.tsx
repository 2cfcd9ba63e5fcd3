import { useQueryClient } from '@tanstack/react-query'
import { Undo2 } from 'lucide-react'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { send, useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { count, counted, instant, lookedForWord, shownWord, word } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { Facts } from '../../components/Card.tsx'
import { Confirm, ConfirmTrigger } from '../../components/Confirm.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'

type Detail = Answer<'/api/v1/imports/{import_no}'>

/** One import in a drawer: what was read, what was skipped and why, and the way to take it back. An empty `no` shows nothing. */
export function ImportFlyout({ no, onClose }: { no: string; onClose: () => void }) {
  const open = /^\d+$/.test(no)
  const { data, error, refetch } = useAsk('/api/v1/imports/{import_no}', {
    path: { import_no: Number(no) || 0 },
    enabled: open,
    anywhere: true,
  })
  return (
    <Flyout open={open} onClose={onClose} kind="Import" title={data?.file_name ?? data?.format_title ?? 'Import'} wide>
      {error ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : data ? (
        <TabStrip
          label="Import"
          tabs={[
            { id: 'general', title: 'What was read', content: <General one={data} /> },
            ...(data.coverage.length ? [{ id: 'coverage', title: 'What it looked for', content: <LookedFor one={data} /> }] : []),
            { id: 'skipped', title: 'Skipped', amount: data.counts.skipped, content: <Skipped one={data} /> },
          ]}
        />
      ) : (
        <Loading className="h-96" />
      )}
    </Flyout>
  )
}

function General({ one }: { one: Detail }) {
  const client = useQueryClient()
  const { counts } = one
  const facts: [string, ReactNode][] = [
    ['Format', one.format_title ?? one.format ?? '–'],
    ['Tool', [one.tool, one.tool_version].filter(Boolean).join(' ') || '–'],
    ['Source', one.source ?? '–'],
    ['Looked at', instant(one.observed_at)],
    ['Imported', instant(one.recorded_at)],
    ['By', one.actor],
  ]
  const read: [string, number][] = [
    ['Assets', counts.assets],
    ['Findings', counts.findings],
    ['Vulnerabilities', counts.vulnerabilities],
    ['Controls', counts.controls],
    ['Control results', counts.results],
    ['Software', counts.software],
    ...(counts.statements ? ([['Statements', counts.statements]] as [string, number][]) : []),
    ...(counts.closed_items ? ([['Stated as closed', counts.closed_items]] as [string, number][]) : []),
    ['Skipped', counts.skipped],
    ['Opened', counts.opened],
    ['Closed', counts.closed],
  ]
  return (
    <div className="flex flex-col gap-5">
      {one.undone && (
        <p>
          <Chip tone="warn">Undone: what it taught is no longer believed</Chip>
        </p>
      )}
      <dl className="grid grid-cols-3 gap-2.5 sm:grid-cols-5">
        {read
          .filter(([, value]) => value > 0)
          .map(([name, value]) => (
            <div key={name} className="rounded-lg bg-sunken px-3 py-2">
              <dt className="text-xs text-ink-3">{name}</dt>
              <dd className="num text-base font-semibold">{count(value)}</dd>
            </div>
          ))}
      </dl>
      {counts.notes.length > 0 && (
        <ul className="flex flex-col gap-1 rounded-lg bg-warn-soft px-3 py-2.5 text-sm text-warn">
          {counts.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <Facts facts={facts} />
      <Facts
        className="grid-cols-1"
        facts={[
          [
            'Digest of the input',
            <span key="i" className="font-mono text-xs break-all">
              {one.input_digest}
            </span>,
          ],
          [
            'Digest of this import, chained to the one before it',
            <span key="d" className="font-mono text-xs break-all">
              {one.digest}
            </span>,
          ],
        ]}
      />
      {!one.undone && (
        <div>
          <Confirm
            title="Undo this import?"
            action="Undo import"
            onConfirm={async () => {
              await send('POST', `/api/v1/imports/${one.import_no}/undo`)
              await client.invalidateQueries()
            }}
            trigger={
              <ConfirmTrigger look="danger">
                <Undo2 size={14} aria-hidden />
                Undo import
              </ConfirmTrigger>
            }
          >
            What it taught is no longer believed, on all days, and the scores are computed anew. Nothing is deleted: the import stays in the
            list. Importing the file again brings it back.
          </Confirm>
        </div>
      )}
    </div>
  )
}

/** Only what a report looked for, with at least this access, can it close. */
function LookedFor({ one }: { one: Detail }) {
  return (
    <div>
      <p className="mb-2 text-sm text-ink-2">
        A finding closes only when a report of its source looked for it on the same asset and did not find it.
      </p>
      <ul className="divide-y divide-line">
        {one.coverage.map((look, index) => (
          <li key={index} className="flex flex-wrap items-baseline gap-x-3 py-2 text-sm">
            <span className="w-44 font-medium">{lookedForWord(look.subject)}</span>
            <span className="w-36">{shownWord(look)}</span>
            <span className="w-28 text-ink-2">{look.subject === 'asset' ? '' : word(look.access)}</span>
            <span className="num flex-1">{look.subject === 'presence' ? '' : `on ${counted(look.assets, 'asset')}`}</span>
            <span className="num text-xs text-ink-3">{instant(look.last_looked_at)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Skipped({ one }: { one: Detail }) {
  const [all, setAll] = useState(false)
  const rest = useAsk('/api/v1/imports/{import_no}/skipped', { path: { import_no: one.import_no }, enabled: all, anywhere: true })
  const items = rest.data?.items ?? one.skipped_items
  if (items.length === 0) return <Empty title="Nothing was skipped">Every item of the file could be read.</Empty>
  return (
    <div>
      <ul className="divide-y divide-line">
        {items.map((item, index) => (
          <li key={index} className="py-1.5 text-sm">
            <p className="font-mono text-xs text-ink-3">{item.place}</p>
            <p className="break-words">{item.reason}</p>
          </li>
        ))}
      </ul>
      {items.length < one.counts.skipped && !rest.data && (
        <Button className="mt-2" onClick={() => setAll(true)}>
          Show all {count(one.counts.skipped)}
        </Button>
      )}
    </div>
  )
}
