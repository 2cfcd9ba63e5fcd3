import { RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { send, useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { ago, count } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'

type Feed = Answer<'/api/v1/feeds'>['items'][number]
interface Update {
  state: 'imported' | 'unchanged' | 'no_address' | 'failed'
  imports: { counts: { opened: number; closed: number } }[]
  error: { message: string } | null
}

/** Public intelligence: where it comes from, how old it is, and a way to fetch it now. */
export function Feeds() {
  const feeds = useAsk('/api/v1/feeds', { anywhere: true })
  const client = useQueryClient()
  const [busy, setBusy] = useState<string | null>(null)
  const [said, setSaid] = useState<Record<string, string>>({})

  const update = async (which: readonly Feed[]) => {
    for (const { feed } of which) {
      setBusy(feed)
      const told = await send('POST', `/api/v1/feeds/${feed}/update`).then(
        (answer) => words(answer as Update),
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )
      setSaid((before) => ({ ...before, [feed]: told }))
    }
    setBusy(null)
    await client.invalidateQueries()
  }

  const fetched = feeds.data?.items.filter(({ url }) => url !== null) ?? []
  return (
    <Card
      title="Public intelligence"
      note="facts about the world, shared by all organisations"
      aside={
        <Button onClick={() => void update(fetched)} disabled={busy !== null || fetched.length === 0}>
          <RefreshCw size={14} aria-hidden className={busy ? 'animate-spin motion-reduce:animate-none' : ''} />
          {busy ? `Fetching ${busy} …` : 'Fetch all'}
        </Button>
      }
    >
      {feeds.error ? (
        <Problem error={feeds.error} retry={() => void feeds.refetch()} />
      ) : feeds.data ? (
        <ul className="divide-y divide-line">
          {feeds.data.items.map((feed) => (
            <FeedRow key={feed.feed} feed={feed} said={said[feed.feed] ?? null} busy={busy} fetchNow={() => void update([feed])} />
          ))}
        </ul>
      ) : (
        <Loading className="h-28" />
      )}
      <p className="mt-3 text-xs text-ink-3">
        Nothing is fetched unless you ask for it here, with <code>plimsoll feeds update</code>, or by starting the server with{' '}
        <code>--update-feeds</code>.
      </p>
    </Card>
  )
}

function FeedRow({ feed, said, busy, fetchNow }: { feed: Feed; said: string | null; busy: string | null; fetchNow: () => void }) {
  const host = feed.url === null ? null : hostOf(feed.url)
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2 text-sm">
      <div className="min-w-0 flex-1 basis-72">
        <p className="truncate font-medium" title={feed.title}>
          {feed.title}
        </p>
        <p className="truncate text-xs text-ink-3" title={feed.url ?? ''}>
          {host ? `${host} · every ${feed.every.replace(/^1 /, '')}` : 'No single address: import its files'}
          {feed.checked_at && ` · asked ${ago(feed.checked_at)}`}
          {feed.fetched_at && ` · something new ${ago(feed.fetched_at)}`}
        </p>
        <p aria-live="polite" className={`text-xs ${feed.error && !said ? 'text-worse' : 'text-ink-2'}`}>
          {said ?? feed.error?.message ?? ''}
        </p>
      </div>
      {feed.error && <Chip tone="warn">Failed</Chip>}
      {host && (
        <Button look="quiet" onClick={fetchNow} disabled={busy !== null} aria-label={`Fetch ${feed.title}`}>
          {busy === feed.feed ? 'Fetching …' : 'Fetch'}
        </Button>
      )}
    </li>
  )
}

function words({ state, imports, error }: Update): string {
  if (error) return error.message
  if (state !== 'imported') return 'Nothing new.'
  const sum = (part: 'opened' | 'closed') => count(imports.reduce((all, { counts }) => all + counts[part], 0))
  return `${sum('opened')} new or changed, ${sum('closed')} ended.`
}

function hostOf(address: string): string {
  const plain = address.replaceAll('{day}', '2026-01-01')
  return URL.canParse(plain) ? new URL(plain).host : address
}
