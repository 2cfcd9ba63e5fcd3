import { Menu } from '@base-ui/react/menu'
import { Building2, CalendarDays, Check, ChevronDown, FlaskConical, Monitor, Moon, Sun } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { send, useAsk } from '../api.ts'
import type { Organisation } from '../api.ts'
import { useParameters } from '../address.ts'
import { count, day as writeDay, word } from '../format.ts'
import { setTheme, useTheme } from '../theme.ts'
import type { Theme } from '../theme.ts'
import { Button, buttonLook } from './Button.tsx'
import { Confirm, ConfirmTrigger } from './Confirm.tsx'
import { FilterMenu } from './FilterBar.tsx'
import { Mark } from './Mark.tsx'
import { PagesMenu } from './Navigation.tsx'
import { Popup, popupLook } from './Popup.tsx'
import { Loading } from './Problem.tsx'
import { todayIn, useOrganisation } from './shell.ts'
import { To } from './To.tsx'

const DayCalendar = lazy(async () => ({ default: (await import('./Calendar.tsx')).DayCalendar }))

const item = 'flex cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5 text-sm outline-none select-none data-[highlighted]:bg-hover'

/** The bar at the top: organisation, groups, day, theme. */
export function Header() {
  const { organisation, organisations } = useOrganisation()
  return (
    <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line bg-surface px-4 py-1">
      <PagesMenu />
      <To page="/" className="mr-2 flex items-center gap-2 text-base font-semibold tracking-tight">
        <Mark />
        Plimsoll
      </To>
      {organisation && <OrganisationMenu organisation={organisation} organisations={organisations} />}
      {organisation?.demo && <DemoBadge organisation={organisation} />}
      <span className="flex-1" />
      {organisation && <GroupFilter />}
      {organisation && <DayControl zone={organisation.zone} />}
      <ThemeMenu />
    </header>
  )
}

function OrganisationMenu({ organisation, organisations }: { organisation: Organisation; organisations: Organisation[] }) {
  const { set } = useParameters()
  return (
    <Menu.Root>
      <Menu.Trigger className={buttonLook('quiet', 'max-w-64 text-ink')} aria-label={`Organisation: ${organisation.name}`}>
        <Building2 size={14} className="shrink-0 text-ink-3" aria-hidden />
        <span className="truncate">{organisation.name}</span>
        <ChevronDown size={14} className="shrink-0 text-ink-3" aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="start" className="z-50">
          <Menu.Popup className={`${popupLook} min-w-56`}>
            <Menu.RadioGroup
              value={organisation.slug}
              onValueChange={(slug: string) => set({ org: slug, group: null, open: null, asset: null })}
            >
              {organisations.map((one) => (
                <Menu.RadioItem key={one.slug} value={one.slug} closeOnClick className={item}>
                  <span className="w-4">
                    <Menu.RadioItemIndicator>
                      <Check size={14} aria-hidden />
                    </Menu.RadioItemIndicator>
                  </span>
                  <span className="min-w-0 flex-1 truncate">{one.name}</span>
                  <span className="num text-xs text-ink-3">{count(one.assets)} assets</span>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className="my-1 h-px bg-line" />
            <Menu.LinkItem className={item} render={<To page="/settings" className={item} />}>
              <span className="w-4" />
              Manage organisations
            </Menu.LinkItem>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

function DemoBadge({ organisation }: { organisation: Organisation }) {
  const remove = useRemoveOrganisation()
  return (
    <div className="flex items-center gap-1">
      <span
        className="inline-flex h-6 items-center gap-1 rounded-full bg-warn-soft px-2.5 text-xs font-semibold text-warn"
        title="Everything here is made up to show what Plimsoll does"
      >
        <FlaskConical size={12} aria-hidden />
        Demo
      </span>
      <Confirm
        title="Remove the demo?"
        action="Remove demo"
        onConfirm={() => remove(organisation.slug)}
        trigger={
          <ConfirmTrigger look="quiet" className="max-sm:hidden">
            Remove demo
          </ConfirmTrigger>
        }
      >
        The organisation “{organisation.name}” and all that it holds is removed. Other organisations are not touched.
      </Confirm>
    </div>
  )
}

/** Removes an organisation and goes to the overview of another. Throws ApiError. */
export function useRemoveOrganisation(): (slug: string) => Promise<void> {
  const client = useQueryClient()
  const [, navigate] = useLocation()
  return async (slug) => {
    await send('DELETE', `/api/v1/organisations/${encodeURIComponent(slug)}`)
    navigate('/')
    await client.resetQueries()
  }
}

function GroupFilter() {
  // all groups, also while the page is narrowed to some
  const { data } = useAsk('/api/v1/scores/groups', { query: { group: [] } })
  const groups = data?.items ?? []
  if (groups.length === 0) return null
  return (
    <FilterMenu
      filter={{
        parameter: 'group',
        title: 'Asset groups',
        options: groups.map((group) => ({ value: group.asset_group, title: group.asset_group, amount: group.assets })),
      }}
    />
  )
}

function DayControl({ zone }: { zone: string }) {
  const { get, set } = useParameters()
  const [open, setOpen] = useState(false)
  const today = todayIn(zone)
  const day = get('as_of').slice(0, 10)
  const choose = (next: string | null) => {
    const published = next !== null && get('known_at') !== ''
    set({ as_of: next, known_at: published ? next : null, rules: published ? 'then' : null })
    setOpen(false)
  }
  return (
    <Popup
      label="Day"
      align="end"
      open={open}
      onOpenChange={setOpen}
      className={day ? 'border-accent bg-accent-soft text-accent-ink' : ''}
      trigger={
        <>
          <CalendarDays size={14} aria-hidden />
          {day ? writeDay(day) : 'Today'}
        </>
      }
    >
      <div className="p-1">
        <p className="mb-1 max-w-60 px-1 text-xs text-ink-3">Every page can show any past day.</p>
        <Suspense fallback={<Loading className="h-64 w-60" />}>
          <DayCalendar day={day || today} last={today} onChoose={(picked) => choose(picked === today ? null : picked)} />
        </Suspense>
        {day && (
          <Button className="mt-2 w-full" onClick={() => choose(null)}>
            Back to today
          </Button>
        )}
      </div>
    </Popup>
  )
}

const themes: [Theme, typeof Sun][] = [
  ['light', Sun],
  ['dark', Moon],
  ['system', Monitor],
]

function ThemeMenu() {
  const { theme, dark } = useTheme()
  return (
    <Menu.Root>
      <Menu.Trigger className={buttonLook('quiet', 'w-8 px-0')} aria-label="Theme">
        {dark ? <Moon size={15} aria-hidden /> : <Sun size={15} aria-hidden />}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" className="z-50">
          <Menu.Popup className={popupLook}>
            <Menu.RadioGroup value={theme} onValueChange={(next: Theme) => setTheme(next)}>
              {themes.map(([id, Icon]) => (
                <Menu.RadioItem key={id} value={id} closeOnClick className={item}>
                  <Icon size={14} aria-hidden />
                  <span className="flex-1">{id === 'system' ? 'Like the system' : word(id)}</span>
                  <Menu.RadioItemIndicator>
                    <Check size={14} aria-hidden />
                  </Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
