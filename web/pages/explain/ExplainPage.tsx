import { useMemo } from 'react'
import { useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { direction as directionWords, instant, moveDay, tone } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { CopyLink } from '../../components/Flyout.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { RangePicker } from '../../components/RangePicker.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { Here, To } from '../../components/To.tsx'
import { useLastDay } from '../../components/shell.ts'
import { Parts } from './Parts.tsx'
import { StoryView } from './StoryView.tsx'
import { inWords, Waterfall, written } from './Waterfall.tsx'

type Explained = Answer<'/api/v1/explain'>

const field = 'h-8 max-w-72 rounded-md border border-line-strong bg-surface px-2 text-sm'
const inks = { better: 'text-better', worse: 'text-worse', same: 'text-ink-2' } as const
const rollUps = {
  we_changed: 'By what we did',
  new_threats: 'By new threats',
  rules_changed: 'By other rules',
  data_corrected: 'By corrected data',
  coverage: 'By what is looked at',
} as const

/** The score, its level and its range as the address says them, for the API. */
function useQuestion(): Record<string, string> {
  const { get } = useParameters()
  const last = useLastDay()
  const parts = ['score', 'id', 'asset', 'to', 'from_known_at', 'replay'].map((name) => [name, get(name)] as const)
  const from = get('from') || moveDay(get('to') || last, -30)
  const key = JSON.stringify([['from', from], ...parts.filter(([, value]) => value !== '')])
  return useMemo(() => Object.fromEntries(JSON.parse(key) as [string, string][]), [key])
}

/** Which score is explained. */
function ScorePicker() {
  const { get, set } = useParameters()
  const metrics = useAsk('/api/v1/metrics')
  const initiatives = useAsk('/api/v1/initiatives')
  const score = get('score') || 'exposure'
  const value = get('id') ? `${score}:${get('id')}` : score
  const choose = (text: string) => {
    const colon = text.indexOf(':')
    const [kind, id] = colon < 0 ? [text, null] : [text.slice(0, colon), text.slice(colon + 1)]
    set({
      score: kind === 'exposure' ? null : kind,
      id,
      cause: null,
      parts: null,
      ...(kind === 'exposure' ? {} : { asset: null, replay: null }),
    })
  }
  return (
    <select aria-label="Score" value={value} onChange={(event) => choose(event.target.value)} className={field}>
      <option value="exposure">Exposure score</option>
      <option value="secure">Secure score</option>
      <optgroup label="Initiatives">
        {(initiatives.data?.items ?? []).map((one) => (
          <option key={one.id} value={`initiative:${one.id}`}>
            {one.title}
          </option>
        ))}
      </optgroup>
      <optgroup label="Metrics">
        {(metrics.data?.items ?? []).map((one) => (
          <option key={one.id} value={`metric:${one.id}`}>
            {one.title}
          </option>
        ))}
      </optgroup>
    </select>
  )
}

/** Why a score moved between two days: the waterfall, what it rolls up to, its parts down to the report that stated them, and the story. */
export function ExplainPage() {
  const query = useQuestion()
  const last = useLastDay()
  const { get } = useParameters()
  const { data, error, refetch } = useAsk('/api/v1/explain', { query: { ...query, limit: 1 } as never })
  const asset = useAsk('/api/v1/assets/{asset_id}', {
    path: { asset_id: Number(get('asset')) || 0 } as never,
    enabled: get('asset') !== '',
  })
  return (
    <Page
      title="Why it moved"
      name="Why it moved"
      line={
        get('asset') ? (
          <span>
            Only {asset.data?.name ?? `asset ${get('asset')}`}: its own score.{' '}
            <Here change={{ asset: null, cause: null }}>The whole again</Here>
          </span>
        ) : get('replay') ? (
          <span>
            As if today’s inventory had been there all the time. <Here change={{ replay: null }}>What really happened</Here>
          </span>
        ) : (
          'Every change of a score splits into causes and parts that add up to it exactly.'
        )
      }
      actions={
        <>
          <ScorePicker />
          <RangePicker last={last} open="Last 30 days" />
          <CopyLink />
        </>
      }
    >
      {error ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading className="h-96" />
      ) : (
        <TabStrip
          label="Explanation"
          tabs={[
            { id: 'causes', title: 'Causes and parts', content: <Causes told={data} query={query} /> },
            { id: 'story', title: 'Story', content: <StoryView query={query} /> },
          ]}
        />
      )}
    </Page>
  )
}

function Causes({ told, query }: { told: Explained; query: Record<string, string> }) {
  return (
    <div className="flex flex-col gap-4">
      <div className="grid grid-cols-12 gap-4">
        <Card
          title={inWords(told.shown, told) === 'no change' ? 'It did not move' : inWords(told.shown, told)}
          note={directionWords(told.direction)}
          className="col-span-12 xl:col-span-4"
        >
          <p className="num text-2xl font-semibold tracking-tight">
            {written(told.from.shown, told.decimals)} → {written(told.to.shown, told.decimals)}
          </p>
          <p className="mt-1 text-xs text-ink-3">
            From {instant(told.from.at)} to {instant(told.to.at)}
            {told.from.known_at !== told.to.known_at && '; the two ends know different things, what we know better now comes first'}
          </p>
          <ul className="mt-4 divide-y divide-line border-y border-line text-sm">
            {told.groups.map((group) => (
              <li key={group.group} className="flex items-baseline justify-between gap-3 py-1.5">
                <span>{rollUps[group.group]}</span>
                <span className={`num font-medium whitespace-nowrap ${inks[tone(group.shown, told.direction)]}`}>
                  {inWords(group.shown, told)}
                </span>
              </li>
            ))}
            {told.groups.length === 0 && <li className="py-1.5 text-ink-3">Nothing moved it.</li>}
          </ul>
          {told.score === 'exposure' && told.asset_id === null && (
            <p className="mt-3 text-sm">
              <To
                page="/events"
                change={{ from: moveDay(told.from.day, 1), to: told.to.day, sort: '-impact', replay: query['replay'] ?? null }}
              >
                The events of this time
              </To>
            </p>
          )}
        </Card>
        <Card title="Cause by cause" className="col-span-12 xl:col-span-8">
          {told.causes.length === 0 ? (
            <Empty title="Nothing moved it">Choose a longer range, or another score.</Empty>
          ) : (
            <Waterfall told={told} />
          )}
        </Card>
      </div>
      <Parts query={query} />
    </div>
  )
}
