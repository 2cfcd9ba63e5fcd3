import { useLocation } from 'wouter'
import { To } from '../../components/To.tsx'

const pages = [
  ['/secure-score', 'Overview'],
  ['/secure-score/actions', 'Recommended actions'],
  ['/secure-score/history', 'History'],
  ['/secure-score/trends', 'Metrics & trends'],
] as const

/** The pages of the secure score. */
export function SecureNav() {
  const [path] = useLocation()
  return (
    <nav aria-label="Secure score" className="flex flex-wrap gap-1 border-b border-line">
      {pages.map(([page, title]) => (
        <To
          key={page}
          page={page}
          aria-current={path === page ? 'page' : undefined}
          className={`-mb-px flex h-9 items-center border-b-2 px-3 text-sm ${path === page ? 'border-accent font-semibold text-ink' : 'border-transparent text-ink-2 hover:text-ink'}`}
        >
          {title}
        </To>
      ))}
    </nav>
  )
}
