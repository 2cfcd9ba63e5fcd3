import { useAsk } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, percent } from '../../format.ts'
import { Loading } from '../../components/Problem.tsx'

const levels = {
  high: ['High', 'bg-zone-high', '70 and more'],
  medium: ['Medium', 'bg-zone-medium', '30 to 70'],
  low: ['Low', 'bg-zone-low', 'below 30'],
  none: ['None', 'bg-line-strong', 'nothing open'],
} as const

/** How the assets are spread over the levels of exposure, and what stands beside the score. Each part is a filter of the list. */
export function ExposureStrip() {
  const { data } = useAsk('/api/v1/assets/exposure')
  const { all, set } = useParameters()
  if (!data) return <Loading className="h-20" />
  const scored = data.levels.reduce((sum, level) => sum + level.assets, 0)
  const parts = (['high', 'medium', 'low', 'none'] as const).map((id) => ({
    id,
    assets: data.levels.find(({ level }) => level === id)!.assets,
  }))
  const toggle = (parameter: string, value: string) =>
    set({ [parameter]: all(parameter).includes(value) ? null : value }, { replace: true })
  return (
    <section aria-label="Assets by exposure" className="rounded-lg border border-line bg-surface px-4 py-3">
      <div className="flex h-2.5 overflow-hidden rounded-full bg-sunken" aria-hidden>
        {parts.map(
          ({ id, assets }) =>
            scored > 0 && assets > 0 && <span key={id} className={levels[id][1]} style={{ width: `${(100 * assets) / scored}%` }} />,
        )}
      </div>
      <div className="mt-2.5 flex flex-wrap items-start gap-x-1 gap-y-2 text-sm">
        {parts.map(({ id, assets }) => (
          <button
            key={id}
            type="button"
            aria-pressed={all('level').includes(id)}
            onClick={() => toggle('level', id)}
            className="rounded-md px-2.5 py-1 text-left hover:bg-hover aria-pressed:bg-accent-soft"
          >
            <span className="flex items-center gap-1.5 text-xs text-ink-2">
              <span className={`size-2 rounded-full ${levels[id][1]}`} aria-hidden />
              {levels[id][0]} <span className="text-ink-3">{levels[id][2]}</span>
            </span>
            <span className="num font-semibold">{count(assets)}</span>
          </button>
        ))}
        <span className="flex-1" />
        {(
          [
            ['stale', 'Beside the score: not scanned lately', data.stale],
            ['never_scanned', 'never scanned', data.never_scanned],
          ] as const
        ).map(([coverage, title, assets]) => (
          <button
            key={coverage}
            type="button"
            aria-pressed={all('coverage').includes(coverage)}
            onClick={() => toggle('coverage', coverage)}
            className="rounded-md px-2.5 py-1 text-left hover:bg-hover aria-pressed:bg-accent-soft"
          >
            <span className="block text-xs text-ink-2">{title}</span>
            <span className="num font-semibold">{count(assets)}</span>
          </button>
        ))}
        <div className="px-2.5 py-1" title="Part of the hazard behind the score for which no source names a fix">
          <span className="block text-xs text-ink-2">Without a known fix</span>
          <span className="num font-semibold">{percent(data.without_fix)}</span>
        </div>
      </div>
    </section>
  )
}
