import { useState } from 'react'
import { useAsk } from '../api.ts'
import { Choice } from './Choice.tsx'
import { fieldLook } from './fields.tsx'
import { groupsFound, isSearched } from './group-search.ts'

/** Chooses among the asset groups, by a search where they are many. */
export function GroupChoice({ chosen, onChange }: { chosen: readonly string[]; onChange: (chosen: string[]) => void }) {
  const groups = useAsk('/api/v1/scores/groups').data?.items ?? []
  const [find, setFind] = useState('')
  const shown = groupsFound(groups, find)
  return (
    <>
      {isSearched(groups) && (
        <input
          type="search"
          aria-label="Search asset groups"
          placeholder="Search asset groups"
          value={find}
          onChange={(event) => setFind(event.target.value)}
          className={`${fieldLook} mt-1`}
        />
      )}
      <div className="mt-1 max-h-36 overflow-y-auto rounded-md border border-line">
        {shown.map(({ asset_group }) => (
          <Choice
            key={asset_group}
            checked={chosen.includes(asset_group)}
            onChange={(on) => onChange(on ? [...chosen, asset_group] : chosen.filter((one) => one !== asset_group))}
          >
            {asset_group}
          </Choice>
        ))}
        {shown.length === 0 && <p className="px-2 py-1.5 text-ink-3">No asset group.</p>}
      </div>
    </>
  )
}
