import { day } from '../../format.ts'
import { OutLink } from '../../components/Foreign.tsx'
import { Chip } from '../../components/Badge.tsx'

/** When support of a software ends, and who says so. */
export interface Supported {
  support: 'supported' | 'ending' | 'ended' | null
  end_of_support_at: string | null
  end_of_support_by: { source: string; product: string | null; release: string | null } | null
}

/** When support ends, marked when it has or does so within six months; a dash where nobody states it. On a long look, who says so. */
export function SupportEnd({ one }: { one: Supported }) {
  if (one.support === null) return <>–</>
  const at = day(one.end_of_support_at)
  return (
    <span title={saidBy(one)}>
      {one.support === 'ended' ? (
        <Chip tone="worse">{`Ended ${at}`}</Chip>
      ) : one.support === 'ending' ? (
        <Chip tone="warn">{`Ends ${at}`}</Chip>
      ) : (
        <span className="num">{at}</span>
      )}
    </span>
  )
}

function saidBy({ end_of_support_by: by }: Supported): string {
  if (by === null) return ''
  return by.product === null ? `As ${by.source} reports it` : `endoflife.date, ${by.product} ${by.release}`
}

/** {@link SupportEnd} with who says so beside it: a report, or the feed's page of the product. */
export function SupportEndSaid({ one }: { one: Supported }) {
  const by = one.end_of_support_by
  if (by === null) return <SupportEnd one={one} />
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <SupportEnd one={one} />
      {by.product === null ? (
        <span className="text-ink-3">{saidBy(one)}</span>
      ) : (
        <OutLink href={`https://endoflife.date/${encodeURIComponent(by.product)}`}>{saidBy(one)}</OutLink>
      )}
    </span>
  )
}
