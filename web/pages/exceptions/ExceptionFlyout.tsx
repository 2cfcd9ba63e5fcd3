import { useQueryClient } from '@tanstack/react-query'
import { CircleStop } from 'lucide-react'
import { useState } from 'react'
import { addressOf, send, useAsk, useList } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { counted, instant, word } from '../../format.ts'
import { Button } from '../../components/Button.tsx'
import { Facts } from '../../components/Card.tsx'
import { Choice } from '../../components/Choice.tsx'
import { Confirm, ConfirmTrigger } from '../../components/Confirm.tsx'
import { FindingsTable } from '../../components/FindingsTable.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { To } from '../../components/To.tsx'
import { meaningOf, placeOf, StateChip, subjectOf } from './words.tsx'

type Detail = Answer<'/api/v1/exceptions/{exception_id}'>

const acts = { add: 'Added', change: 'Corrected', end: 'Ended', leave: 'Ended for' } as const

/** One exception in a drawer: what it says, what it covers, what was done to it, and the way to end it. An empty `id` shows nothing. */
export function ExceptionFlyout({ id, onClose }: { id: string; onClose: () => void }) {
  const open = /^\d+$/.test(id)
  const { data, error, refetch } = useAsk('/api/v1/exceptions/{exception_id}', { path: { exception_id: Number(id) || 0 }, enabled: open })
  return (
    <Flyout
      open={open}
      onClose={onClose}
      kind={data?.statement ? 'Statement' : 'Exception'}
      title={data ? subjectOf(data) : 'Exception'}
      wide
    >
      {error ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : data ? (
        <TabStrip
          label="Exception"
          tabs={[
            { id: 'general', title: 'What it says', content: <General one={data} /> },
            { id: 'findings', title: 'Covers now', amount: data.covered_findings, content: <Covered id={data.exception_id} /> },
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
  const { org } = useMoment()
  return (
    <div className="flex flex-col gap-5">
      <p className="text-sm whitespace-pre-wrap">{one.reason}</p>
      <Facts
        facts={[
          ['State', <StateChip key="s" state={one.state} />],
          ...(one.statement ? statedFacts(one.statement) : ([['Justification', word(one.justification)]] as [string, string][])),
          [one.statement ? 'Product' : 'Where', placeOf(one)],
          ['Covers now', `${counted(one.covered_findings, 'open finding')} on ${counted(one.covered_assets, 'asset')}`],
          ['From', instant(one.starts_at)],
          ['Until', one.ends_at === null ? (one.statement ? 'the author withdraws it' : 'somebody ends it') : instant(one.ends_at)],
          [one.statement ? 'Author' : 'Decided by', one.author],
        ]}
      />
      <p className="text-sm text-ink-2">
        {one.state === 'suspended'
          ? 'A global exception about the same stands above it: it covers nothing until that one ends.'
          : meaningOf(one)}
      </p>
      {one.statement ? (
        <p className="text-sm">
          <To page="/sources" change={{ open: String(one.import_no) }} className="link">
            Show or undo the import of the document
          </To>
        </p>
      ) : (
        <Acts one={one} />
      )}
      {(one.state === 'active' || one.state === 'suspended') && !one.statement && (
        <div>
          {one.asset_groups && one.asset_groups.length > 1 && <EndForGroups one={one} />}
          <Confirm
            title="End this exception?"
            action="End exception"
            look="primary"
            onConfirm={async () => {
              await send('POST', addressOf(`/api/v1/exceptions/${one.exception_id}/end`, {}, { org }), {})
              await client.invalidateQueries()
            }}
            trigger={
              <ConfirmTrigger>
                <CircleStop size={14} aria-hidden />
                End exception
              </ConfirmTrigger>
            }
          >
            It holds until now. What it covered stays as it is{one.moves_scores ? ' and counts in the scores again' : ''}.
          </Confirm>
        </div>
      )}
    </div>
  )
}

/** A button that ends an exception for some of its groups, and leaves it to the others. */
function EndForGroups({ one }: { one: Detail }) {
  const { org } = useMoment()
  const client = useQueryClient()
  const [chosen, setChosen] = useState<string[] | null>(null)
  const end = async () => {
    await send('POST', addressOf(`/api/v1/exceptions/${one.exception_id}/end`, {}, { org }), { asset_groups: chosen })
    await client.invalidateQueries()
  }
  return (
    <>
      <Button onClick={() => setChosen([])}>End for some groups</Button>
      {chosen && (
        <FormDialog
          open
          onClose={() => setChosen(null)}
          title="End for some groups"
          line="It holds until now for those chosen, and goes on for the others."
          action="End for them"
          ready={chosen.length > 0}
          onSubmit={end}
        >
          <fieldset className="text-sm">
            <legend className="font-medium">Asset groups</legend>
            {one.asset_groups!.map((group) => (
              <Choice
                key={group}
                checked={chosen.includes(group)}
                onChange={(checked) => setChosen(checked ? [...chosen, group] : chosen.filter((each) => each !== group))}
              >
                {group}
              </Choice>
            ))}
          </fieldset>
        </FormDialog>
      )}
    </>
  )
}

/** What a statement says beside its product. */
const statedFacts = (said: NonNullable<Detail['statement']>): [string, string][] => [
  ['Says', word(said.status)],
  ...(said.justification ? ([['Justification', word(said.justification)]] as [string, string][]) : []),
  ...(said.package
    ? ([['Package', `${said.package}${said.version === null ? ', any version' : ` ${said.version}`}`]] as [string, string][])
    : []),
  ['Document', `${said.document}${said.document_version === null ? '' : `, version ${said.document_version}`}`],
  ...(said.role ? ([['Role', said.role]] as [string, string][]) : []),
  ...(said.stated_at ? ([['Stated', instant(said.stated_at)]] as [string, string][]) : []),
]

/** What people did to an exception. */
function Acts({ one }: { one: Detail }) {
  return (
    <section aria-label="What was done">
      <h3 className="mb-1 text-sm font-semibold">What was done</h3>
      <ul className="divide-y divide-line text-sm">
        {one.acts.map((act) => (
          <li key={act.import_no} className="flex items-center gap-3 py-1.5">
            <span className={`w-28 ${act.undone ? 'text-ink-3 line-through' : 'font-medium'}`}>{acts[act.act]}</span>
            <span className="num flex-1 text-ink-2">
              {act.asset_groups && `${act.asset_groups.join(', ')}, `}
              {instant(act.recorded_at)}
            </span>
            <To page="/sources" change={{ open: String(act.import_no) }} className="link text-xs">
              {act.undone ? 'Undone' : 'Show or undo'}
            </To>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Covered({ id }: { id: number }) {
  const list = useList('/api/v1/exceptions/{exception_id}/findings', { path: { exception_id: id } })
  return <FindingsTable list={list} label="Covered findings" />
}
