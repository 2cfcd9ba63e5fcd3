import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { SubmitEvent } from 'react'
import { addressOf, send } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { Button } from '../../components/Button.tsx'
import { SelectField, TextField } from '../../components/fields.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import type { Connector } from './connector.ts'

/** Where a connector is set up: what the other side needs, and where the secret is. The secret itself is never typed here. */
export function ConnectPane({ connector, onClose }: { connector: Connector | null; onClose: () => void }) {
  return (
    <Flyout open={connector !== null} onClose={onClose} kind="Connector" title={connector?.title ?? ''}>
      {connector && <Settings key={connector.id} connector={connector} onClose={onClose} />}
    </Flyout>
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
      <TextField
        title="Directory (tenant) id"
        hint="or a domain of it"
        required
        maxLength={130}
        autoComplete="off"
        value={tenant}
        onChange={setTenant}
      />
      <TextField
        title="Application (client) id"
        hint="a GUID"
        required
        maxLength={36}
        autoComplete="off"
        value={clientId}
        onChange={setClientId}
      />
      <div className="grid grid-cols-[11rem_1fr] gap-3">
        <SelectField title="Secret is in" value={where} onChange={(value) => setWhere(value as 'env' | 'file')}>
          <option value="env">an environment variable</option>
          <option value="file">a file</option>
        </SelectField>
        <TextField
          title="Its name"
          hint={where === 'env' ? 'of the server, begins with PLIMSOLL_SECRET_' : 'in the folder secrets of the data folder'}
          required
          maxLength={100}
          autoComplete="off"
          value={place}
          onChange={setPlace}
        />
      </div>
      <p className="text-xs text-ink-3">The secret itself is never kept or shown here: only where it is.</p>
      <div className="grid grid-cols-2 gap-3">
        <SelectField title="Cloud" value={cloud} onChange={(value) => setCloud(value as typeof cloud)}>
          <option value="global">Global</option>
          <option value="us_government">US Government</option>
          <option value="us_defense">US Government DoD</option>
          <option value="china">China (21Vianet)</option>
          <option value="custom">As the server was started with</option>
        </SelectField>
        <SelectField title="Fetch" value={schedule} onChange={(value) => setSchedule(value as typeof schedule)}>
          <option value="daily">once a day</option>
          <option value="off">only when asked</option>
        </SelectField>
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
