import { Here } from '../../components/To.tsx'

const feeds = [
  ['risk', 'Risk feed'],
  ['posture', 'Posture events'],
] as const

const none = {
  open: null,
  tab: null,
  type: null,
  severity: null,
  min_share: null,
  component: null,
  sort: null,
  score: null,
  recovered: null,
  state: null,
  owner: null,
}

/** Which feed is shown; dates stay, filters of the other feed do not. */
export function FeedTabs({ feed }: { feed: 'risk' | 'posture' }) {
  return (
    <nav aria-label="Feeds" className="flex rounded-md border border-line-strong bg-surface p-0.5 text-sm">
      {feeds.map(([id, title]) => (
        <Here
          key={id}
          change={{ ...none, feed: id === 'risk' ? null : id }}
          aria-current={feed === id ? 'page' : undefined}
          className={`flex h-7 items-center rounded px-3 ${feed === id ? 'bg-accent-soft font-semibold text-accent-ink' : 'text-ink-2 hover:text-ink'}`}
        >
          {title}
        </Here>
      ))}
    </nav>
  )
}
