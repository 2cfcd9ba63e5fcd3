import type { Answer } from '../../api.ts'
import { count } from '../../format.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { StageBadge } from '../../components/Badge.tsx'
import { Empty } from '../../components/Problem.tsx'
import { SupportEnd } from './SupportEnd.tsx'

const head = 'px-3 py-2 text-left text-xs font-medium text-ink-3'
const cell = 'px-3 py-1.5'

/** Each version of a software: on how many assets it is, what is wrong with it, and how long it is supported. */
export function Versions({ versions }: { versions: Answer<'/api/v1/software/{name}'>['version_list'] }) {
  if (versions.length === 0) return <Empty title="No version known" />
  const most = Math.max(1, ...versions.map((version) => version.assets))
  return (
    <div className="overflow-x-auto rounded-lg border border-line bg-surface">
      <table className="w-full text-sm" aria-label="Versions">
        <thead className="border-b border-line">
          <tr>
            <th className={head}>Version</th>
            <th className={head} colSpan={2}>
              Assets
            </th>
            <th className={`${head} text-right`}>Exposed</th>
            <th className={`${head} text-right`}>Vulnerabilities</th>
            <th className={`${head} text-right`}>Critical</th>
            <th className={head}>Threat</th>
            <th className={head}>Support ends</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {versions.map((one) => (
            <tr key={one.version}>
              <td className={`num ${cell}`}>{one.version}</td>
              <td className={`w-40 ${cell}`}>
                <ShareBar share={one.assets / most} />
              </td>
              <td className={`num ${cell}`}>{count(one.assets)}</td>
              <td className={`num text-right ${cell}`}>{count(one.exposed_assets)}</td>
              <td className={`num text-right ${cell}`}>{count(one.vulnerabilities)}</td>
              <td className={`num text-right ${cell} ${one.critical > 0 ? 'font-medium text-critical-ink' : ''}`}>{count(one.critical)}</td>
              <td className={cell}>
                <StageBadge stage={one.stage} />
              </td>
              <td className={cell}>
                <SupportEnd one={one} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
