import type { Answer } from '../../api.ts'
import { count, day } from '../../format.ts'
import { Epss } from '../../components/Badge.tsx'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { segment } from '../../components/segment.ts'

type Vulnerability = Answer<'/api/v1/vulnerabilities/{vulnerability_id}'>

const head = 'px-3 py-2 text-left text-xs font-medium text-ink-3'
const cell = 'px-3 py-1.5'

/** The software that has it: which versions, on how many assets, and what fixes it. */
export function AffectedSoftware({ affected }: { affected: Vulnerability['affected'] }) {
  if (affected.length === 0) return <Empty title="No software">No report names what has it.</Empty>
  return (
    <div className="overflow-x-auto rounded-lg border border-line bg-surface">
      <table className="w-full text-sm" aria-label="Affected software">
        <thead className="border-b border-line">
          <tr>
            <th className={head}>Software</th>
            <th className={head}>Version</th>
            <th className={head}>Fixed in</th>
            <th className={`${head} text-right`}>Assets</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {affected.map((one, index) => (
            <tr key={index}>
              <td className={cell}>
                {one.component ? (
                  <To page={`/software/${segment(one.component)}`} className="link font-medium">
                    {one.component}
                  </To>
                ) : (
                  '–'
                )}
              </td>
              <td className={`num ${cell}`}>{one.version || 'unknown'}</td>
              <td className={`num ${cell}`}>{one.fixed_version ?? <span className="text-ink-3">None known</span>}</td>
              <td className={`num text-right ${cell}`}>{count(one.assets)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** How its probability of exploitation went, newest first. */
export function EpssSteps({ steps }: { steps: Vulnerability['epss_steps'] }) {
  if (steps.length === 0)
    return <Empty title="No EPSS">No feed gives a probability of exploitation. Import the EPSS feed under Sources.</Empty>
  return (
    <ol aria-label="Steps of EPSS" className="divide-y divide-line rounded-lg border border-line bg-surface text-sm">
      {steps.map((step, index) => (
        <li key={index} className="flex items-center gap-4 px-3 py-1.5">
          <span className="num w-28 text-ink-2">{day(step.at)}</span>
          <span className="num w-28">
            <Epss value={step.epss} />
          </span>
          <span className="text-ink-3">{step.source}</span>
        </li>
      ))}
    </ol>
  )
}
