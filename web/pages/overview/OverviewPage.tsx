import { LayoutDashboard, Printer } from 'lucide-react'
import { Fragment, useMemo, useState } from 'react'
import { useAsk } from '../../api.ts'
import type { Overview } from '../../api.ts'
import { instant, moveDay } from '../../format.ts'
import { Button } from '../../components/Button.tsx'
import { Page } from '../../components/Page.tsx'
import { ReportButton } from '../../components/ReportButton.tsx'
import { useLastDay } from '../../components/shell.ts'
import { Loading, Problem } from '../../components/Problem.tsx'
import { arranged, useArrangement } from './arrangement.ts'
import { ArrangingBar, Movable } from './Arranging.tsx'
import { cards } from './cards.tsx'
import { FirstSteps } from './FirstSteps.tsx'

/** Eighteen months. */
const DAYS = 548

/** Where we stand, which way it moves, why, and what to do. */
export function OverviewPage() {
  const last = useLastDay()
  const query = useMemo(() => ({ from: moveDay(last, -DAYS) }), [last])
  const { data, error, refetch } = useAsk('/api/v1/overview', { query })
  if (error) {
    return (
      <Page title="Overview" name="Overview">
        <Problem error={error} retry={() => void refetch()} />
      </Page>
    )
  }
  if (!data) return <Waiting />
  if (data.empty) return <FirstSteps />
  return <Cards overview={data} />
}

/** The cards, as they are arranged. */
function Cards({ overview }: { overview: Overview }) {
  const kept = useArrangement(overview.organisation.slug)
  const [arranging, setArranging] = useState(false)
  const { hidden } = kept.arrangement
  const order = arranged(
    cards.map(({ id }) => id),
    kept.arrangement,
  )
  const all = order.map((id) => cards.find((card) => card.id === id)!)
  const shown = all.filter(({ id }) => !hidden.includes(id))
  /** Puts a card where another one stands. */
  const put = (id: string, where: string) => {
    if (id === where || !order.includes(id)) return
    const later = order.indexOf(id) < order.indexOf(where)
    const without = order.filter((other) => other !== id)
    kept.change({ hidden, order: without.toSpliced(without.indexOf(where) + (later ? 1 : 0), 0, id) })
  }
  return (
    <Page
      title="Overview"
      name="Overview"
      line={`${overview.organisation.name}, as of ${instant(overview.as_of)}`}
      actions={
        <>
          <Button look="quiet" aria-pressed={arranging} onClick={() => setArranging(!arranging)}>
            <LayoutDashboard size={14} aria-hidden />
            Arrange
          </Button>
          <ReportButton />
          <Button look="quiet" onClick={() => window.print()}>
            <Printer size={14} aria-hidden />
            Print
          </Button>
        </>
      }
    >
      {arranging && (
        <ArrangingBar
          kept={kept}
          hidden={all.filter(({ id }) => hidden.includes(id))}
          show={(id) => kept.change({ order, hidden: hidden.filter((other) => other !== id) })}
          done={() => setArranging(false)}
        />
      )}
      <div className="grid grid-cols-12 gap-4">
        {shown.map((card, index) =>
          arranging ? (
            <Movable
              key={card.id}
              card={card}
              first={index === 0}
              last={index === shown.length - 1}
              move={(by) => put(card.id, shown[index + by]!.id)}
              hide={() => kept.change({ order, hidden: [...hidden, card.id] })}
              drop={(id) => put(id, card.id)}
            >
              {card.card(overview, 'flex-1')}
            </Movable>
          ) : (
            <Fragment key={card.id}>{card.card(overview, card.width)}</Fragment>
          ),
        )}
      </div>
    </Page>
  )
}

function Waiting() {
  return (
    <Page title="Overview" name="Overview" line="Reading …">
      <div className="grid grid-cols-12 gap-4">
        <Loading className="col-span-3 h-72" />
        <Loading className="col-span-3 h-72" />
        <Loading className="col-span-6 h-72" />
        <Loading className="col-span-6 h-56" />
        <Loading className="col-span-6 h-56" />
      </div>
    </Page>
  )
}
