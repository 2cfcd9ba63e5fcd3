import { Plus, Printer } from 'lucide-react'
import { useState } from 'react'
import { useList } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { conditionOf } from '../../condition.ts'
import { count, counted, day, direction as phrase, fine, score as writeScore } from '../../format.ts'
import { Sparkline } from '../../charts/Sparkline.tsx'
import { Button } from '../../components/Button.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { Here, To } from '../../components/To.tsx'
import { KpiFlyout } from './KpiFlyout.tsx'
import { KpiForm } from './KpiForm.tsx'
import { dueWords, type Kpi, KpiState, scorePage, states } from './words.tsx'

/** Scores with a target, a day and somebody who answers for them, on one page. */
export function KpisPage() {
  const { get, all, set } = useParameters()
  const [adding, setAdding] = useState(false)
  const filter = conditionOf({ state: all('state') })
  const list = useList('/api/v1/kpis', {
    query: { ...(filter ? { filter } : {}), ...(get('search') ? { search: get('search') } : {}) },
  })
  const counts = list.first?.counts ?? []
  return (
    <Page
      title="KPIs"
      name="KPIs"
      line="Scores with a target, a day, and somebody who answers for them: whether their pace meets the target in time, and why."
      actions={
        <span className="flex gap-2 print:hidden">
          <Button onClick={() => window.print()}>
            <Printer size={14} aria-hidden />
            Print
          </Button>
          <Button look="primary" onClick={() => setAdding(true)}>
            <Plus size={14} aria-hidden />
            Add KPI
          </Button>
        </span>
      }
    >
      <Counters counts={counts} />
      <div className="print:hidden">
        <FilterBar search="Name, owner or score" more={{ parameters: ['state'], fields: null }} total={list.total} noun={['KPI', 'KPIs']}>
          <ListTools label="KPIs" address={list.address} command="plimsoll kpis" />
        </FilterBar>
      </div>
      {list.error ? (
        <Problem error={list.error} retry={list.retry} />
      ) : list.loading ? (
        <Loading className="h-64" />
      ) : list.rows.length === 0 ? (
        <div className="rounded-lg border border-line bg-surface">
          <Empty title="No KPI">
            {get('search') || get('state')
              ? 'The filters leave none.'
              : 'Set one: choose a score, the value that it shall have, the day by which, and who answers for it.'}
          </Empty>
        </div>
      ) : (
        <ul className="grid gap-4 md:grid-cols-2 2xl:grid-cols-3 print:grid-cols-2">
          {list.rows.map((kpi) => (
            <KpiCard key={kpi.kpi_id} kpi={kpi} />
          ))}
        </ul>
      )}
      <KpiForm key={String(adding)} open={adding} onClose={() => setAdding(false)} />
      <KpiFlyout id={get('open')} onClose={() => set({ open: null, tab: null })} />
    </Page>
  )
}

/** How many KPIs stand how; each is a filter. */
function Counters({ counts }: { counts: readonly { state: Kpi['state']; kpis: number }[] }) {
  const { all, set } = useParameters()
  const chosen = all('state')
  return (
    <fieldset aria-label="States of KPIs" className="flex flex-wrap gap-2">
      {states.map(([state, title]) => {
        const kpis = counts.find((one) => one.state === state)?.kpis ?? 0
        const on = chosen.includes(state)
        if (kpis === 0 && !on) return null
        return (
          <button
            key={state}
            type="button"
            aria-pressed={on}
            onClick={() => set({ state: on ? chosen.filter((one) => one !== state) : [...chosen, state] }, { replace: true })}
            className="min-w-28 rounded-lg border border-line bg-surface px-3 py-2 text-left hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft"
          >
            <span className="num block text-base leading-5 font-semibold">{count(kpis)}</span>
            <span className="block text-xs leading-4 text-ink-2">{title}</span>
          </button>
        )
      })}
    </fieldset>
  )
}

function KpiCard({ kpi }: { kpi: Kpi }) {
  const tone = kpi.state === 'missed' || kpi.state === 'at_risk' ? 'worse' : kpi.state === 'no_data' ? 'same' : 'better'
  return (
    <li className="flex break-inside-avoid flex-col gap-3 rounded-lg border border-line bg-surface p-4">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="text-sm font-semibold">
            <Here change={{ open: kpi.kpi_id }} className="hover:underline">
              {kpi.name}
            </Here>
          </h2>
          <p className="text-xs text-ink-3">
            <To {...scorePage(kpi)}>{kpi.title}</To>, {phrase(kpi.direction)} · {kpi.owner ?? 'nobody answers for it'}
          </p>
        </div>
        <KpiState state={kpi.state} />
      </div>
      <div className="flex items-end gap-4">
        <p className="num">
          <span className="text-2xl leading-7 font-semibold">{writeScore(kpi.value)}</span>
          <span className="text-sm text-ink-2"> → {fine(kpi.target)}</span>
        </p>
        <span className="flex-1" />
        <Sparkline values={kpi.trend} span={1} width={110} height={28} tone={tone} />
      </div>
      <Progress kpi={kpi} />
      <p className="text-sm text-ink-2">{kpi.why}</p>
      <p className="flex flex-wrap gap-x-4 text-xs text-ink-3">
        <span>
          Due <span className="num">{day(kpi.due)}</span>, {dueWords(kpi)}
        </span>
        {kpi.drops.length > 0 && <span className="text-worse">{counted(kpi.drops.length, 'drop')} since it was set</span>}
      </p>
    </li>
  )
}

/** How much of the way from the day on which it was set to the target is made. */
function Progress({ kpi }: { kpi: Kpi }) {
  const { start_value, value, target } = kpi
  if (start_value === null || value === null) return null
  const met = kpi.direction === 'lower_is_better' ? start_value <= target : start_value >= target
  if (met) return null
  const share = Math.min(1, Math.max(0, (value - start_value) / (target - start_value)))
  return (
    <div>
      <div className="h-1.5 overflow-hidden rounded-full bg-sunken" aria-hidden>
        <div className="h-full rounded-full bg-accent" style={{ width: `${100 * share}%` }} />
      </div>
      <p className="mt-1 text-xs text-ink-3">
        <span className="num">{Math.round(100 * share)} %</span> of the way from <span className="num">{writeScore(start_value)}</span> on{' '}
        {day(kpi.set_on)}
      </p>
    </div>
  )
}
