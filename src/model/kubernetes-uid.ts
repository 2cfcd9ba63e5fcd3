import type { AssetRecord } from './record.ts'

/** What is known of an object in a Kubernetes cluster. */
export interface KubernetesObject {
  namespace?: string | undefined
  kind?: string | undefined
  name?: string | undefined
  /** The id that Kubernetes gave it, unique over all clusters. */
  uid?: string | undefined
}

/** `namespace/Kind/name`, without what is not known. */
export const objectPath = ({ namespace, kind, name }: KubernetesObject): string =>
  [namespace, kind, name].filter((part) => part !== undefined && part !== '').join('/')

/** The asset of a workload, role or node by its uid; null where there is none: two clusters have the same names. */
export function kubernetesByUid(asset: string, resource: KubernetesObject): AssetRecord | null {
  const uid = resource.uid?.toLowerCase()
  if (uid === undefined || !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uid)) return null
  return {
    kind: 'asset',
    asset,
    type: 'cloud_resource',
    name: objectPath(resource),
    names: [{ type: 'cloud_id', name: uid }],
    attributes: { cloud_provider: 'kubernetes', ...(resource.namespace && { asset_group: resource.namespace }) },
  }
}

/** The cluster as a whole, which the person names. */
export const unnamedCluster = (asset: string): AssetRecord => ({
  kind: 'asset',
  asset,
  type: 'cluster',
  name: '',
  names: [],
  attributes: { cloud_provider: 'kubernetes' },
})
