import { useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, counted, day as writeDay, tone } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { Here, To } from '../../components/To.tsx'
import { TableHead } from '../../components/TableHead.tsx'
import { inWords } from './Waterfall.tsx'

type Explained = Answer<'/api/v1/explain'>
type Part = Explained['parts'][number]

const inks = { better: 'text-better', worse: 'text-worse', same: 'text-ink-3' } as const

/** What a part is, and where it leads: an asset to its own explanation, a metric to its own, what was found to its page. */
function PartName({ part, told }: { part: Part; told: Explained }) {
  if (part.kind === 'asset')
    return told.score === 'exposure' ? (
      <span>
        <Here change={{ asset: part.id }}>{part.name}</Here>{' '}
        <To page={`/assets/${part.id}`} className="text-xs text-ink-3 hover:underline">
          asset
        </To>
      </span>
    ) : (
      <To page={`/assets/${part.id}`}>{part.name}</To>
    )
  if (part.kind === 'metric') return <Here change={{ score: 'metric', id: part.id, cause: null }}>{part.name}</Here>
  if (part.kind === 'finding' && /^(CVE|GHSA)-/i.test(part.id))
    return <To page={`/vulnerabilities/${encodeURIComponent(part.id)}`}>{part.name}</To>
  return <span>{part.name}</span>
}

/** Who states a finding, first what feeds said that moved it: source, report and since when. */
function StatedBy({ part }: { part: Part }) {
  if (part.stated_by.length === 0) return null
  return (
    <ul className="mt-0.5 text-xs text-ink-3">
      {part.stated_by.slice(0, 4).map((said) => (
        <li key={`${said.source} ${said.import_no} ${said.component ?? ''} ${said.says ?? ''} ${said.from}`}>
          {(said.says ?? said.component) && `${said.says ?? said.component}, `}
          stated by{' '}
          <To page="/sources" change={{ open: String(said.import_no) }} className="hover:underline">
            {said.source}, report {said.import_no}
          </To>
          , {writeDay(said.from)} – {said.to === null ? 'still' : writeDay(said.to)}
        </li>
      ))}
      {part.stated_by.length > 4 && <li>and {count(part.stated_by.length - 4)} more</li>}
    </ul>
  )
}

/** The parts of the whole change or of one cause, the largest first, with all the others in one line: they add up to the change. */
export function Parts({ query }: { query: Record<string, string> }) {
  const { get } = useParameters()
  const limit = Number(get('parts')) || 25
  const cause = get('cause')
  const { data, error, refetch } = useAsk('/api/v1/explain', {
    query: { ...query, ...(cause ? { cause } : {}), limit } as never,
  })
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-64" />
  const title = data.causes.find((each) => each.cause === cause)?.title
  const kind = data.parts[0]?.kind
  const whole = cause ? (data.causes.find((each) => each.cause === cause)?.shown ?? 0) : data.shown
  const left = data.total - data.parts.length
  return (
    <Card
      title={title ? `${title}: what it is made of` : 'What it is made of'}
      note={`${counted(data.total, 'part')}${kind === 'asset' ? ', by asset' : ''}`}
      aside={cause ? <Here change={{ cause: null }}>All causes</Here> : undefined}
    >
      {data.parts.length === 0 ? (
        <p className="py-6 text-center text-sm text-ink-3">Nothing moved it.</p>
      ) : (
        <table className="w-full text-sm" aria-label="Parts">
          <TableHead heads={['Part', 'Through', { title: 'Moved the score by', right: true }]} />
          <tbody>
            {data.parts.map((part) => (
              <tr key={`${part.kind} ${part.id} ${part.cause}`} className="border-t border-line align-top">
                <td className="py-1.5 pr-3 break-words">
                  <PartName part={part} told={data} />
                  <StatedBy part={part} />
                </td>
                <td className="py-1.5 pr-3 text-ink-2">{data.causes.find((each) => each.cause === part.cause)?.title ?? part.cause}</td>
                <td className={`num py-1.5 text-right whitespace-nowrap ${inks[tone(part.part, data.direction)]}`}>
                  {part.shown === 0 && part.part !== 0
                    ? `under ${(10 ** -data.decimals).toFixed(data.decimals)} ${tone(part.part, data.direction)}`
                    : inWords(part.shown, data)}
                </td>
              </tr>
            ))}
            {left > 0 && (
              <tr className="border-t border-line">
                <td className="py-1.5" colSpan={2}>
                  <Here change={{ parts: String(Math.min(1000, limit * 4)) }}>{count(left)} others</Here>
                </td>
                <td className={`num py-1.5 text-right ${inks[tone(data.others_shown, data.direction)]}`}>
                  {inWords(data.others_shown, data)}
                </td>
              </tr>
            )}
            <tr className="border-t border-line-strong font-semibold">
              <td className="py-1.5" colSpan={2}>
                All parts together
              </td>
              <td className={`num py-1.5 text-right ${inks[tone(whole, data.direction)]}`}>{inWords(whole, data)}</td>
            </tr>
          </tbody>
        </table>
      )}
    </Card>
  )
}
