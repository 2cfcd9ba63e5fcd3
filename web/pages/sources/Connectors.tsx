import { useQueryClient } from '@tanstack/react-query'
import { Plug, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { addressOf, send, useAsk } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { ago, instant } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { ConnectPane } from './ConnectPane.tsx'
import type { Connector } from './connector.ts'

interface Run {
  state: 'imported' | 'unchanged' | 'failed' | 'stopped'
  imports: { unchanged: boolean }[]
  error: { message: string } | null
}

const stateWords: Record<Connector['state'], { text: string; tone?: 'better' | 'worse' | 'warn' | 'accent' }> = {
  not_connected: { text: 'Not connected' },
  waiting: { text: 'Connected, not run yet', tone: 'accent' },
  running: { text: 'Running', tone: 'accent' },
  ok: { text: 'Connected', tone: 'better' },
  failed: { text: 'Failed', tone: 'worse' },
}

/** Places from which facts are fetched with credentials of one's own: how they stand, when they ran and run next. */
export function Connectors({ own }: { own: boolean }) {
  const connectors = useAsk('/api/v1/connectors', { query: {} })
  const { get, set } = useParameters()
  const open = connectors.data?.items.find(({ id }) => id === get('connector')) ?? null
  return (
    <Card title="Connectors" note="fetch by themselves, once a day, with credentials of yours">
      {connectors.error ? (
        <Problem error={connectors.error} retry={() => void connectors.refetch()} />
      ) : connectors.data ? (
        <ul className="divide-y divide-line">
          {connectors.data.items.map((connector) => (
            <ConnectorRow key={connector.id} connector={connector} own={own} connect={() => set({ connector: connector.id })} />
          ))}
        </ul>
      ) : (
        <Loading className="h-16" />
      )}
      {!own && <p className="mt-2 text-xs text-ink-3">The demo is connected to nothing: add an organisation of your own first.</p>}
      <ConnectPane connector={open} onClose={() => set({ connector: null })} />
    </Card>
  )
}

function ConnectorRow({ connector, own, connect }: { connector: Connector; own: boolean; connect: () => void }) {
  const { org } = useMoment()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [said, setSaid] = useState<string | null>(null)
  const { text, tone } = stateWords[connector.state]
  const run = async () => {
    setBusy(true)
    setSaid(null)
    const told = await send('POST', addressOf('/api/v1/connectors/{connector}/run', { connector: connector.id }, { org })).then(
      (answer) => {
        const { state, error } = answer as Run
        return error?.message ?? (state === 'imported' ? 'Imported what is new.' : 'Nothing new.')
      },
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    setSaid(told)
    setBusy(false)
    await client.invalidateQueries()
  }
  const { last_run_at, last_success_at, next_run_at, brought } = connector
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2 text-sm">
      <div className="min-w-0 flex-1 basis-80">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {connector.title} <Chip {...(tone ? { tone } : {})}>{busy ? 'Running' : text}</Chip>
        </p>
        <p className="text-xs text-ink-3">
          {connector.settings
            ? [
                last_run_at ? `Last run ${ago(last_run_at)}` : 'Never ran',
                last_success_at && last_success_at !== last_run_at ? `last success ${ago(last_success_at)}` : null,
                next_run_at ? `next run ${instant(next_run_at)}` : 'runs only when asked',
                brought ? `brought ${brought.days} days, ${brought.controls} control profiles` : null,
              ]
                .filter((part) => part !== null)
                .join(' · ')
            : connector.what}
        </p>
        <p aria-live="polite" className={`text-xs break-words ${connector.error && said === null ? 'text-worse' : 'text-ink-2'}`}>
          {said ?? connector.error?.message ?? ''}
        </p>
        {connector.warnings.map((warning) => (
          <p key={warning} className="text-xs text-ink-2">
            {warning}
          </p>
        ))}
      </div>
      {connector.settings && (
        <Button look="quiet" onClick={() => void run()} disabled={busy || connector.state === 'running'}>
          <RefreshCw size={14} aria-hidden className={busy ? 'animate-spin motion-reduce:animate-none' : ''} />
          Fetch now
        </Button>
      )}
      {own && (
        <Button onClick={connect}>
          <Plug size={14} aria-hidden />
          {connector.settings ? 'Settings' : 'Connect'}
        </Button>
      )}
    </li>
  )
}
