import { useState } from 'react'
import type { ReactNode } from 'react'
import { useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { Lines } from '../../charts/Lines.tsx'
import type { Line } from '../../charts/Lines.tsx'
import { SecureGauge } from '../../charts/SecureGauge.tsx'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { count, counted, day, fine, instant, percent, points, score as writeScore, sentence } from '../../format.ts'
import { Between } from '../../components/Between.tsx'
import { Chip } from '../../components/Badge.tsx'
import { Card } from '../../components/Card.tsx'
import { Change } from '../../components/Change.tsx'
import { Choice } from '../../components/Choice.tsx'
import { Page } from '../../components/Page.tsx'
import { Popup } from '../../components/Popup.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { ReportButton } from '../../components/ReportButton.tsx'
import { Here, To } from '../../components/To.tsx'
import { ActionFlyout } from './ActionFlyout.tsx'
import { SecureNav } from './SecureNav.tsx'
import { StatusChip } from './StatusChip.tsx'

type Overview = Answer<'/api/v1/secure-score'>
type Days = Answer<'/api/v1/secure-score/history'>['days']

const writePercent = (value: number): string => percent(value / 100)

/** The extra lines that the score can be shown with. */
const lines = [
  { id: 'planned', title: 'Planned score', hint: 'if all that is planned were done', stroke: 'stroke-better', mark: 'bg-better' },
  {
    id: 'licence',
    title: 'Current licence score',
    hint: 'with everything that the licences allow',
    stroke: 'stroke-(--low)',
    mark: 'bg-(--low)',
  },
  {
    id: 'achievable',
    title: 'Achievable score',
    hint: 'the same without accepted risks',
    stroke: 'stroke-(--medium)',
    mark: 'bg-(--medium)',
  },
] as const

const zoneTitles = { bad: 'Bad', okay: 'Okay', good: 'Good' } as const
const zoneTones = { bad: 'worse', okay: 'warn', good: 'better' } as const

/** The secure score: how much of what is recommended is done, and what is left. */
export function SecureScorePage() {
  const { get, all, set } = useParameters()
  const { data, error, refetch } = useAsk('/api/v1/secure-score')
  const history = useAsk('/api/v1/secure-score/history')
  const open = get('open')
  const included = all('include')
  return (
    <Page
      title="Secure score"
      name="Secure score"
      line="How much of what is recommended is done, in points. It is a measure of configuration, not the probability of a breach."
      actions={<ReportButton />}
    >
      <SecureNav />
      {(error ?? history.error) ? (
        <Problem error={(error ?? history.error)!} retry={() => void Promise.all([refetch(), history.refetch()])} />
      ) : !data || !history.data ? (
        <Loading className="h-96" />
      ) : data.score.value === null ? (
        <div className="rounded-lg border border-line bg-surface">
          <Empty title="Nothing to score yet">
            {sentence(data.score.reason)} <To page="/sources">Import a posture report</To>, such as Prowler, ScubaGear, Maester or a Secure
            Score export.
          </Empty>
        </div>
      ) : (
        <div className="grid grid-cols-12 gap-4">
          <ScoreCard data={data} included={included} onInclude={(next) => set({ include: next }, { replace: true })} />
          <Card
            title="History"
            note="higher is better"
            aside={<To page="/secure-score/history">Open history</To>}
            className="col-span-12 lg:col-span-8 xl:col-span-9"
          >
            <Lines
              label={`Secure score over 6 months, now ${writeScore(data.score.value)} %`}
              lines={linesOf(history.data.days, included)}
              write={writePercent}
              height={230}
            />
          </Card>
          <ReviewCard review={data.review} />
          <Card title="Breakdown" note="points achieved" className="col-span-12 md:col-span-6 xl:col-span-4">
            <ul className="flex flex-col gap-2.5">
              {data.categories.map(({ category, points: got, max_points, percent: share }) => (
                <li key={category} className="text-sm">
                  <p className="flex items-baseline justify-between gap-3">
                    <To page="/secure-score/actions" change={{ category }}>
                      {category}
                    </To>
                    <span className="num">
                      {share === null ? '–' : writePercent(share)}{' '}
                      <span className="text-ink-3">
                        {points(got)} of {points(max_points)}
                      </span>
                    </span>
                  </p>
                  <ShareBar share={share === null ? null : share / 100} className="mt-1" />
                </li>
              ))}
            </ul>
          </Card>
          <Comparison data={data} />
          <Card title="Top recommended actions" aside={<To page="/secure-score/actions">All actions</To>} className="col-span-12">
            {data.top.length === 0 ? (
              <Empty title="Nothing left to do">Every recommended action has all its points.</Empty>
            ) : (
              <ul className="divide-y divide-line">
                {data.top.map((action) => (
                  <li key={action.action_id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2 text-sm">
                    <Here change={{ open: action.action_id, tab: null }} className="link min-w-0 flex-1 truncate font-medium">
                      {action.title}
                    </Here>
                    <StatusChip action={action} />
                    <span className="w-28 truncate text-ink-2">{action.category}</span>
                    <span className="num w-24 text-right">
                      {points(action.points)} of {points(action.max_points)}
                    </span>
                    <span className="num w-28 text-right text-ink-2">
                      {action.score_impact === null ? '–' : `${fine(action.score_impact)} % impact`}
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </Card>
          <Card title="Last looked" className="col-span-12">
            <ul className="flex flex-wrap gap-x-8 gap-y-1.5 text-sm">
              {data.looks.map(({ source, looked_at, overdue }) => (
                <li key={source} className="flex items-center gap-2">
                  <span className="font-medium">{source}</span> <span className="num text-ink-2">{instant(looked_at)}</span>
                  {overdue && <Chip tone="warn">Overdue</Chip>}
                </li>
              ))}
            </ul>
          </Card>
        </div>
      )}
      <ActionFlyout id={open} onClose={() => set({ open: null, tab: null })} />
    </Page>
  )
}

function linesOf(days: Days, included: readonly string[]): Line[] {
  return [
    {
      title: 'Your score',
      points: days.map(({ day: on, percent: value }) => ({ day: on, value })),
      stroke: 'stroke-accent',
      mark: 'bg-accent',
    },
    ...lines
      .filter(({ id }) => included.includes(id))
      .map(({ id, title, stroke, mark }) => ({
        title,
        points: days.map((each) => ({ day: each.day, value: each[id] })),
        stroke,
        mark,
        dashed: true,
      })),
  ]
}

function ScoreCard({ data, included, onInclude }: { data: Overview; included: readonly string[]; onInclude: (next: string[]) => void }) {
  const { score } = data
  return (
    <Card
      title="Your secure score"
      aside={
        <Popup label="Include" trigger={<>Include{included.length > 0 ? ` (${included.length})` : ''}</>}>
          <div className="min-w-64">
            {lines.map(({ id, title, hint }) => (
              <Choice
                key={id}
                checked={included.includes(id)}
                onChange={(checked) => onInclude(checked ? [...included, id] : included.filter((each) => each !== id))}
                aside={data.lines[id].percent === null ? '–' : writePercent(data.lines[id].percent)}
              >
                <span title={hint}>{title}</span>
              </Choice>
            ))}
          </div>
        </Popup>
      }
      className="col-span-12 lg:col-span-4 xl:col-span-3"
    >
      <SecureGauge value={score.value!} points={score.points} maxPoints={score.max_points} />
      <Between score={score} className="mt-1 text-center" />
      {data.zone && (
        <p className="mt-2 text-center text-sm">
          <Chip tone={zoneTones[data.zone]}>{zoneTitles[data.zone]}</Chip>
        </p>
      )}
      {included.length > 0 && (
        <ul className="mt-3 flex flex-col gap-1 border-t border-line pt-2 text-sm">
          {lines
            .filter(({ id }) => included.includes(id))
            .map(({ id, title, hint }) => (
              <li key={id} className="flex justify-between gap-3" title={hint}>
                <span className="text-ink-2">{title}</span>
                <span className="num font-medium">{data.lines[id].percent === null ? '–' : writePercent(data.lines[id].percent)}</span>
              </li>
            ))}
        </ul>
      )}
      <p className="mt-3 flex flex-wrap justify-center gap-x-4 border-t border-line pt-3 text-sm">
        <Change value={score.change_1d} direction={score.direction} since="since yesterday" why={{ score: 'secure', days: 1 }} />
        <Change value={score.change_14d} direction={score.direction} since="in 14 days" why={{ score: 'secure', days: 14 }} />
      </p>
    </Card>
  )
}

function ReviewCard({ review }: { review: Overview['review'] }) {
  const counters: [title: string, value: number, change: Record<string, string>][] = [
    ['Regressed', review.regressed, { regressed: 'yes' }],
    ['To address', review.to_address, { status: 'to_address', scored: 'yes' }],
    ['Planned', review.planned, { status: 'planned' }],
    ['Risk accepted', review.risk_accepted, { status: 'risk_accepted' }],
    ['Recently added', review.recently_added, { sort: '-added_on' }],
    ['Recently updated', review.recently_updated, { sort: '-updated_on' }],
  ]
  return (
    <Card title="Actions to review" className="col-span-12 md:col-span-6 xl:col-span-4">
      <ul className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-3">
        {counters.map(([title, value, change]) => (
          <li key={title}>
            <To page="/secure-score/actions" change={change} className="group block">
              <span className={`num block text-xl font-semibold ${title === 'Regressed' && value > 0 ? 'text-worse' : ''}`}>
                {count(value)}
              </span>
              <span className="link text-sm">{title}</span>
            </To>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** Our score beside what sources say of others; hover or focus tells the score and what there is to gain. */
function Comparison({ data }: { data: Overview }) {
  const whole = data.comparisons.filter(({ category }) => category === 'Total')
  const [at, setAt] = useState<string | null>(null)
  const rows: { id: string; title: string; value: number; opportunity: number | null; told: ReactNode }[] = [
    { id: 'own', title: 'Your organisation', value: data.score.value!, opportunity: null, told: 'your score today' },
    ...whole.map(({ source, basis, title, value, day: on, opportunity, sample_size }) => ({
      id: `${source} ${basis}`,
      title,
      value,
      opportunity,
      told: `${source}, since ${day(on)}${sample_size === null ? '' : `, ${counted(sample_size, 'organisation')}`}`,
    })),
  ]
  if (whole.length === 0)
    return (
      <Card title="Comparison" className="col-span-12 xl:col-span-4">
        <Empty title="Nothing to compare with">
          No source says how others stand. A Secure Score export does; values can also be entered.
        </Empty>
      </Card>
    )
  const shown = rows.find(({ id }) => id === at)
  return (
    <Card title="Comparison" note="percent of points" className="col-span-12 xl:col-span-4">
      <ul className="flex flex-col gap-2">
        {rows.map(({ id, title, value, opportunity }) => (
          <li key={id}>
            <button
              type="button"
              onMouseEnter={() => setAt(id)}
              onFocus={() => setAt(id)}
              onMouseLeave={() => setAt(null)}
              onBlur={() => setAt(null)}
              className="block w-full rounded-md px-1 py-0.5 text-left text-sm hover:bg-hover"
              aria-label={`${title}: ${writePercent(value)}${opportunity === null ? '' : opportunity > 0 ? `, opportunity ${writePercent(opportunity)}` : ', you are ahead'}`}
            >
              <span className="flex justify-between gap-3">
                <span className={id === 'own' ? 'font-medium' : ''}>{title}</span>
                <span className="num">{writePercent(value)}</span>
              </span>
              <ShareBar share={value / 100} fill={id === 'own' ? 'bg-accent' : 'bg-(--unknown)'} className="mt-1 h-2" />
            </button>
          </li>
        ))}
      </ul>
      <p className="mt-2 min-h-10 text-xs text-ink-2" aria-live="polite">
        {shown ? (
          <>
            {shown.title}: score {writePercent(shown.value)}
            {shown.opportunity === null
              ? ''
              : shown.opportunity > 0
                ? `, opportunity ${writePercent(shown.opportunity)}`
                : ', you are ahead'}{' '}
            ({shown.told})
          </>
        ) : (
          `${counted(whole.length, 'comparison')}, each as its source stated it`
        )}
      </p>
    </Card>
  )
}
