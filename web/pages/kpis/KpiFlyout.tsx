import { useQueryClient } from '@tanstack/react-query'
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { addressOf, send, useAsk } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { Trend } from '../../charts/Trend.tsx'
import { day, fine, moveDay, score as writeScore } from '../../format.ts'
import { Button } from '../../components/Button.tsx'
import { Facts } from '../../components/Card.tsx'
import { Confirm, ConfirmTrigger } from '../../components/Confirm.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { useLastDay } from '../../components/shell.ts'
import { To } from '../../components/To.tsx'
import { KpiForm } from './KpiForm.tsx'
import { dueWords, KpiState, paceWords, scorePage } from './words.tsx'
import type { Kpi } from './words.tsx'

/** One KPI in a drawer. An empty id shows nothing. */
export function KpiFlyout({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, refetch } = useAsk('/api/v1/kpis/{kpi_id}', { path: { kpi_id: id }, enabled: id !== '' })
  return (
    <Flyout open={id !== ''} onClose={onClose} kind="KPI" title={data?.name ?? 'KPI'} wide>
      {error ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : data ? (
        <Content kpi={data} onClose={onClose} />
      ) : (
        <Loading className="h-96" />
      )}
    </Flyout>
  )
}

function Content({ kpi, onClose }: { kpi: Kpi; onClose: () => void }) {
  const client = useQueryClient()
  const { org } = useMoment()
  const [editing, setEditing] = useState(false)
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-3 text-sm">
        <KpiState state={kpi.state} />
        <span className="min-w-0 flex-1 text-ink-2">{kpi.why}</span>
      </div>
      <Facts
        facts={[
          [
            'Score',
            <To key="s" {...scorePage(kpi)}>
              {kpi.title}
            </To>,
          ],
          [
            'Value now',
            <span key="v" className="num">
              {writeScore(kpi.value)}
            </span>,
          ],
          [
            'Target',
            <span key="t" className="num">
              {fine(kpi.target)}
            </span>,
          ],
          ['Due', `${day(kpi.due)}, ${dueWords(kpi)}`],
          ['Needed pace', kpi.needed_pace === null ? '–' : paceWords(kpi.needed_pace, kpi.review_days)],
          ['Actual pace', paceWords(kpi.actual_pace, kpi.review_days)],
          ['Set on', `${day(kpi.set_on)}, at ${writeScore(kpi.start_value)}`],
          ['First reached', kpi.reached_on === null ? 'not yet' : day(kpi.reached_on)],
          ['Answers for it', kpi.owner ?? 'nobody yet'],
        ]}
      />
      {kpi.note && <p className="text-sm whitespace-pre-wrap text-ink-2">{kpi.note}</p>}
      <HistoryGraph kpi={kpi} />
      {kpi.drops.length > 0 && (
        <section aria-label="Drops since it was set">
          <h3 className="mb-1 text-sm font-semibold">Drops since it was set</h3>
          <ul className="divide-y divide-line text-sm">
            {kpi.drops.map((drop) => (
              <li key={drop.event_id} className="flex items-center gap-3 py-1.5">
                <To page="/events" change={{ feed: 'posture', open: drop.event_id }} className="link min-w-0 flex-1">
                  {drop.headline}
                </To>
                <span className="num text-xs text-ink-3">{day(drop.day)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className="flex gap-2">
        <Button onClick={() => setEditing(true)}>
          <Pencil size={14} aria-hidden />
          Change
        </Button>
        <Confirm
          title="End this KPI?"
          action="End KPI"
          onConfirm={async () => {
            await send('DELETE', addressOf('/api/v1/kpis/{kpi_id}', { kpi_id: kpi.kpi_id }, { org }))
            onClose()
            await client.invalidateQueries()
          }}
          trigger={<ConfirmTrigger look="quiet">End KPI</ConfirmTrigger>}
        >
          It leaves the board. Its past stays, and the import log keeps who ended it.
        </Confirm>
      </div>
      <KpiForm key={String(editing)} open={editing} onClose={() => setEditing(false)} kpi={kpi} />
    </div>
  )
}

function HistoryGraph({ kpi }: { kpi: Kpi }) {
  const last = useLastDay()
  const from = [kpi.set_on, moveDay(last, -kpi.review_days)].toSorted()[0]!
  const { data } = useAsk('/api/v1/scores/{score}/history', {
    path: { score: kpi.score },
    query: { from: moveDay(from, -14), ...(kpi.id ? { id: kpi.id } : {}) },
  })
  if (!data) return <Loading className="h-44" />
  const dots = kpi.drops.map((drop) => ({ day: drop.day, events: 1, headline: drop.headline }))
  return (
    <Trend
      data={{ line: { title: kpi.title, points: data.points }, dots, target: kpi.target, write: fine }}
      label={`${kpi.title} since ${day(from)}`}
      height={180}
    />
  )
}
