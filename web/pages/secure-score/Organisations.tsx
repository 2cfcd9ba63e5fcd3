import { useAsk } from '../../api.ts'
import { Choice } from '../../components/Choice.tsx'

/** Chooses organisations by their slugs, where there are several; none chosen means the one of the page. */
export function Organisations({ chosen, onChange }: { chosen: readonly string[]; onChange: (next: readonly string[]) => void }) {
  const { data } = useAsk('/api/v1/organisations', { anywhere: true })
  if (!data || data.items.length < 2) return null
  return (
    <fieldset className="text-sm">
      <legend className="font-medium">Organisations</legend>
      <p className="text-xs text-ink-3">None chosen: this one. An action that one does not have is left out there.</p>
      <div className="mt-1 max-h-32 overflow-y-auto">
        {data.items.map(({ slug, name }) => (
          <Choice
            key={slug}
            checked={chosen.includes(slug)}
            onChange={(checked) => onChange(checked ? [...chosen, slug] : chosen.filter((each) => each !== slug))}
          >
            {name}
          </Choice>
        ))}
      </div>
    </fieldset>
  )
}
