import { useAsk } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, day as writeDay, moveDay, percent, severity as severityWord } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { useLastDay } from '../../components/shell.ts'

const fates = { open: 'Still open', excepted: 'Under an exception', asset_left: 'Asset gone', closed: 'Closed' } as const
const fills = { open: 'bg-exposed', excepted: 'bg-medium', asset_left: 'bg-unknown', closed: 'bg-better' } as const

/** What became of the findings that were open on a day: a fixed set, so that new ones do not hide what was done about the old. */
export function CohortCard({ className }: { className?: string }) {
  const last = useLastDay()
  const { get, set } = useParameters()
  const from = get('cohort') || moveDay(last, -90)
  const { data, error, refetch } = useAsk('/api/v1/findings/cohort', { query: { from } })
  return (
    <Card
      title="What became of the findings of a day"
      note={data ? `${count(data.findings)} were open at the end of ${writeDay(data.from)}` : ''}
      className={className ?? ''}
      aside={
        <input
          type="date"
          aria-label="Day of the findings"
          value={from}
          max={last}
          onChange={(event) => event.target.value && set({ cohort: event.target.value }, { replace: true })}
          className="h-7 rounded border border-line-strong bg-surface px-1.5 text-sm"
        />
      }
    >
      {error ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading className="h-40" />
      ) : data.findings === 0 ? (
        <Empty title="No finding was open then">Choose a later day.</Empty>
      ) : (
        <>
          <div className="flex h-4 overflow-hidden rounded-sm" aria-hidden>
            {data.fates.map((each) => (
              <span key={each.fate} className={fills[each.fate]} style={{ width: `${each.share * 100}%` }} />
            ))}
          </div>
          <table className="mt-3 w-full text-sm" aria-label="What became of the findings">
            <thead className="text-xs text-ink-3">
              <tr>
                <th scope="col" className="py-1 text-left font-medium">
                  Severity
                </th>
                {data.fates.map((each) => (
                  <th key={each.fate} scope="col" className="py-1 text-right font-medium">
                    <span className={`mr-1 inline-block size-2 rounded-full ${fills[each.fate]}`} aria-hidden />
                    {fates[each.fate]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.severities.map((row) => (
                <tr key={row.severity ?? ''} className="border-t border-line">
                  <th scope="row" className="py-1 text-left font-normal">
                    {severityWord(row.severity)}
                  </th>
                  {row.fates.map((each) => (
                    <td key={each.fate} className="num py-1 text-right">
                      {count(each.findings)}
                    </td>
                  ))}
                </tr>
              ))}
              <tr className="border-t border-line-strong font-semibold">
                <th scope="row" className="py-1 text-left">
                  All
                </th>
                {data.fates.map((each) => (
                  <td key={each.fate} className="num py-1 text-right">
                    {count(each.findings)} <span className="font-normal text-ink-3">{percent(each.share)}</span>
                  </td>
                ))}
              </tr>
            </tbody>
          </table>
        </>
      )}
    </Card>
  )
}
