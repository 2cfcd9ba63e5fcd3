import { useMemo } from 'react'
import { useMoment } from '../../address.ts'
import { useAsk } from '../../api.ts'
import type { Overview } from '../../api.ts'
import { moveDay, percent } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { useFavourites } from '../../components/favourites.ts'
import { keyInitiatives } from '../../components/key-initiatives.ts'
import { useLastDay } from '../../components/shell.ts'
import { To } from '../../components/To.tsx'
import { Trend } from '../../charts/Trend.tsx'
import type { TrendData } from '../../charts/trend.ts'

/** Half a year. */
const DAYS = 180

const writeScore = (value: number): string => percent(value / 100)

/** The scores of the key initiatives over half a year, one line each. */
export function InitiativeTrendsCard({ overview, className }: { overview: Overview; className?: string }) {
  const last = useLastDay()
  const { org } = useMoment()
  const { chosen } = useFavourites(org ?? '')
  const query = useMemo(() => ({ from: moveDay(last, -DAYS) }), [last])
  const { data, error, refetch } = useAsk('/api/v1/initiatives/histories', { query })
  const trend = useMemo((): TrendData | null => {
    const key = keyInitiatives(overview.initiatives, chosen)
    const [line, ...others] = key.flatMap(({ id }) => data?.items.filter((item) => item.id === id) ?? [])
    return line ? { line, others, write: writeScore } : null
  }, [overview.initiatives, chosen, data])
  return (
    <Card
      title="Key initiatives over time"
      note="higher is better"
      className={className ?? ''}
      aside={<To page="/initiatives">All initiatives</To>}
    >
      {error ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading className="h-56" />
      ) : trend === null ? (
        <Empty title="No initiative has data yet" />
      ) : (
        <Trend data={trend} label={`Scores of ${trend.others!.length + 1} initiatives over ${DAYS} days`} height={210} />
      )}
    </Card>
  )
}
