import { useMemo } from 'react'
import type { ReactNode } from 'react'
import { useAsk } from '../../api.ts'
import { count, moveDay } from '../../format.ts'
import { Lines } from '../../charts/Lines.tsx'
import { Card } from '../../components/Card.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { useLastDay } from '../../components/shell.ts'

/** Half a year. */
const DAYS = 180

const looks = [
  ['stroke-accent', 'bg-accent'],
  ['stroke-better', 'bg-better'],
  ['stroke-(--medium)', 'bg-(--medium)'],
  ['stroke-(--high)', 'bg-(--high)'],
  ['stroke-(--critical)', 'bg-(--critical)'],
  ['stroke-(--low)', 'bg-(--low)'],
] as const

/** On how many assets each version of a software was, with what happened on those days. */
export function VersionsOverTime({
  name,
  vendor,
  days = DAYS,
  marks = [],
}: {
  name: string
  vendor: string
  /** Days before the last one; default half a year. */
  days?: number
  marks?: readonly { day: string; dot: ReactNode }[]
}) {
  const last = useLastDay()
  const { data, error, refetch } = useAsk('/api/v1/software/{name}/history', {
    path: { name },
    query: { vendor, from: moveDay(last, -days) },
  })
  const lines = useMemo(
    () =>
      data && [
        ...data.versions.map(({ version, points }, index) => ({
          title: version || 'no version stated',
          points,
          stroke: looks[index % looks.length]![0],
          mark: looks[index % looks.length]![1],
        })),
        ...(data.others
          ? [
              {
                title: `${count(data.others.versions)} others`,
                points: data.others.points,
                stroke: 'stroke-ink-3',
                mark: 'bg-ink-3',
                dashed: true,
              },
            ]
          : []),
      ],
    [data],
  )
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!lines) return <Loading className="h-64" />
  if (lines.length === 0) return null
  const most = Math.max(1, ...lines.flatMap(({ points }) => points.map(({ value }) => value)))
  // Ticks are quarters of the scale: whole numbers of assets.
  return (
    <Card title="Versions over time" note="assets">
      <Lines
        label={`Assets by version of ${name}`}
        lines={lines}
        write={count}
        scale={[0, Math.ceil(most / 4) * 4]}
        marks={marks}
        height={200}
      />
    </Card>
  )
}
