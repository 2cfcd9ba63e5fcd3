import type { ReactNode } from 'react'
import { Chip } from '../../components/Badge.tsx'
import { instant } from '../../format.ts'
import { versionWords } from './words.ts'

/** One version of something that was set. */
export interface Version {
  kind: string
  id: string
  value: string
  from: string
  to: string | null
  import_no: number
  actor: string
  reason: string | null
  ended_by: string | null
  end_reason: string | null
  idle: boolean
}

/** Who set what, when and why, newest first. `end`: what is shown beside that which applies to nothing. */
export function SettingsLog({
  versions,
  label,
  end,
}: {
  versions: readonly Version[]
  label: string
  end?: (version: Version) => ReactNode
}) {
  if (versions.length === 0) return <p className="text-sm text-ink-3">Nobody has set anything yet.</p>
  return (
    <ul aria-label={label} className="flex flex-col divide-y divide-line text-sm">
      {versions.map((version) => (
        <li key={`${version.import_no} ${version.kind} ${version.id}`} className="py-2">
          <p className={version.to === null ? '' : 'text-ink-3'}>
            {versionWords(version)}
            {version.reason && <span className="text-ink-2"> – {version.reason}</span>}
            {version.idle && (
              <span className="ml-2 inline-flex items-center gap-2">
                <Chip tone="warn">Applies to nothing</Chip>
                {end?.(version)}
              </span>
            )}
          </p>
          <p className="num mt-0.5 text-xs text-ink-3">
            {version.actor}, {instant(version.from)}
            {version.to !== null && `, until ${instant(version.to)}${version.ended_by ? ` by ${version.ended_by}` : ''}`}
            {version.end_reason && ` – ${version.end_reason}`}
          </p>
        </li>
      ))}
    </ul>
  )
}
