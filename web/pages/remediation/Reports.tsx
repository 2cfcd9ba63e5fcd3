import { useAsk } from '../../api.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { CriticalityBadge, SeverityBadge } from '../../components/Badge.tsx'
import { Card } from '../../components/Card.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { count, counted, day } from '../../format.ts'

const head = 'px-3 py-2 text-left font-medium text-ink-2'
const right = 'px-3 py-2 text-right font-medium text-ink-2'
const cell = 'border-t border-line px-3 py-2'
const figure = `${cell} num text-right`

/** Open findings by severity, criticality and age, against the days that the policy allows. */
export function Ageing() {
  const { data, error, refetch } = useAsk('/api/v1/remediation/ageing')
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-96" />
  if (data.open.length === 0) return <Empty title="Nothing is open">No finding is older than the policy allows.</Empty>
  const total = data.open.reduce((sum, row) => sum + row.findings, 0)
  const overdue = data.open.reduce((sum, row) => sum + row.overdue, 0)
  return (
    <Card title="How old what is open is" note={`${counted(overdue, 'finding')} of ${count(total)} older than the policy allows`}>
      <div className="overflow-x-auto">
        <table className="w-full text-sm">
          <thead>
            <tr>
              <th className={head}>Severity</th>
              <th className={head}>Criticality of the asset</th>
              <th className={right}>Days allowed</th>
              <th className={right}>Findings</th>
              <th className={head}>Overdue</th>
              <th className={right}>To 30 days</th>
              <th className={right}>To 90</th>
              <th className={right}>To 180</th>
              <th className={right}>Older</th>
              <th className={right}>Oldest</th>
            </tr>
          </thead>
          <tbody>
            {data.open.map((row) => (
              <tr key={`${row.severity} ${row.criticality}`}>
                <td className={cell}>
                  <SeverityBadge severity={row.severity} />
                </td>
                <td className={cell}>
                  {row.criticality === null ? (
                    <span className="text-ink-3">Not stated</span>
                  ) : (
                    <CriticalityBadge criticality={row.criticality} />
                  )}
                </td>
                <td className={figure}>{count(row.allowed_days)}</td>
                <td className={figure}>{count(row.findings)}</td>
                <td className={cell}>
                  <span className="flex items-center gap-2.5">
                    <ShareBar share={row.overdue / row.findings} fill="bg-worse" className="w-20" />
                    <span className={`num ${row.overdue > 0 ? 'font-semibold text-worse' : 'text-ink-3'}`}>{count(row.overdue)}</span>
                  </span>
                </td>
                <td className={figure}>{count(row.up_to_30)}</td>
                <td className={figure}>{count(row.up_to_90)}</td>
                <td className={figure}>{count(row.up_to_180)}</td>
                <td className={figure}>{count(row.older)}</td>
                <td className={figure}>{counted(row.oldest, 'day')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="mt-3 text-xs text-ink-3">
        Age counts from the day since which a finding is open without a break. The days allowed are the organisation's policy: PUT
        /api/v1/remediation/policy sets another.
      </p>
    </Card>
  )
}

/** How long fixing took, by severity, and what came back. */
export function FixTimes() {
  const { data, error, refetch } = useAsk('/api/v1/remediation/time-to-fix')
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-96" />
  if (data.items.length === 0) return <Empty title="Nothing was fixed">No finding closed in these days.</Empty>
  return (
    <Card title="How long fixing took" note={`what was fixed from ${day(data.from)} to ${day(data.to)}`}>
      <div className="overflow-x-auto">
        <table className="w-full text-sm">
          <thead>
            <tr>
              <th className={head}>Severity</th>
              <th className={right}>Fixed</th>
              <th className={right}>Half within</th>
              <th className={right}>Nine of ten within</th>
              <th className={right}>Longest</th>
              <th className={right}>Opened again</th>
              <th className={right}>Of those fixed, open again</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((row) => (
              <tr key={row.severity}>
                <td className={cell}>
                  <SeverityBadge severity={row.severity} />
                </td>
                <td className={figure}>{count(row.fixed)}</td>
                <td className={figure}>{counted(row.median, 'day')}</td>
                <td className={figure}>{counted(row.ninth, 'day')}</td>
                <td className={figure}>{counted(row.longest, 'day')}</td>
                <td className={figure}>{count(row.reopened)}</td>
                <td className={figure}>{count(row.open_again)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="mt-3 text-xs text-ink-3">
        From the day on which a finding was first seen open to the day on which it no longer was, on assets that are still there.
      </p>
    </Card>
  )
}
