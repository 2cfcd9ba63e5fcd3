import { useAsk, useList } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { conditionOf } from '../../condition.ts'
import { Lines } from '../../charts/Lines.tsx'
import { counted, day, fine, moveDay, percent, points } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { Card } from '../../components/Card.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { RangePicker } from '../../components/RangePicker.tsx'
import { useLastDay } from '../../components/shell.ts'
import { Here } from '../../components/To.tsx'
import { ActionFlyout } from './ActionFlyout.tsx'
import { actorWords } from './ActivityLine.tsx'
import { ChangesLine } from './ChangesLine.tsx'
import { SecureNav } from './SecureNav.tsx'
import { changeWords, type SecureActivity, sideTitles } from './words.ts'

const writePercent = (value: number): string => percent(value / 100)

const kinds = [
  ['points_gained', 'Points achieved'],
  ['points_regressed', 'Points regressed'],
  ['status_changed', 'Status changed'],
  ['note_changed', 'Note or description changed'],
  ['action_added', 'Action added'],
  ['action_updated', 'Action updated'],
  ['action_removed', 'Action removed'],
  ['exception_applied', 'Exception applied'],
  ['exception_ended', 'Exception ended'],
  ['scope_changed', 'Scope changed'],
].map(([value, title]) => ({ value: value!, title: title! }))

const columns: Column<SecureActivity>[] = [
  { id: 'day', title: 'Date', width: 110, sort: 'day', down: true, cell: (activity) => day(activity.day) },
  {
    id: 'title',
    title: 'Activity',
    sort: 'title',
    cell: (activity) => (
      <Here change={{ open: activity.action_id, tab: null }} className="link" title={`${activity.title}: ${activity.text}`}>
        <span className="font-medium">{activity.title}</span> <span className="text-ink-2">{activity.text}</span>
      </Here>
    ),
  },
  {
    id: 'points',
    title: 'Points',
    width: 115,
    align: 'right',
    cell: (activity) => (
      <span className="num">
        {points(activity.points)} <span className="text-ink-3">of {points(activity.max_points)}</span>
      </span>
    ),
  },
  {
    id: 'effect',
    title: 'Score',
    width: 125,
    sort: 'effect',
    align: 'right',
    cell: (activity) =>
      activity.effect === 0 ? (
        <span className="text-ink-3">unchanged</span>
      ) : (
        <span className={`num ${activity.effect > 0 ? 'text-better' : 'text-worse'}`}>{changeWords(activity.effect, fine)}</span>
      ),
  },
  { id: 'category', title: 'Category', width: 120, sort: 'category', cell: (activity) => activity.category },
  { id: 'side', title: 'Whose doing', width: 110, sort: 'side', cell: (activity) => <Chip>{sideTitles[activity.side]}</Chip> },
  { id: 'actor', title: 'Actor', width: 125, sort: 'actor', cell: actorWords },
  { id: 'reason', title: 'Reason', width: 150, hidden: true, cell: (activity) => activity.reason ?? '–' },
]

/** How the secure score moved, through what and whose doing it was. */
export function HistoryPage() {
  const { get, all, set } = useParameters()
  const last = useLastDay()
  const range = { ...(get('from') ? { from: get('from') } : {}), ...(get('to') ? { to: get('to') } : {}) }
  const categories = all('category')
  const one = categories.length === 1 ? categories[0]! : null
  const history = useAsk('/api/v1/secure-score/history', { query: { ...range, ...(one ? { category: one } : {}) } })
  const overview = useAsk('/api/v1/secure-score')
  const action = get('action')
  const filter = conditionOf({ category: categories, kind: all('kind'), side: all('side'), actor: all('actor'), action_id: action })
  const list = useList('/api/v1/secure-score/activities', {
    query: {
      ...range,
      ...(filter ? { filter } : {}),
      ...(get('search') ? { search: get('search') } : {}),
      ...(get('sort') ? { sort: get('sort') } : {}),
    },
  })
  const open = get('open')
  const comparing = get('compare') === 'yes'
  return (
    <Page
      title="Secure score"
      name="Secure score history"
      line="Every change of the score: when, through which action, by how much and whose doing it was."
      actions={<RangePicker last={last} />}
    >
      <SecureNav />
      {history.error ? (
        <Problem error={history.error} retry={() => void history.refetch()} />
      ) : !history.data ? (
        <Loading className="h-64" />
      ) : (
        <Card
          title={one ? `Secure score, ${one}` : 'Secure score'}
          note="higher is better"
          aside={
            <Here change={{ compare: comparing ? null : 'yes' }} className="link">
              {comparing ? 'Hide comparison' : 'Compare two dates'}
            </Here>
          }
        >
          <Lines
            label={`${one ?? 'Secure score'} in ${counted(history.data.days.length, 'day')}`}
            lines={[
              {
                title: one ?? 'Your score',
                points: history.data.days.map(({ day: on, percent: value }) => ({ day: on, value })),
                stroke: 'stroke-accent',
                mark: 'bg-accent',
              },
            ]}
            write={writePercent}
          />
          <div className="mt-2 flex flex-wrap items-baseline gap-x-6 gap-y-1 border-t border-line pt-2">
            <ChangesLine changes={history.data.changes} />
            {history.data.days_without_report > 0 && (
              <span className="text-xs text-ink-3">
                {counted(history.data.days_without_report, 'day')} of {history.data.days.length} without a report: the last results stand
                until they are stale, then the line has a gap.
              </span>
            )}
          </div>
        </Card>
      )}
      {comparing && <Compare from={get('from') || moveDay(get('to') || last, -30)} to={get('to') || last} />}
      <FilterBar
        search="Search activities"
        filters={[
          {
            parameter: 'category',
            title: 'Category',
            options: (overview.data?.categories ?? []).map(({ category }) => ({ value: category, title: category })),
          },
          { parameter: 'kind', title: 'Kind', options: kinds },
          { parameter: 'side', title: 'Whose doing', options: Object.entries(sideTitles).map(([value, title]) => ({ value, title })) },
          {
            parameter: 'actor',
            title: 'Actor',
            options: [
              { value: 'person', title: 'A person' },
              { value: 'system', title: 'Measured' },
              { value: 'content', title: 'Content' },
            ],
          },
        ]}
        total={list.total}
        noun={['activity', 'activities']}
      >
        {action && (
          <Here change={{ action: null }} className="link text-sm">
            Only one action: show all
          </Here>
        )}
        <ListTools label="Activities" columns={columns} address={list.address} command="plimsoll secure-score history" />
      </FilterBar>
      <DataTable
        label="Activities"
        columns={columns}
        list={list}
        rowKey={(activity) =>
          `${activity.day} ${activity.action_id} ${activity.kind} ${activity.cause} ${activity.text} ${activity.effect}`
        }
        height={640}
        empty={<Empty title="Nothing happened">In these days nothing moved that the filters leave.</Empty>}
      />
      <ActionFlyout id={open} onClose={() => set({ open: null, tab: null })} />
    </Page>
  )
}

type Compared = Answer<'/api/v1/secure-score/compare'>['actions'][number]

/** Two days side by side. */
function Compare({ from, to }: { from: string; to: string }) {
  const { set } = useParameters()
  const { data, error, refetch } = useAsk('/api/v1/secure-score/compare', { query: { from, to } })
  const stand = (got: number | null, of: number | null) => (got === null ? 'not in the score' : `${points(got)} of ${points(of)}`)
  const input = 'h-8 rounded-md border border-line-strong bg-surface px-2 text-sm'
  return (
    <Card
      title="Compare two dates"
      aside={
        <span className="flex items-center gap-2 text-sm">
          <input
            type="date"
            aria-label="First day"
            value={from}
            max={to}
            onChange={(event) => set({ from: event.target.value })}
            className={input}
          />
          <input
            type="date"
            aria-label="Second day"
            value={to}
            min={from}
            onChange={(event) => set({ to: event.target.value })}
            className={input}
          />
        </span>
      }
    >
      {error ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading className="h-40" />
      ) : (
        <>
          <p className="text-sm">
            {day(data.from.day)}:{' '}
            <span className="num font-medium">{data.from.percent === null ? 'not scored' : writePercent(data.from.percent)}</span> (
            {points(data.from.points)} of {points(data.from.max_points)}){' → '}
            {day(data.to.day)}:{' '}
            <span className="num font-medium">{data.to.percent === null ? 'not scored' : writePercent(data.to.percent)}</span> (
            {points(data.to.points)} of {points(data.to.max_points)})
          </p>
          <div className="mt-1">
            <ChangesLine changes={data.changes} />
          </div>
          {data.actions.length === 0 ? (
            <p className="mt-2 text-sm text-ink-3">No action moved.</p>
          ) : (
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- who has no mouse scrolls it with the keyboard
            <section className="mt-2 max-h-80 overflow-auto" tabIndex={0} aria-label="Actions that moved">
              <table className="w-full text-sm">
                <thead className="sticky top-0 bg-surface text-left text-xs text-ink-3">
                  <tr>
                    {['Action', 'Category', day(data.from.day), day(data.to.day), 'Score', 'Why'].map((title) => (
                      <th key={title} scope="col" className="py-1 pr-3 font-medium">
                        {title}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {data.actions.map((moved: Compared) => (
                    <tr key={moved.action_id} className="border-t border-line align-top">
                      <td className="py-1.5 pr-3">
                        <Here change={{ open: moved.action_id, tab: null }} className="link font-medium">
                          {moved.title}
                        </Here>
                      </td>
                      <td className="py-1.5 pr-3">{moved.category}</td>
                      <td className="num py-1.5 pr-3">{stand(moved.from_points, moved.from_max)}</td>
                      <td className="num py-1.5 pr-3">{stand(moved.to_points, moved.to_max)}</td>
                      <td className={`num py-1.5 pr-3 ${moved.effect > 0 ? 'text-better' : moved.effect < 0 ? 'text-worse' : ''}`}>
                        {changeWords(moved.effect, fine)}
                      </td>
                      <td className="py-1.5 text-xs text-ink-2">
                        {moved.sides.map((side) => sideTitles[side]).join(', ')}: {moved.reasons.slice(-3).join('; ')}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          )}
        </>
      )}
    </Card>
  )
}
