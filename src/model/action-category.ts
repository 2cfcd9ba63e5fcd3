import type { AssetType } from './asset.ts'
import { actionCategories } from './secure-action.ts'

type Category = (typeof actionCategories)[number]

/** Words of sources' own categories, services and products, lower case, by the category of the secure score that they belong to. docs/secure-score.md */
const words: Record<Category, readonly string[]> = {
  Identity: [
    'aad',
    'accessanalyzer',
    'account',
    'accounts',
    'authentication',
    'authorization',
    'azuread',
    'conditional access',
    'directory',
    'eidsca',
    'entra',
    'iam',
    'identity',
    'iam identity center',
    'identity and access management',
    'identity management',
    'kerberos',
    'login',
    'mfa',
    'okta',
    'password',
    'passwords',
    'privileged',
    'privileged access',
    'privileged accounts',
    'sso',
    'trusts',
    'users',
  ],
  Device: [
    'bitlocker',
    'device',
    'devices',
    'endpoint',
    'endpoints',
    'intune',
    'mde',
    'os',
    'scid',
    'stale objects',
    'system',
    'windows',
    'workstation',
  ],
  Apps: [
    'app',
    'apps',
    'application',
    'applications',
    'collaboration',
    'defender',
    'docusign',
    'email',
    'exchange',
    'exo',
    'github',
    'meeting',
    'meetings',
    'powerbi',
    'powerplatform',
    'salesforce',
    'servicenow',
    'sharepoint',
    'spo',
    'teams',
    'webapp',
    'zoom',
  ],
  Data: [
    'backup',
    'cosmosdb',
    'data',
    'data protection',
    'database',
    'databases',
    'dlp',
    'dynamodb',
    'encryption',
    'information protection',
    'keyvault',
    'kms',
    'mip',
    'purview',
    'rds',
    's3',
    'secrets',
    'secretsmanager',
    'storage',
  ],
  Infrastructure: [
    'acm',
    'apigateway',
    'cloudfront',
    'cloudtrail',
    'cloudwatch',
    'cluster',
    'compute',
    'container',
    'ec2',
    'ecr',
    'ecs',
    'eks',
    'elb',
    'elbv2',
    'firewall',
    'guardduty',
    'image',
    'infrastructure',
    'kubernetes',
    'lambda',
    'logging',
    'monitoring',
    'network',
    'networking',
    'securityhub',
    'ssm',
    'vm',
    'vpc',
  ],
}

const byWord = new Map(actionCategories.flatMap((category) => words[category].map((word) => [word, category] as const)))

const byType: Partial<Record<AssetType, Category>> = {
  account: 'Infrastructure',
  application: 'Apps',
  cloud_resource: 'Infrastructure',
  cluster: 'Infrastructure',
  device: 'Device',
  identity: 'Identity',
  image: 'Infrastructure',
  repository: 'Apps',
  tenant: 'Apps',
}

/**
 * The category of the secure score for what a source says: its own category when that is one of ours; else by the words of its category and its
 * product, the whole text before its single words, then of its id; else by the kind of asset that it is measured on. What fits nothing is Infrastructure.
 */
export function categoryOf(category: string | null, product: string | null, control_id: string, type: AssetType | null): Category {
  for (const text of [category, product]) {
    if (text === null) continue
    const plain = text.trim().toLowerCase().replaceAll(/[_-]+/g, ' ')
    const whole = byWord.get(plain)
    if (whole) return whole
  }
  for (const text of [category, product, control_id]) {
    for (const word of (text ?? '').toLowerCase().split(/[^a-z0-9]+/)) {
      const found = byWord.get(word)
      if (found) return found
    }
  }
  return (type && byType[type]) ?? 'Infrastructure'
}
