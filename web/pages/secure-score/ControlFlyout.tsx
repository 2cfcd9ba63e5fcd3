import type { ReactNode } from 'react'
import { useAsk } from '../../api.ts'
import type { Answer, ControlSummary } from '../../api.ts'
import { count, day, points, word } from '../../format.ts'
import { Chip, SeverityBadge } from '../../components/Badge.tsx'
import { ExceptionMark } from '../../components/ExceptionMark.tsx'
import { Facts } from '../../components/Card.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import { OutLink, PlainText } from '../../components/Foreign.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { To } from '../../components/To.tsx'

type Control = Answer<'/api/v1/controls/{control_id}'>

/** One recommended action in a drawer. An empty id shows nothing. */
export function ControlFlyout({
  id,
  onClose,
  state,
}: {
  id: string
  onClose: () => void
  state: (state: ControlSummary['state']) => ReactNode
}) {
  const { data, error, refetch } = useAsk('/api/v1/controls/{control_id}', { path: { control_id: id }, enabled: id !== '' })
  return (
    <Flyout open={id !== ''} onClose={onClose} kind="Recommended action" title={data?.title ?? 'Recommended action'} wide>
      {error ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : data ? (
        <TabStrip
          label="Recommended action"
          tabs={[
            { id: 'general', title: 'General', content: <General control={data} state={state(data.state)} /> },
            { id: 'results', title: 'Results', amount: data.results.length, content: <Results control={data} /> },
          ]}
        />
      ) : (
        <Loading className="h-96" />
      )}
    </Flyout>
  )
}

function General({ control, state }: { control: Control; state: ReactNode }) {
  const facts: [string, ReactNode][] = [
    ['Met on', `${count(control.passed)} ${control.passed === 1 ? 'asset' : 'assets'}`],
    ['Not met on', `${count(control.failed)} ${control.failed === 1 ? 'asset' : 'assets'}`],
  ]
  if (control.unknown > 0) facts.push(['Not checked on', `${count(control.unknown)}`])
  if (control.max_points !== null) facts.push(['Points', `${points(control.points)} of ${points(control.max_points)}`])
  if (control.category) facts.push(['Category', control.category])
  if (control.product) facts.push(['Product', control.product])
  facts.push(
    ['Source', control.source],
    [
      'Check',
      <span key="id" className="font-mono text-xs">
        {control.control_id}
      </span>,
    ],
  )
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-2">
        {state}
        {control.severity && <SeverityBadge severity={control.severity} />}
      </div>
      {control.description && <PlainText text={control.description} />}
      {control.remediation && (
        <section aria-label="How to do it">
          <h3 className="mb-1 text-sm font-semibold">How to do it</h3>
          <PlainText text={control.remediation} />
        </section>
      )}
      {control.url && (
        <p className="text-sm">
          <OutLink href={control.url} />
        </p>
      )}
      <Facts facts={facts} />
      {control.frameworks.length > 0 && (
        <section aria-label="Frameworks">
          <h3 className="mb-1.5 text-sm font-semibold">Frameworks</h3>
          <ul className="flex flex-wrap gap-1.5">
            {control.frameworks.map((one) => (
              <li key={`${one.framework} ${one.requirement}`}>
                <Chip>
                  {one.framework} {one.requirement}
                </Chip>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function Results({ control }: { control: Control }) {
  if (control.results.length === 0) return <Empty title="No result">No report says yet how your assets meet this.</Empty>
  return (
    <ul className="divide-y divide-line">
      {control.results.map((result) => (
        <li key={result.asset_id} className="py-2 text-sm">
          <div className="flex items-center gap-3">
            <To page={`/assets/${result.asset_id}`} className="link min-w-0 flex-1 truncate font-medium">
              {result.asset_name}
            </To>
            <ExceptionMark exception={result.exception} />
            <Chip
              {...(result.status === 'pass' ? { tone: 'better' as const } : result.status === 'fail' ? { tone: 'worse' as const } : {})}
            >
              {word(result.status)}
            </Chip>
            <span className="num w-24 text-right text-xs text-ink-3">{day(result.since)}</span>
          </div>
          {result.evidence && <p className="mt-0.5 text-xs break-words text-ink-3">{result.evidence}</p>}
        </li>
      ))}
    </ul>
  )
}
