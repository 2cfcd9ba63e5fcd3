import { repositoryName } from './asset-name.ts'
import type { AssetRecord } from './record.ts'

/**
 * The asset of a report about source code: the repository by its address; without one an asset without names, so that the person is asked
 * which it is (`--asset`): "the code here" says nothing that another report could say, too.
 */
export function codeAsset(asset: string, address?: string | null): AssetRecord {
  const repository = address ? repositoryName(address) : null
  return {
    kind: 'asset',
    asset,
    type: 'repository',
    name: repository?.replace('https://', '') ?? '',
    names: repository ? [{ type: 'repository', name: repository }] : [],
  }
}
