import { Menu } from '@base-ui/react/menu'
import {
  Bell,
  Boxes,
  Bug,
  Building2,
  ChartNoAxesColumn,
  Crown,
  ClipboardList,
  Database,
  FileCheck,
  Flag,
  Gauge,
  ListChecks,
  Menu as MenuIcon,
  MessageSquareWarning,
  Package,
  Radio,
  Settings,
  ShieldCheck,
  Split,
  Target,
  Waves,
  Wrench,
} from 'lucide-react'
import { useLocation } from 'wouter'
import { buttonLook } from './Button.tsx'
import { popupLook } from './Popup.tsx'
import { To } from './To.tsx'

const parts: { title: string | null; pages: [page: string, title: string, icon: typeof Gauge][] }[] = [
  {
    title: null,
    pages: [
      ['/', 'Overview', Gauge],
      ['/initiatives', 'Initiatives', Target],
      ['/metrics', 'Metrics', ChartNoAxesColumn],
      ['/recommendations', 'Recommendations', ListChecks],
      ['/events', 'Events', Radio],
      ['/exposure', 'Exposure score', Waves],
      ['/secure-score', 'Secure score', ShieldCheck],
      ['/explain', 'Why it moved', Split],
      ['/kpis', 'KPIs', Flag],
    ],
  },
  {
    title: 'Inventory',
    pages: [
      ['/assets', 'Assets', Boxes],
      ['/critical-assets', 'Critical assets', Crown],
      ['/software', 'Software', Package],
      ['/vulnerabilities', 'Vulnerabilities', Bug],
    ],
  },
  {
    title: 'Manage',
    pages: [
      ['/remediation', 'Remediation', Wrench],
      ['/programme', 'Programme', ClipboardList],
      ['/exceptions', 'Exceptions', FileCheck],
      ['/inaccuracies', 'Inaccuracies', MessageSquareWarning],
      ['/organisations', 'Organisations', Building2],
      ['/sources', 'Sources', Database],
      ['/notifications', 'Notifications', Bell],
      ['/settings', 'Settings', Settings],
    ],
  },
]

/** The pages, at the left. */
export function Navigation() {
  const [path] = useLocation()
  return (
    <nav
      aria-label="Pages"
      className="hidden w-52 shrink-0 flex-col gap-4 overflow-y-auto border-r border-line bg-surface px-2 py-3 md:flex"
    >
      {parts.map((part) => (
        <div key={part.title ?? ''}>
          {part.title && <p className="px-2.5 pb-1 text-xs font-medium text-ink-3">{part.title}</p>}
          <ul className="flex flex-col gap-0.5">
            {part.pages.map(([page, title, Icon]) => {
              const here = isHere(path, page)
              return (
                <li key={page}>
                  <To
                    page={page}
                    aria-current={here ? 'page' : undefined}
                    className={`flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm ${here ? 'bg-accent-soft font-semibold text-accent-ink' : 'text-ink-2 hover:bg-hover hover:text-ink'}`}
                  >
                    <Icon size={15} aria-hidden />
                    {title}
                  </To>
                </li>
              )
            })}
          </ul>
        </div>
      ))}
    </nav>
  )
}

/** The same pages as a menu, where there is no room for them at the left. */
export function PagesMenu() {
  const [path] = useLocation()
  return (
    <Menu.Root>
      <Menu.Trigger className={buttonLook('quiet', 'px-2 md:hidden')} aria-label="Pages">
        <MenuIcon size={16} aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="start" className="z-50">
          <Menu.Popup className={`${popupLook} max-h-[80vh] min-w-56 overflow-y-auto`}>
            {parts.flatMap(({ pages }) =>
              pages.map(([page, title, Icon]) => (
                <Menu.LinkItem
                  key={page}
                  closeOnClick
                  render={
                    <To
                      page={page}
                      aria-current={isHere(path, page) ? 'page' : undefined}
                      className="flex items-center gap-2.5 rounded-md px-2.5 py-2 text-sm outline-none aria-[current]:font-semibold data-[highlighted]:bg-hover"
                    />
                  }
                >
                  <Icon size={15} aria-hidden />
                  {title}
                </Menu.LinkItem>
              )),
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

const isHere = (path: string, page: string): boolean => (page === '/' ? path === '/' : path === page || path.startsWith(`${page}/`))
