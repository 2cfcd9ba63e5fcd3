import type { AssetRecord } from './record.ts'

/** What names a resource inside a cluster. */
export interface KubernetesResource {
  /** '' for what belongs to the whole cluster. */
  namespace: string
  kind: string
  name: string
}

/** `namespace/Kind/name`, without the namespace for what belongs to the whole cluster. */
export const resourcePath = ({ namespace, kind, name }: KubernetesResource): string =>
  [namespace, kind, name].filter((part) => part !== '').join('/')

/**
 * The asset of a resource: `cluster/namespace/Kind/name` where the report names the cluster. Without a name of the cluster all its resources are one asset
 * that the person names, since two clusters have the same namespaces. The name of an EKS cluster may be its ARN.
 */
export function kubernetesAsset(source: string, cluster: string, resource: KubernetesResource): AssetRecord {
  if (cluster === '')
    return { kind: 'asset', asset: 'cluster', type: 'cluster', name: '', names: [], attributes: { cloud_provider: 'kubernetes' } }
  const path = resourcePath(resource)
  const arn = /^arn:aws[\w-]*:eks:([\w-]+):(\d{12}):cluster\//.exec(cluster)
  const name = path === '' ? cluster : `${cluster}/${path}`
  return {
    kind: 'asset',
    asset: path || 'cluster',
    type: path === '' ? 'cluster' : 'cloud_resource',
    name: path || cluster,
    names: [arn ? { type: 'cloud_id', name } : { type: 'label', name: `${source}/${name}` }],
    attributes: { cloud_provider: 'kubernetes', cloud_account: cluster, ...(arn && { region: arn[1]! }) },
  }
}

/** `deployments` → `Deployment`: tools that write the plural of the API in lower case. What is not known keeps its word. */
export function kindOfPlural(plural: string): string {
  const known: Record<string, string> = {
    cronjobs: 'CronJob',
    daemonsets: 'DaemonSet',
    replicasets: 'ReplicaSet',
    statefulsets: 'StatefulSet',
    configmaps: 'ConfigMap',
    serviceaccounts: 'ServiceAccount',
    clusterroles: 'ClusterRole',
    clusterrolebindings: 'ClusterRoleBinding',
    rolebindings: 'RoleBinding',
    networkpolicies: 'NetworkPolicy',
    ingresses: 'Ingress',
    persistentvolumes: 'PersistentVolume',
    persistentvolumeclaims: 'PersistentVolumeClaim',
    poddisruptionbudgets: 'PodDisruptionBudget',
    podsecuritypolicies: 'PodSecurityPolicy',
    horizontalpodautoscalers: 'HorizontalPodAutoscaler',
    gatewayclasses: 'GatewayClass',
    httproutes: 'HTTPRoute',
  }
  const word = plural.toLowerCase()
  if (Object.hasOwn(known, word)) return known[word]!
  return /^[a-z]+s$/.test(word) ? word[0]!.toUpperCase() + word.slice(1, -1) : plural
}
