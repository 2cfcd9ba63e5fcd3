// oxlint-disable jsx-a11y/control-has-associated-label -- cells of a sum that have no figure are empty
import { useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, severity as severityWord, word } from '../../format.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { Card } from '../../components/Card.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { TableHead } from '../../components/TableHead.tsx'

type Makeup = Answer<'/api/v1/scores/exposure/makeup'>
type Division = Makeup['divisions'][number]
type Row = Division['rows'][number]

const titles: Record<Division['dimension'], string> = {
  asset: 'Assets',
  software: 'Software',
  finding: 'Vulnerabilities and checks',
  stage: 'Exploit stage',
  severity: 'Severity',
  fix: 'Is there a fix?',
}

function Name({ dimension, row }: { dimension: Division['dimension']; row: Row }) {
  if (dimension === 'asset') return <To page={`/assets/${row.id}`}>{row.name}</To>
  if (dimension === 'software')
    return row.id === '' ? (
      <span>{row.name === '' ? 'none named' : 'Checks, and what names no software'}</span>
    ) : (
      <To page={`/software/${encodeURIComponent(row.id)}`}>{row.name}</To>
    )
  if (dimension === 'finding')
    return row.id.startsWith('vulnerability ') ? (
      <To page={`/vulnerabilities/${encodeURIComponent(row.name)}`}>{row.name}</To>
    ) : (
      <To page="/secure-score" change={{ open: row.id.slice(8) }}>
        {row.name}
      </To>
    )
  if (dimension === 'stage') return <span>{row.id === 'check' ? 'Failed checks' : word(row.id)}</span>
  if (dimension === 'severity') return <span>{severityWord(row.id || null)}</span>
  return <span>{row.id === '1' ? 'A fix is known' : 'No fix is known'}</span>
}

/** One division of the score as a table: its rows, what is left out, and the score, which they add up to. */
function DivisionTable({ division, makeup }: { division: Division; makeup: Makeup }) {
  const { decimals, shown } = makeup
  const most = Math.max(...division.rows.map((row) => row.part), 1e-9)
  return (
    <table className="w-full table-fixed text-sm" aria-label={titles[division.dimension]}>
      <colgroup>
        <col />
        <col className="w-16" />
        <col className="w-16" />
        <col className="w-20" />
      </colgroup>
      <TableHead
        heads={[
          { title: 'Name', hidden: true },
          { title: 'Points', right: true },
          { title: 'Bar', hidden: true },
          { title: division.dimension === 'asset' ? 'Findings' : 'Assets', right: true },
        ]}
      />
      <tbody>
        {division.rows.map((row) => (
          <tr key={row.id} className="border-t border-line">
            <td className="truncate py-1 pr-2" title={row.name}>
              <Name dimension={division.dimension} row={row} />
            </td>
            <td className="num py-1 text-right">{row.shown.toFixed(decimals)}</td>
            <td className="py-1 pl-2" aria-hidden>
              <ShareBar share={row.part / most} />
            </td>
            <td className="num py-1 text-right text-ink-2">{count(division.dimension === 'asset' ? row.findings : row.assets)}</td>
          </tr>
        ))}
        {division.more > 0 && (
          <tr className="border-t border-line text-ink-2">
            <td className="py-1">{count(division.more)} others</td>
            <td className="num py-1 text-right">{division.more_shown.toFixed(decimals)}</td>
            <td colSpan={2} />
          </tr>
        )}
        <tr className="border-t border-line-strong font-semibold">
          <td className="py-1">The score</td>
          <td className="num py-1 text-right">{shown?.toFixed(decimals)}</td>
          <td colSpan={2} />
        </tr>
      </tbody>
    </table>
  )
}

/** What makes up the exposure score of the moment, divided in six ways, each of which adds up to it. */
export function MakeupCards() {
  const { get, set } = useParameters()
  const limit = get('rows') === '30' ? 30 : 8
  const { data, error, refetch } = useAsk('/api/v1/scores/exposure/makeup', { query: { limit } })
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-96" />
  if (data.shown === null) return <Empty title="Nothing to score yet">Import a report of a vulnerability scanner first.</Empty>
  const order: Division['dimension'][] = ['asset', 'software', 'finding', 'stage', 'severity', 'fix']
  return (
    <section aria-label="What makes it up" className="flex flex-col gap-3">
      <div className="flex items-baseline justify-between gap-3">
        <h2 className="text-base font-semibold">
          What makes it up{' '}
          <span className="text-sm font-normal text-ink-3">
            an asset adds its value times its exposure; each of its findings the share that it has in the asset’s hazard
          </span>
        </h2>
        <button type="button" className="link text-sm" onClick={() => set({ rows: limit === 8 ? '30' : null }, { replace: true })}>
          {limit === 8 ? 'Show more rows' : 'Show fewer rows'}
        </button>
      </div>
      <div className="grid grid-cols-12 gap-4">
        {order.map((dimension) => {
          const division = data.divisions.find((each) => each.dimension === dimension)
          return division ? (
            <Card key={dimension} title={titles[dimension]} className="col-span-12 lg:col-span-6 2xl:col-span-4">
              <DivisionTable division={division} makeup={data} />
            </Card>
          ) : null
        })}
      </div>
    </section>
  )
}

/** The points of the score that no known fix would take away. */
export function WithoutFix() {
  const { data } = useAsk('/api/v1/scores/exposure/makeup', { query: { limit: 8 } })
  if (!data || data.shown === null) return null
  const { shown, findings } = data.without_fix
  return (
    <p className="mt-3 text-sm text-ink-2">
      <span className="num font-semibold text-ink">{shown.toFixed(data.decimals)}</span> of these points come from{' '}
      {findings === 1 ? 'one finding' : `${count(findings)} findings`} without a known fix.
    </p>
  )
}
