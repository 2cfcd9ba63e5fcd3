import { Here } from './To.tsx'

/** Ways to look at one page, side by side: each is an address. */
export function Segments({
  label,
  chosen,
  segments,
}: {
  label: string
  chosen: string
  segments: readonly { id: string; title: string; change: Record<string, string | null> }[]
}) {
  return (
    <nav aria-label={label} className="flex w-fit rounded-md border border-line-strong bg-surface p-0.5 text-sm">
      {segments.map(({ id, title, change }) => (
        <Here
          key={id}
          change={change}
          aria-current={chosen === id ? 'page' : undefined}
          className={`flex h-7 items-center rounded px-3 whitespace-nowrap ${chosen === id ? 'bg-accent-soft font-semibold text-accent-ink' : 'text-ink-2 hover:text-ink'}`}
        >
          {title}
        </Here>
      ))}
    </nav>
  )
}
