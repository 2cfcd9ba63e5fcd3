import { useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { Lines } from '../../charts/Lines.tsx'
import { count, counted, day, fine, percent, points } from '../../format.ts'
import { Button } from '../../components/Button.tsx'
import { Chip } from '../../components/Badge.tsx'
import { Card } from '../../components/Card.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { RangePicker } from '../../components/RangePicker.tsx'
import { useLastDay } from '../../components/shell.ts'
import { To } from '../../components/To.tsx'
import { ChangesLine } from './ChangesLine.tsx'
import { EditTrends } from './EditTrends.tsx'
import { SecureNav } from './SecureNav.tsx'
import { changeWords } from './words.ts'

type Trends = Answer<'/api/v1/secure-score/trends'>

const writePercent = (value: number): string => percent(value / 100)
const zoneTitles = { bad: 'Bad', okay: 'Okay', good: 'Good' } as const
const zoneTones = { bad: 'worse', okay: 'warn', good: 'better' } as const

/** Metrics & trends of the secure score over one range of days. */
export function TrendsPage() {
  const { get, set } = useParameters()
  const { as_of, known_at } = useMoment()
  const last = useLastDay()
  const range = { ...(get('from') ? { from: get('from') } : {}), ...(get('to') ? { to: get('to') } : {}) }
  const { data, error, refetch } = useAsk('/api/v1/secure-score/trends', { query: range })
  const past = Boolean(as_of || known_at)
  const edit = (what: string) =>
    past ? undefined : (
      <Button look="quiet" onClick={() => set({ edit: what })}>
        Edit
      </Button>
    )
  return (
    <Page title="Secure score" name="Metrics and trends" line="One range of days for the whole page." actions={<RangePicker last={last} />}>
      <SecureNav />
      {error ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading className="h-96" />
      ) : data.days.every((each) => each.percent === null) ? (
        <div className="rounded-lg border border-line bg-surface">
          <Empty title="Nothing to score in these days">
            Choose other days, or <To page="/sources">import a posture report</To>.
          </Empty>
        </div>
      ) : (
        <div className="grid grid-cols-12 gap-4">
          <Card title="Your secure score zone" note="higher is better" aside={edit('zone')} className="col-span-12 xl:col-span-7">
            <ZoneTrend trends={data} />
          </Card>
          <Card title="Score changes" className="col-span-12 md:col-span-6 xl:col-span-5">
            <div className="grid grid-cols-3 gap-4">
              <Figure title="Points achieved" value={points(data.changes.achieved)} tone="text-better" />
              <Figure
                title="Points regressed"
                value={points(data.changes.regressed)}
                tone={data.changes.regressed > 0 ? 'text-worse' : ''}
              />
              <Figure
                title="Net change"
                value={data.changes.net === 0 ? 'none' : `${points(Math.abs(data.changes.net))} ${data.changes.net > 0 ? 'more' : 'fewer'}`}
                tone={data.changes.net > 0 ? 'text-better' : data.changes.net < 0 ? 'text-worse' : ''}
              />
            </div>
            <h3 className="mt-4 mb-1 text-sm font-semibold">Whose doing</h3>
            <ChangesLine changes={data.changes} />
            <p className="mt-2 text-xs text-ink-3">
              Ours: done or let happen here. Content: what is asked changed. Scope: what is looked at changed. They sum to the change of the
              score.
            </p>
            <h3 className="mt-4 mb-1 flex items-center justify-between text-sm font-semibold">Goal {edit('goal')}</h3>
            <Goal goal={data.goal} />
          </Card>
          <Card title="Comparison trend" note="percent of points" aside={edit('comparisons')} className="col-span-12 xl:col-span-7">
            {data.comparison.length === 0 ? (
              <Empty title="Nothing to compare with">
                No source says how others stand. A Secure Score export does; values can also be entered.
              </Empty>
            ) : (
              <Lines
                label="Your score and those of others"
                lines={[
                  {
                    title: 'Your score',
                    points: data.days.map((each) => ({ day: each.day, value: each.percent })),
                    stroke: 'stroke-accent',
                    mark: 'bg-accent',
                  },
                  ...data.comparison.map((series, index) => ({
                    title: series.title,
                    points: series.points,
                    stroke: comparisonStrokes[index % comparisonStrokes.length]![0],
                    mark: comparisonStrokes[index % comparisonStrokes.length]![1],
                    dashed: true,
                  })),
                ]}
                write={writePercent}
              />
            )}
          </Card>
          <Card title="Regression trend" note="points lost on each day" className="col-span-12 md:col-span-6 xl:col-span-5">
            <Regression trends={data} />
          </Card>
          <Card title="Risk acceptance trend" note="actions marked as risk accepted" className="col-span-12 md:col-span-6 xl:col-span-7">
            {data.risk_acceptance.every(({ actions }) => actions === 0) ? (
              <Empty title="No risk is accepted">In these days no action was marked so.</Empty>
            ) : (
              <Lines
                label="Actions marked as risk accepted"
                lines={[
                  {
                    title: 'Risk accepted',
                    points: data.risk_acceptance.map(({ day: on, actions }) => ({ day: on, value: actions })),
                    stroke: 'stroke-(--medium)',
                    mark: 'bg-(--medium)',
                  },
                ]}
                write={(value) => count(Math.round(value))}
                scale={[0, Math.max(4, ...data.risk_acceptance.map(({ actions }) => actions))]}
                height={160}
              />
            )}
          </Card>
        </div>
      )}
      <EditTrends />
    </Page>
  )
}

const comparisonStrokes = [
  ['stroke-(--low)', 'bg-(--low)'],
  ['stroke-(--unknown)', 'bg-(--unknown)'],
  ['stroke-(--medium)', 'bg-(--medium)'],
  ['stroke-(--high)', 'bg-(--high)'],
] as const

function Figure({ title, value, tone }: { title: string; value: string; tone: string }) {
  return (
    <div>
      <p className={`num text-xl font-semibold ${tone}`}>{value}</p>
      <p className="text-sm text-ink-2">{title}</p>
    </div>
  )
}

function ZoneTrend({ trends }: { trends: Trends }) {
  const { bounds, now, days, own } = trends.zone
  return (
    <>
      <Lines
        label={`Secure score in its zones: bad below ${bounds.okay} %, good from ${bounds.good} %`}
        lines={[
          {
            title: 'Your score',
            points: trends.days.map((each) => ({ day: each.day, value: each.percent })),
            stroke: 'stroke-accent',
            mark: 'bg-accent',
          },
        ]}
        write={writePercent}
        target={trends.goal?.target ?? null}
        zones={[
          { from: 0, to: bounds.okay, fill: 'fill-(--zone-high)/10' },
          { from: bounds.okay, to: bounds.good, fill: 'fill-(--zone-medium)/10' },
          { from: bounds.good, to: 100, fill: 'fill-(--zone-low)/10' },
        ]}
      />
      <p className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-ink-2">
        {now && (
          <span>
            Now <Chip tone={zoneTones[now]}>{zoneTitles[now]}</Chip>
          </span>
        )}
        <span>
          Bad below <span className="num">{bounds.okay} %</span>, good from <span className="num">{bounds.good} %</span>
          {own ? '' : ' (suggested: set your own)'}
        </span>
        <span>
          {counted(days.good, 'day')} good, {days.okay} okay, {days.bad} bad{days.unknown > 0 ? `, ${days.unknown} not scored` : ''}
        </span>
      </p>
    </>
  )
}

function Goal({ goal }: { goal: Trends['goal'] }) {
  if (!goal) return <p className="text-sm text-ink-3">No goal is set: say where the score shall be, and when.</p>
  return (
    <div className="text-sm">
      <p>
        <span className="num font-medium">{writePercent(goal.target)}</span> by {day(goal.day)}
        {goal.note ? <span className="text-ink-2">: {goal.note}</span> : null}
      </p>
      <p className="mt-0.5 text-ink-2">
        {goal.reached
          ? 'Reached.'
          : goal.days_left <= 0
            ? `Missed by ${fine(goal.missing)} points; the day has passed.`
            : `${fine(goal.missing)} points in ${counted(goal.days_left, 'day')}: ${fine(goal.required ?? 0)} points in each 30 days are needed.`}{' '}
        {goal.actual !== null && !goal.reached && `The last 90 days: ${changeWords(goal.actual, fine)} in each 30 days.`}
      </p>
      {goal.forecast !== null && !goal.reached && (
        <p className="text-ink-2">
          At this pace <span className="num font-medium text-ink">{writePercent(goal.forecast)}</span> on that day.
        </p>
      )}
    </div>
  )
}

const causes = [
  ['configuration', 'Configuration', 'bg-(--exposed)'],
  ['users', 'Users', 'bg-(--high)'],
  ['devices', 'Devices', 'bg-(--medium)'],
] as const

function Regression({ trends: { regression } }: { trends: Trends }) {
  if (regression.total === 0)
    return <Empty title="Nothing regressed">In these days no points were lost through configuration, users or devices.</Empty>
  const most = Math.max(...regression.days.map((each) => each.configuration + each.users + each.devices))
  return (
    <>
      <ul className="mb-3 flex flex-wrap gap-x-5 gap-y-1 text-sm">
        {causes.map(([cause, title, mark]) => (
          <li key={cause} className="inline-flex items-center gap-1.5">
            <span aria-hidden className={`size-2.5 rounded-sm ${mark}`} />
            {title} <span className="num font-medium">{points(regression[cause])}</span>
          </li>
        ))}
      </ul>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- who has no mouse scrolls it with the keyboard */}
      <section className="max-h-60 overflow-y-auto" tabIndex={0} aria-label="Days with regressions">
        <ul className="flex flex-col gap-1.5 text-sm">
          {regression.days.toReversed().map((each) => (
            <li key={each.day} className="grid grid-cols-[6.5rem_1fr_4rem] items-center gap-2">
              <To page="/secure-score/history" change={{ from: each.day, to: each.day, kind: 'points_regressed' }}>
                {day(each.day)}
              </To>
              <span className="flex h-3 overflow-hidden rounded bg-sunken" aria-hidden>
                {causes.map(([cause, , mark]) => (
                  <span key={cause} className={mark} style={{ width: `${(100 * each[cause]) / most}%` }} />
                ))}
              </span>
              <span className="num text-right">{points(each.configuration + each.users + each.devices)}</span>
            </li>
          ))}
        </ul>
      </section>
    </>
  )
}
