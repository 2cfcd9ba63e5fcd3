import { day } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'

/** When support ends, marked when it has or does so within six months; a dash where no report states it. */
export function SupportEnd({ one }: { one: { support: 'supported' | 'ending' | 'ended' | null; end_of_support_at: string | null } }) {
  if (one.support === null) return <>–</>
  const at = day(one.end_of_support_at)
  if (one.support === 'ended') return <Chip tone="worse">{`Ended ${at}`}</Chip>
  if (one.support === 'ending') return <Chip tone="warn">{`Ends ${at}`}</Chip>
  return <span className="num">{at}</span>
}
