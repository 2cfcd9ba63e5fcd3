import { useAsk } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { day, instant, word } from '../../format.ts'
import { Chip, CriticalityBadge } from '../../components/Badge.tsx'
import { Card } from '../../components/Card.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'

type Levels = Answer<'/api/v1/assets/{asset_id}/levels'>
type Decided = Levels['criticality']

/** Whose word it is, as a sentence. */
function Why({ what, rules }: { what: Decided; rules: Levels['rules'] }) {
  if (what.by === null) return <p className="text-sm text-ink-3">No source states one, no rule that counts fits, and nobody set one.</p>
  if (what.by === 'person')
    return (
      <p className="text-sm text-ink-2">
        Set by hand{what.since && ` on ${instant(what.since)}`}
        {what.actor && ` by ${what.actor}`}
        {what.reason ? `: “${what.reason}”` : '.'}
      </p>
    )
  if (what.by === 'source') return <p className="text-sm text-ink-2">As {what.sources.map(({ source }) => source).join(' and ')} states.</p>
  const rule = rules.find(({ rule_id, kind }) => rule_id === what.rule_id && (kind === 'group' || kind === 'criticality'))
  return (
    <p className="text-sm text-ink-2">
      By the rule{' '}
      <To
        page="/critical-assets"
        change={rule?.kind === 'group' ? { tab: 'groups' } : { open: what.rule_id }}
        className="link font-medium underline underline-offset-2"
      >
        {rule?.title ?? what.rule_id}
      </To>
      {rule && `: ${rule.reason}`}
    </p>
  )
}

/** Why an asset has its level, its group and its value, which other rules it fits, and its groups through time. */
export function AssetLevels({ id }: { id: number }) {
  const { data, error, refetch } = useAsk('/api/v1/assets/{asset_id}/levels', { path: { asset_id: id } })
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <Card title="Criticality" note={`it weighs ${data.value} in the exposure score`}>
        <div className="flex items-start gap-3">
          <CriticalityBadge criticality={data.criticality.value as 'low' | 'medium' | 'high' | 'very_high' | null} />
          <Why what={data.criticality} rules={data.rules} />
        </div>
        {data.rules.some(({ kind }) => kind === 'criticality') && (
          <ul aria-label="Classifications that it fits" className="mt-3 border-t border-line text-sm">
            {data.rules
              .filter(({ kind }) => kind === 'criticality')
              .map((rule) => (
                <li key={rule.rule_id} className="flex items-start gap-3 border-b border-line py-2">
                  <div className="min-w-0 flex-1">
                    <To page="/critical-assets" change={{ open: rule.rule_id }} className="link block w-fit">
                      {rule.title}
                    </To>
                    <p className="line-clamp-2 text-xs break-words text-ink-3" title={rule.reason}>
                      {rule.certainty} % certain since {day(rule.since)}: {rule.reason}
                    </p>
                  </div>
                  {!rule.on ? (
                    <Chip>Off</Chip>
                  ) : rule.counts ? (
                    <CriticalityBadge criticality={rule.value as 'low' | 'medium' | 'high' | 'very_high'} />
                  ) : (
                    <Chip tone="warn">{rule.decision === 'no' ? 'Dismissed' : 'To review'}</Chip>
                  )}
                </li>
              ))}
          </ul>
        )}
      </Card>
      <Card title="Asset group">
        <p className="font-medium">{data.asset_group.value ?? 'None'}</p>
        <Why what={data.asset_group} rules={data.rules} />
        {data.groups.length > 1 && (
          <ul aria-label="Groups through time" className="mt-3 border-t border-line text-sm">
            {data.groups.map((one) => (
              <li key={one.since} className="flex gap-3 border-b border-line py-1.5">
                <span className="min-w-0 flex-1 truncate">{one.asset_group ?? 'In no group'}</span>
                <span className="num text-ink-3">
                  {day(one.since)} – {one.until === null ? 'now' : day(one.until)}
                </span>
              </li>
            ))}
          </ul>
        )}
        {data.asset_group.sources.length > 0 && data.asset_group.by !== 'source' && (
          <p className="mt-2 text-xs text-ink-3">
            Reported: {data.asset_group.sources.map(({ source, value }) => `${word(value)} (${source})`).join(', ')}
          </p>
        )}
      </Card>
    </div>
  )
}
