import { repositoryName } from '../../../model/asset-name.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import type { AssetRecord } from '../../../model/record.ts'

/** A project by its product and name; by its address where the project is called by one. Without a name the person is asked. */
export function applicationAsset(product: string | undefined, project: string | undefined): AssetRecord {
  if (project && repositoryName(project)) return codeAsset(project, project)
  const name = [product, project].filter((part) => part !== undefined).join('/')
  return {
    kind: 'asset',
    asset: name || 'project',
    type: 'application',
    name: project ?? '',
    names: project ? [{ type: 'label', name: `mend/${name}` }] : [],
  }
}

/** A project of the platform by its UUID. */
export function platformAsset(
  project: { uuid?: string | undefined; name?: string | undefined } | undefined,
  application: string | undefined,
): AssetRecord {
  if (!project?.uuid) return applicationAsset(application, project?.name)
  return {
    kind: 'asset',
    asset: project.uuid,
    type: 'application',
    name: project.name ?? project.uuid,
    names: [{ type: 'agent_id', name: `mend:${project.uuid.toLowerCase()}` }],
  }
}
