import { useMemo } from 'react'
import { addressOf, useAsk } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { direction, level, moveDay, sentence } from '../../format.ts'
import { ExposureGauge } from '../../charts/ExposureGauge.tsx'
import { Between } from '../../components/Between.tsx'
import { Card } from '../../components/Card.tsx'
import { Change } from '../../components/Change.tsx'
import { CopyLink } from '../../components/Flyout.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { exposureZones, ScoreTrend } from '../../components/ScoreTrend.tsx'
import { To } from '../../components/To.tsx'
import { TopEvents } from '../../components/TopEvents.tsx'
import { useLastDay } from '../../components/shell.ts'
import { CohortCard } from './CohortCard.tsx'
import { MakeupCards, WithoutFix } from './Makeup.tsx'

/** The exposure score: where it stands, its history with the days of events, and what it is made of. */
export function ExposurePage() {
  const moment = useMoment()
  const last = useLastDay()
  const range = useMemo(() => ({ from: moveDay(last, -548) }), [last])
  const scores = useAsk('/api/v1/scores')
  const overview = useAsk('/api/v1/overview', { query: range as never })
  if (scores.error || !scores.data) {
    return (
      <Page title="Exposure score" name="Exposure score">
        {scores.error ? <Problem error={scores.error} retry={() => void scores.refetch()} /> : <Loading className="h-96" />}
      </Page>
    )
  }
  const score = scores.data.exposure
  return (
    <Page
      title="Exposure score"
      name="Exposure score"
      line="How exposed the assets are, weighed by their value: 0 is best, 100 worst."
      actions={
        <>
          <To page="/recommendations">Improve the score</To>
          <ListTools
            label="Exposure score history"
            address={addressOf('/api/v1/scores/{score}/days', { score: 'exposure' }, { ...moment, ...range })}
            command="plimsoll makeup"
          />
          <CopyLink />
        </>
      }
    >
      {score.value === null ? (
        <Empty title="Nothing to score yet">{sentence(score.reason)}</Empty>
      ) : (
        <>
          <div className="grid grid-cols-12 gap-4">
            <Card
              title={`${level(score.level)} exposure`}
              note={direction(score.direction)}
              className="col-span-12 md:col-span-5 xl:col-span-4"
            >
              <ExposureGauge value={score.value} />
              <Between score={score} className="mt-1 text-center" />
              <p className="mt-1 text-center text-xs text-ink-3">low below 30, medium from 30, high from 70</p>
              <div className="mt-3 flex justify-center gap-6 text-sm">
                <Change value={score.change_1d} direction={score.direction} since="since yesterday" why={{ score: 'exposure', days: 1 }} />
                <Change value={score.change_14d} direction={score.direction} since="in 14 days" why={{ score: 'exposure', days: 14 }} />
              </div>
              <WithoutFix />
            </Card>
            <Card title="Over time" note="dots are days with events" className="col-span-12 md:col-span-7 xl:col-span-8">
              {overview.data ? (
                <ScoreTrend
                  title="Exposure score"
                  points={overview.data.exposure_history}
                  zones={exposureZones}
                  dots={overview.data.event_dots}
                  height={230}
                  days={180}
                  why={{ score: 'exposure' }}
                />
              ) : (
                <Loading className="h-64" />
              )}
            </Card>
            <TopEvents className="col-span-12 xl:col-span-6" />
            <CohortCard className="col-span-12 xl:col-span-6" />
          </div>
          <MakeupCards />
        </>
      )}
    </Page>
  )
}
