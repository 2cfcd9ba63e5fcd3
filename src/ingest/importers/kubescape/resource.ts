import { type KubernetesResource, resourcePath } from '../../../model/kubernetes-resource.ts'

/** What a resource id names. */
export interface Named extends KubernetesResource {
  /** Of a subject that gets its rights through others, which ones; '' else. */
  through: string
}

/**
 * Takes a resource id apart: `apps/v1/shop/Deployment/web`, `/v1//Namespace/shop`, from files `path=123/api=apps/v1//Deployment/web`; and of RBAC subjects
 * `/shop/ServiceAccount/web/path=1/api=rbac…/v1//ClusterRole/view`: group, namespace, kind and name, and behind them the roles and bindings.
 */
export function parseResourceId(id: string): Named {
  const parts = id
    .slice(0, 2000)
    .replace(/path=\d+\//g, '')
    .replaceAll('api=', '')
    .split('/')
  const at = /^v\d\w{0,20}$/.test(parts[1] ?? '') ? 2 : 1
  const [namespace = '', kind = '', name = ''] = parts.slice(at)
  const rest = parts.slice(at + 3)
  if (parts.length < at + 3) return { namespace: '', kind: '', name: id.slice(0, 300), through: '' }
  const through: string[] = []
  // Each further resource is group, version, namespace, kind and name.
  for (let place = 0; place + 5 <= rest.length; place += 5) {
    const [space = '', otherKind = '', otherName = ''] = rest.slice(place + 2)
    through.push(resourcePath({ namespace: space, kind: otherKind, name: otherName }))
  }
  return { namespace, kind, name, through: through.join(', ') || rest.join('/').slice(0, 300) }
}
