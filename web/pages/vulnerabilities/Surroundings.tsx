import type { Answer } from '../../api.ts'
import { counted, count, fine, word } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { Empty } from '../../components/Problem.tsx'
import { Here, To } from '../../components/To.tsx'
import { Tags } from '../recommendations/marks.tsx'

type Vulnerability = Answer<'/api/v1/vulnerabilities/{vulnerability_id}'>

/** What closes a weakness: the recommendations that its findings belong to. */
export function Closing({ recommendations }: Pick<Vulnerability, 'recommendations'>) {
  if (recommendations.length === 0)
    return <Empty title="No recommendation">It is open on no asset that counts, or no source states a fix and no exploit is known.</Empty>
  return (
    <Card title="What closes it" note="the gain is that of the whole recommendation">
      <ul className="divide-y divide-line text-sm">
        {recommendations.map((one) => (
          <li key={one.id} className="flex min-h-9 flex-wrap items-center gap-3 py-1">
            <To page="/recommendations" change={{ open: one.id, state: 'all' }} className="link min-w-0 flex-1 truncate" title={one.title}>
              {one.title}
            </To>
            <Tags tags={one.tags} />
            <span className="num text-ink-2">{counted(one.assets, 'asset')}</span>
            <span className="num w-24 text-right">{one.gain > 0 ? `${fine(one.gain)} better` : '–'}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** The operating systems of the assets that have a weakness; a family filters the assets. */
export function Systems({ systems }: Pick<Vulnerability, 'systems'>) {
  if (systems.length === 0) return <Empty title="On no asset">It is open on no asset.</Empty>
  return (
    <Card title="Operating systems of the exposed assets" note="as reports state them; what counts as affected is the tools' own detection">
      <ul className="divide-y divide-line text-sm">
        {systems.map((one) => (
          <li key={`${one.os_family} ${one.os}`} className="flex min-h-9 items-center gap-3">
            <span className="min-w-0 flex-1 truncate">{one.os ?? (one.os_family === null ? 'Not stated' : word(one.os_family))}</span>
            {one.os_family !== null && (
              <Here change={{ tab: 'assets', os_family: one.os_family }} className="link">
                {word(one.os_family)}
              </Here>
            )}
            <span className="num w-20 text-right">{count(one.assets)}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** The families of those systems, as a filter offers them. */
export const familiesOf = (systems: Vulnerability['systems']): { value: string; amount: number }[] =>
  [...new Set(systems.flatMap(({ os_family }) => os_family ?? []))].map((value) => ({
    value,
    amount: systems.filter(({ os_family }) => os_family === value).reduce((sum, { assets }) => sum + assets, 0),
  }))
