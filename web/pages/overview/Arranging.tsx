import { ArrowLeft, ArrowRight, EyeOff, Plus } from 'lucide-react'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { Button } from '../../components/Button.tsx'
import { Confirm, ConfirmTrigger } from '../../components/Confirm.tsx'
import type { useArrangement } from './arrangement.ts'
import type { OverviewCard } from './cards.tsx'

/** The bar that stands over the cards while they are arranged: what is hidden, whose arrangement this is, and the end of it. */
export function ArrangingBar({
  kept,
  hidden,
  show,
  done,
}: {
  kept: ReturnType<typeof useArrangement>
  hidden: readonly OverviewCard[]
  show: (id: string) => void
  done: () => void
}) {
  const [told, setTold] = useState('')
  return (
    <section
      aria-label="Arrange the overview"
      className="flex flex-col gap-2 rounded-lg border border-accent bg-accent-soft px-4 py-3 text-sm"
    >
      <div className="flex flex-wrap items-center gap-2">
        <p className="min-w-0 flex-1 text-ink-2">
          Move cards with their arrows, or drag them by their title.{' '}
          {kept.own ? 'This arrangement is kept in this browser only.' : 'You see the arrangement that everyone sees.'}
        </p>
        {kept.own && (
          <Confirm
            title="Show this arrangement to everyone?"
            action="Show to everyone"
            look="primary"
            onConfirm={async () => {
              await kept.publish(kept.arrangement)
              setTold('Everyone who keeps no arrangement of their own now sees this one.')
            }}
            trigger={<ConfirmTrigger>Show to everyone</ConfirmTrigger>}
          >
            Everyone in this organisation who has not arranged the overview in their own browser will see the cards like this.
          </Confirm>
        )}
        {kept.own && <Button onClick={kept.forget}>Drop my arrangement</Button>}
        {!kept.own && (kept.arrangement.order.length > 0 || kept.arrangement.hidden.length > 0) && (
          <Button onClick={() => void kept.publish(null)}>Put all cards back for everyone</Button>
        )}
        <Button look="primary" onClick={done}>
          Done
        </Button>
      </div>
      {told && <output>{told}</output>}
      {hidden.length > 0 && (
        <ul aria-label="Hidden cards" className="flex flex-wrap gap-2">
          {hidden.map((card) => (
            <li key={card.id}>
              <Button onClick={() => show(card.id)}>
                <Plus size={13} aria-hidden />
                Show {card.title}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** A card that can be moved and hidden; what is on it cannot be used meanwhile. */
export function Movable({
  card,
  first,
  last,
  move,
  hide,
  drop,
  children,
}: {
  card: OverviewCard
  first: boolean
  last: boolean
  move: (by: 1 | -1) => void
  hide: () => void
  /** The card with this id was dropped on this one. */
  drop: (id: string) => void
  children: ReactNode
}) {
  const look =
    'inline-flex size-7 items-center justify-center rounded-md border border-line bg-surface text-ink-2 hover:bg-hover disabled:opacity-40'
  return (
    <div
      className={`flex flex-col gap-1 ${card.width}`}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => drop(event.dataTransfer.getData('text/plain'))}
    >
      <div className="flex items-center gap-1">
        <span
          draggable
          onDragStart={(event) => event.dataTransfer.setData('text/plain', card.id)}
          className="min-w-0 flex-1 cursor-grab truncate rounded-md bg-sunken px-2 py-1 text-xs font-medium"
        >
          {card.title}
        </span>
        <button type="button" className={look} disabled={first} aria-label={`Move ${card.title} earlier`} onClick={() => move(-1)}>
          <ArrowLeft size={14} aria-hidden />
        </button>
        <button type="button" className={look} disabled={last} aria-label={`Move ${card.title} later`} onClick={() => move(1)}>
          <ArrowRight size={14} aria-hidden />
        </button>
        <button type="button" className={look} aria-label={`Hide ${card.title}`} onClick={hide}>
          <EyeOff size={14} aria-hidden />
        </button>
      </div>
      <div inert className="flex flex-1 flex-col opacity-70">
        {children}
      </div>
    </div>
  )
}
