import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { FormEvent } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { send, useAsk } from '../../api.ts'
import type { Organisation } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, fine, word } from '../../format.ts'
import { setTheme, useTheme } from '../../theme.ts'
import type { Theme } from '../../theme.ts'
import { Chip } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { Card, Facts } from '../../components/Card.tsx'
import { Confirm, ConfirmTrigger } from '../../components/Confirm.tsx'
import { useRemoveOrganisation } from '../../components/Header.tsx'
import { Page } from '../../components/Page.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { useOrganisation } from '../../components/shell.ts'

/** Organisations, theme, and what the numbers rest on. */
export function SettingsPage() {
  return (
    <Page title="Settings" name="Settings">
      <div className="grid grid-cols-12 gap-4">
        <Card title="Organisations" note="each has assets, findings and scores of its own" className="col-span-12 xl:col-span-8">
          <Organisations />
        </Card>
        <div className="col-span-12 flex flex-col gap-4 xl:col-span-4">
          <Card title="Theme">
            <ThemeChoice />
          </Card>
          <Card title="Formula">
            <Formula />
          </Card>
        </div>
      </div>
    </Page>
  )
}

function Organisations() {
  const { organisation, organisations } = useOrganisation()
  const { error, isPending, refetch } = useAsk('/api/v1/organisations', { anywhere: true })
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (isPending) return <Loading />
  return (
    <div className="flex flex-col gap-4">
      <ul className="divide-y divide-line">
        {organisations.map((one) => (
          <OrganisationRow key={one.slug} organisation={one} here={one.slug === organisation?.slug} />
        ))}
        {organisations.length === 0 && (
          <li className="py-4 text-sm text-ink-3">There is none yet. The first import opens one, or add it here.</li>
        )}
      </ul>
      <AddOrganisation />
    </div>
  )
}

function OrganisationRow({ organisation, here }: { organisation: Organisation; here: boolean }) {
  const { set } = useParameters()
  const remove = useRemoveOrganisation()
  const [typed, setTyped] = useState('')
  return (
    <li className="flex flex-wrap items-center gap-3 py-2.5 text-sm">
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2 font-medium">
          {organisation.name}
          {organisation.demo && <Chip tone="warn">Demo</Chip>}
          {here && <Chip tone="accent">Shown now</Chip>}
        </p>
        <p className="text-xs text-ink-3">
          {count(organisation.assets)} assets · days of {organisation.zone} · <span className="font-mono">{organisation.slug}</span>
          {organisation.tenants.length > 0 && ` · tenants ${organisation.tenants.join(', ')}`}
        </p>
      </div>
      {!here && <Button onClick={() => set({ org: organisation.slug, group: null })}>Switch to it</Button>}
      <Confirm
        title={`Remove ${organisation.name}?`}
        action={organisation.demo ? 'Remove demo' : 'Remove for ever'}
        onConfirm={() => {
          if (!organisation.demo && typed !== organisation.name)
            return Promise.reject(new Error('Type the name of the organisation to confirm.'))
          return remove(organisation.slug)
        }}
        trigger={<ConfirmTrigger look="quiet">{organisation.demo ? 'Remove demo' : 'Remove'}</ConfirmTrigger>}
      >
        <p>
          Its {count(organisation.assets)} assets, their findings and all its history are removed
          {organisation.demo ? '' : ' and cannot be brought back'}. Other organisations are not touched.
        </p>
        {!organisation.demo && (
          <label className="mt-3 block">
            Type <strong>{organisation.name}</strong> to confirm
            <input
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              className="mt-1 h-8 w-full rounded-md border border-line-strong bg-surface px-2 text-ink"
            />
          </label>
        )}
      </Confirm>
    </li>
  )
}

function AddOrganisation() {
  const client = useQueryClient()
  const { set } = useParameters()
  const [name, setName] = useState('')
  const [zone, setZone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone)
  const [failure, setFailure] = useState<string | null>(null)
  const add = async (event: FormEvent) => {
    event.preventDefault()
    setFailure(null)
    try {
      const made = (await send('POST', '/api/v1/organisations', { name, zone })) as Organisation
      setName('')
      await client.invalidateQueries({ queryKey: ['/api/v1/organisations'] })
      set({ org: made.slug, group: null })
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    }
  }
  const field = 'mt-1 block h-8 w-56 rounded-md border border-line-strong bg-surface px-2 text-sm'
  return (
    <form onSubmit={(event) => void add(event)} className="flex flex-wrap items-end gap-3 border-t border-line pt-4 text-sm">
      <label>
        <span className="text-xs text-ink-2">Name of a new organisation</span>
        <input required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} className={field} />
      </label>
      <label>
        <span className="text-xs text-ink-2">Time zone of its days</span>
        <input required value={zone} list="zones" onChange={(event) => setZone(event.target.value)} className={field} />
        <datalist id="zones">
          {Intl.supportedValuesOf('timeZone').map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </datalist>
      </label>
      <Button type="submit" look="primary">
        <Plus size={14} aria-hidden />
        Add
      </Button>
      {failure && (
        <p role="alert" className="w-full text-worse">
          {failure}
        </p>
      )}
    </form>
  )
}

const themes: [Theme, string][] = [
  ['light', 'Light'],
  ['dark', 'Dark'],
  ['system', 'Like the system'],
]

function ThemeChoice() {
  const { theme } = useTheme()
  return (
    <fieldset className="flex flex-col gap-1 text-sm">
      <legend className="sr-only">Theme</legend>
      {themes.map(([id, title]) => (
        <label key={id} className="flex items-center gap-2 py-0.5">
          <input type="radio" name="theme" checked={theme === id} onChange={() => setTheme(id)} className="accent-accent" />
          {title}
        </label>
      ))}
    </fieldset>
  )
}

function Formula() {
  const { data, error, refetch } = useAsk('/api/v1/definitions', { anywhere: true })
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-24" />
  const numbers = Object.entries(data.constants).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  return (
    <Facts
      className="grid-cols-2"
      facts={[
        ['Formula', data.formula],
        ['Metrics', count(data.metrics)],
        ['Initiatives', count(data.initiatives)],
        ...numbers.map(([name, value]): [string, string] => [word(name), fine(value)]),
      ]}
    />
  )
}
