import { repositoryName } from '../../../model/asset-name.ts'
import type { AssetRecord } from '../../../model/record.ts'

/** A repository by the tool's name for it, `github.com/owner/name`; a local folder names none. */
export function repositoryAsset(name: string): AssetRecord {
  const address = repositoryName(/^[a-z][a-z0-9+.-]*:/i.test(name) ? name : `https://${name}`)
  return {
    kind: 'asset',
    asset: address ?? 'repository',
    type: 'repository',
    name: address ?? 'repository',
    names: address ? [{ type: 'repository', name: address }] : [],
  }
}
