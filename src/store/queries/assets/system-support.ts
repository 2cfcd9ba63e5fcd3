import { formatInstant } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import type { AskedMoment } from '../moment.ts'
import { feedSupport, type SupportSaidBy, supportSql, type SupportState, supportWord } from '../support.ts'

/** When support of an operating system ends. */
export interface SystemSupport {
  /** As the feed writes it: "Ubuntu" and "22.04". */
  title: string
  release: string
  end_of_support_at: string
  end_of_support_by: SupportSaidBy
  support: SupportState
}

/** What a feed says at this moment of the operating system that an asset states as this text; null: nothing, or the text does not tell which release it is. */
export async function systemSupport(engine: Engine, scope: Scope, { at }: AskedMoment, os: string | null): Promise<SystemSupport | null> {
  if (os === null) return null
  const [row] = await engine.query<{ title: string; product: string; release: string; source: string; ends_at: number; support: number }>(
    `with ${feedSupport}
    select f.title, f.product, f.release, f.source, f.ends_at, ${supportSql('f.ends_at')} as support
    from feed_support f where f.kind = 'os' and f.version = $os and f.valid_from <= $at and $at < f.valid_to`,
    { org_id: scope.org_id, at, os },
  )
  if (!row) return null
  const { title, release, product, source } = row
  return {
    title,
    release,
    end_of_support_at: formatInstant(row.ends_at),
    end_of_support_by: { source, product, release },
    support: supportWord(row.support)!,
  }
}
