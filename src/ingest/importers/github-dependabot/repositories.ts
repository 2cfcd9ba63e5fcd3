import { z } from 'zod'
import { codeAsset } from '../../../model/code-asset.ts'
import type { AssetRecord } from '../../../model/record.ts'
import { maybe, Text } from '../../readers/lenient.ts'

const PageInfo = z.object({ hasNextPage: z.boolean().nullish().catch(null), hasPreviousPage: z.boolean().nullish().catch(null) })
type PageInfo = z.infer<typeof PageInfo>

const Alerts = z.object({ nodes: z.array(z.unknown()).nullish(), pageInfo: maybe(PageInfo) })

/** A repository of a GraphQL answer. Some queries search inside of it. */
export const Repository = z.object({
  name: Text,
  nameWithOwner: Text,
  url: Text,
  vulnerabilityAlerts: Alerts.nullish(),
  search: z.object({ nodes: z.array(z.object({ vulnerabilityAlerts: Alerts.nullish() }).nullable()).nullish() }).nullish(),
})
export type Repository = z.infer<typeof Repository>

/** Its pages of alerts. */
export function pagesOf({ vulnerabilityAlerts, search }: Repository): { alerts: unknown[]; pageInfo: PageInfo | undefined }[] {
  const all = [vulnerabilityAlerts, ...(search?.nodes ?? []).map((node) => node?.vulnerabilityAlerts)]
  return all.flatMap((one) => (one ? [{ alerts: one.nodes ?? [], pageInfo: one.pageInfo }] : []))
}

/** By address or owner and name; a bare name holds inside this source only; without any the person is asked. */
export function repositoryAsset({ name, nameWithOwner, url }: Pick<Repository, 'name' | 'nameWithOwner' | 'url'>): AssetRecord {
  const address = url ?? (nameWithOwner ? `https://github.com/${nameWithOwner}` : undefined)
  const asset = codeAsset(address ?? name ?? 'repository', address)
  if (asset.names.length > 0 || !name) return asset
  return { ...asset, name, names: [{ type: 'label', name: `github-dependabot/${name}` }] }
}

/** How much of a repository's list was seen: its first page, those that follow, its last. */
export class Page {
  static readonly unknown = new Page('unknown')
  private readonly state: 'unknown' | 'more' | 'whole'

  private constructor(state: 'unknown' | 'more' | 'whole') {
    this.state = state
  }

  get isWhole(): boolean {
    return this.state === 'whole'
  }

  /** The state after one more page. A page that does not say that nothing stands before it may be any. */
  static after(before: Page | undefined, info: PageInfo | undefined): Page {
    const begins = before === undefined && info?.hasPreviousPage === false
    if ((!begins && before?.state !== 'more') || typeof info?.hasNextPage !== 'boolean') return Page.unknown
    return new Page(info.hasNextPage ? 'more' : 'whole')
  }
}
