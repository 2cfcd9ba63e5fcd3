import { useAsk } from '../api.ts'

/** The scores that one can choose from, as options of a select: `exposure`, `secure`, `initiative/<id>`, `metric/<id>`; `kinds`: also all of a kind. */
export function ScoreOptions({ kinds = false }: { kinds?: boolean }) {
  const initiatives = useAsk('/api/v1/initiatives')
  const metrics = useAsk('/api/v1/metrics')
  const groups = [
    ['Initiatives', 'initiative', initiatives.data?.items ?? []],
    ['Metrics', 'metric', metrics.data?.items ?? []],
  ] as const
  return (
    <>
      <option value="exposure">Exposure score</option>
      <option value="secure">Secure score</option>
      {kinds && groups.map(([title, kind]) => <option key={kind} value={kind}>{`All ${title.toLowerCase()}`}</option>)}
      {groups.map(([title, kind, list]) => (
        <optgroup key={kind} label={title}>
          {list.map((one) => (
            <option key={one.id} value={`${kind}/${one.id}`}>
              {one.title}
            </option>
          ))}
        </optgroup>
      ))}
    </>
  )
}
