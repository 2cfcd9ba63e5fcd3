import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { addressOf, send } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { Button } from '../../components/Button.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import type { Connector } from './connector.ts'

const field = 'mt-1 block h-8 w-full rounded-md border border-line-strong bg-surface px-2 text-sm'

/** Where a connector is set up: what the other side needs, and where the secret is. The secret itself is never typed here. */
export function ConnectPane({ connector, onClose }: { connector: Connector | null; onClose: () => void }) {
  return (
    <Flyout open={connector !== null} onClose={onClose} kind="Connector" title={connector?.title ?? ''}>
      {connector && <Settings key={connector.id} connector={connector} onClose={onClose} />}
    </Flyout>
  )
}

function Field({ title, hint, children }: { title: string; hint: ReactNode; children: ReactNode }) {
  return (
    <label className="block text-sm">
      <span className="font-medium">{title}</span> <span className="text-xs text-ink-3">{hint}</span>
      {children}
    </label>
  )
}

function Settings({ connector, onClose }: { connector: Connector; onClose: () => void }) {
  const { org } = useMoment()
  const client = useQueryClient()
  const held = connector.settings
  const [tenant, setTenant] = useState(held?.tenant ?? '')
  const [clientId, setClientId] = useState(held?.client_id ?? '')
  const [where, setWhere] = useState<'env' | 'file'>(held && 'file' in held.secret ? 'file' : 'env')
  const [place, setPlace] = useState(held ? ('file' in held.secret ? held.secret.file : held.secret.env) : 'PLIMSOLL_SECRET_GRAPH')
  const [cloud, setCloud] = useState(held?.cloud ?? 'global')
  const [schedule, setSchedule] = useState(held?.schedule ?? 'daily')
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const address = addressOf('/api/v1/connectors/{connector}', { connector: connector.id }, { org })
  const change = async (work: () => Promise<unknown>) => {
    setBusy(true)
    setFailure(null)
    try {
      await work()
      await client.invalidateQueries()
      onClose()
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  const save = (event: SubmitEvent) => {
    event.preventDefault()
    const body = { tenant: tenant.trim(), client_id: clientId.trim(), secret: { [where]: place.trim() }, cloud, schedule }
    void change(() => send('PUT', address, body))
  }
  return (
    <form onSubmit={save} className="flex flex-col gap-4">
      <p className="text-sm text-ink-2">{connector.what}</p>
      <section>
        <h3 className="text-sm font-semibold">On the other side</h3>
        <ol className="mt-1 list-decimal space-y-1 pl-5 text-sm text-ink-2">
          {connector.needs.map((need) => (
            <li key={need}>{need}</li>
          ))}
        </ol>
      </section>
      <Field title="Directory (tenant) id" hint="or a domain of it">
        <input
          required
          maxLength={130}
          value={tenant}
          onChange={(event) => setTenant(event.target.value)}
          className={field}
          autoComplete="off"
        />
      </Field>
      <Field title="Application (client) id" hint="a GUID">
        <input
          required
          maxLength={36}
          value={clientId}
          onChange={(event) => setClientId(event.target.value)}
          className={field}
          autoComplete="off"
        />
      </Field>
      <div className="grid grid-cols-[11rem_1fr] gap-3">
        <Field title="Secret is in" hint="">
          <select value={where} onChange={(event) => setWhere(event.target.value as 'env' | 'file')} className={field}>
            <option value="env">an environment variable</option>
            <option value="file">a file</option>
          </select>
        </Field>
        <Field
          title="Its name"
          hint={where === 'env' ? 'of the server, begins with PLIMSOLL_SECRET_' : 'in the folder secrets of the data folder'}
        >
          <input
            required
            maxLength={100}
            value={place}
            onChange={(event) => setPlace(event.target.value)}
            className={field}
            autoComplete="off"
          />
        </Field>
      </div>
      <p className="text-xs text-ink-3">The secret itself is never kept or shown here: only where it is.</p>
      <div className="grid grid-cols-2 gap-3">
        <Field title="Cloud" hint="">
          <select value={cloud} onChange={(event) => setCloud(event.target.value as typeof cloud)} className={field}>
            <option value="global">Global</option>
            <option value="us_government">US Government</option>
            <option value="us_defense">US Government DoD</option>
            <option value="china">China (21Vianet)</option>
            <option value="custom">As the server was started with</option>
          </select>
        </Field>
        <Field title="Fetch" hint="">
          <select value={schedule} onChange={(event) => setSchedule(event.target.value as typeof schedule)} className={field}>
            <option value="daily">once a day</option>
            <option value="off">only when asked</option>
          </select>
        </Field>
      </div>
      {connector.hosts.length > 0 && <p className="text-xs text-ink-3">It asks {connector.hosts.join(' and ')}, and nobody else.</p>}
      {failure && (
        <p role="alert" className="text-sm text-worse">
          {failure}
        </p>
      )}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={busy}>
          {held ? 'Save' : 'Connect'}
        </Button>
        {held && (
          <Button look="danger" disabled={busy} onClick={() => void change(() => send('DELETE', address))}>
            Disconnect
          </Button>
        )}
      </div>
    </form>
  )
}
