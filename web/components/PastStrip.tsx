import { History, X } from 'lucide-react'
import { useAsk } from '../api.ts'
import type { Answer } from '../api.ts'
import { useParameters } from '../address.ts'
import { counted, day as writeDay, instantInUtc, score } from '../format.ts'
import { Change } from './Change.tsx'
import { Popup } from './Popup.tsx'
import { To } from './To.tsx'

type Knowledge = Answer<'/api/v1/knowledge'>
type Kind = Knowledge['learned'][number]['kind']

const kinds: Record<Kind, (amount: number) => string> = {
  late_report: (amount) => counted(amount, 'late scan'),
  kev_listing: (amount) => counted(amount, 'KEV listing'),
  epss: (amount) => counted(amount, 'EPSS file'),
  intelligence: (amount) => counted(amount, 'other feed'),
  undone_import: (amount) => counted(amount, 'undone import'),
  correction: (amount) => counted(amount, 'correction'),
}

/** Says that a past day is shown, on every page while it is; as it was published then, or with what is known today, and why the two differ. */
export function PastStrip() {
  const { get } = useParameters()
  const day = get('as_of').slice(0, 10)
  return day ? <Past day={day} published={get('known_at') !== ''} /> : null
}

function Past({ day, published }: { day: string; published: boolean }) {
  const { set } = useParameters()
  const { data, error } = useAsk('/api/v1/knowledge')
  const nothing = data?.known_at === null
  const sides = [
    ['As published then', published, () => set({ known_at: day, rules: 'then' })],
    ['What we know today', !published, () => set({ known_at: null, rules: null })],
  ] as const
  return (
    <div className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-accent-soft px-6 py-1 text-sm text-accent-ink">
      <History size={14} aria-hidden />
      <span>
        Showing the end of <strong className="font-semibold">{writeDay(day)}</strong>
      </span>
      <fieldset aria-label="Which knowledge" className="inline-flex rounded-md border border-line-strong bg-surface p-0.5">
        {sides.map(([title, chosen, choose], index) => (
          <button
            key={title}
            type="button"
            aria-pressed={chosen}
            disabled={index === 0 && nothing && !published}
            title={index === 0 && nothing ? 'Nothing was known on that day yet' : undefined}
            onClick={choose}
            className="rounded px-2 py-0.5 text-xs text-ink-2 hover:text-ink disabled:opacity-50 aria-pressed:bg-accent aria-pressed:font-medium aria-pressed:text-on-accent"
          >
            {title}
          </button>
        ))}
      </fieldset>
      {data && <Difference knowledge={data} day={day} />}
      {!data && !error && <span className="text-ink-3">Looking up what was known then …</span>}
      <button
        type="button"
        className="ml-auto inline-flex items-center gap-1 font-medium underline underline-offset-2"
        onClick={() => set({ as_of: null, known_at: null, rules: null })}
      >
        <X size={13} aria-hidden />
        Back to today
      </button>
    </div>
  )
}

/** What the published number and today's knowledge of it differ by, and what was learned in between. */
function Difference({ knowledge, day }: { knowledge: Knowledge; day: string }) {
  const { known_at, published, now, learned } = knowledge
  if (known_at === null) return <span>Nothing was known on that day yet: all of this was learned later.</span>
  const told = published.exposure !== null || now.exposure !== null ? 'exposure' : 'secure'
  const [before, after] = [published[told], now[told]]
  const change = before === null || after === null ? null : after - before
  const name = told === 'exposure' ? 'Exposure score' : 'Secure score'
  if (learned.length === 0) return <span>Nothing was learned about it since.</span>
  return (
    <span className="inline-flex items-center gap-1.5">
      <span>
        {name} <span className="num font-semibold">{score(before)}</span> then, <span className="num font-semibold">{score(after)}</span>{' '}
        with what we know today
        {change !== null && change !== 0 && (
          <>
            {': '}
            <To
              page="/explain"
              change={{
                score: told,
                from: day,
                to: day,
                from_known_at: String(known_at.import_no),
                as_of: null,
                known_at: null,
                rules: null,
              }}
              className="underline decoration-dotted underline-offset-2 hover:decoration-solid"
              title="Why they differ"
            >
              <Change value={change} direction={told === 'exposure' ? 'lower_is_better' : 'higher_is_better'} />
            </To>
          </>
        )}
      </span>
      <Popup
        label="What was learned since"
        look="quiet"
        className="h-6 px-1.5 text-xs text-accent-ink underline underline-offset-2"
        trigger={causesOf(learned)}
      >
        <ul className="max-h-80 w-96 overflow-auto p-1">
          {learned.map((one) => (
            <li key={one.import_no} className="border-b border-line px-1 py-1.5 last:border-0">
              <To
                page="/sources"
                change={{ open: String(one.import_no), as_of: null, known_at: null, rules: null }}
                className="block hover:underline"
              >
                <span className="font-medium">{one.title}</span>
                <span className="text-ink-3">
                  {' '}
                  · {kinds[one.kind](1).replace(/^1 /, '')} · learned {instantInUtc(one.recorded_at)}
                </span>
                <span className="block text-xs text-ink-2">
                  {[
                    one.assets ? counted(one.assets, 'asset') : '',
                    one.vulnerabilities ? counted(one.vulnerabilities, 'vulnerability', 'vulnerabilities') : '',
                    one.file_name ?? '',
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </To>
            </li>
          ))}
        </ul>
      </Popup>
    </span>
  )
}

/** "2 late scans, 1 KEV listing". */
function causesOf(learned: Knowledge['learned']): string {
  return (Object.keys(kinds) as Kind[])
    .flatMap((kind) => {
      const amount = learned.filter((one) => one.kind === kind).length
      return amount ? [kinds[kind](amount)] : []
    })
    .join(', ')
}
