import { Tabs } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'
import { useParameters } from '../address.ts'
import { count } from '../format.ts'

/** One tab. `amount` stands behind its title. */
export interface Tab {
  id: string
  title: string
  amount?: number | null
  content: ReactNode
}

/** Tabs whose choice stands in the address, under `parameter`. The first is the default. */
export function TabStrip({ tabs, parameter = 'tab', label }: { tabs: Tab[]; parameter?: string; label: string }) {
  const { get, set } = useParameters()
  const chosen = tabs.find((tab) => tab.id === get(parameter))?.id ?? tabs[0]!.id
  return (
    <Tabs.Root
      value={chosen}
      onValueChange={(value: string) => set({ [parameter]: value === tabs[0]!.id ? null : value }, { replace: true })}
    >
      <Tabs.List
        aria-label={label}
        className="relative mb-3 flex gap-1 overflow-x-auto overflow-y-hidden shadow-[inset_0_-1px_0_var(--line)]"
      >
        {tabs.map((tab) => (
          <Tabs.Tab
            key={tab.id}
            value={tab.id}
            className="h-9 shrink-0 rounded-none border-b-2 border-transparent px-3 text-sm whitespace-nowrap text-ink-2 hover:text-ink data-[active]:border-accent data-[active]:font-semibold data-[active]:text-ink"
          >
            {tab.title}
            {tab.amount !== undefined && tab.amount !== null && (
              <span className="num ml-1.5 font-normal text-ink-3">{count(tab.amount)}</span>
            )}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map((tab) => (
        <Tabs.Panel key={tab.id} value={tab.id} className="outline-none focus-visible:outline-2">
          {tab.id === chosen ? tab.content : null}
        </Tabs.Panel>
      ))}
    </Tabs.Root>
  )
}
