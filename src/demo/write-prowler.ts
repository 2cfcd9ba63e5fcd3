import { at, type Day, textOf } from './days.ts'
import type { CloudResource, Fleet } from './fleet.ts'
import type { Random } from './random.ts'
import { requirementsOf } from './requirements.ts'
import { chapterDays, during } from './story.ts'

interface Check {
  /** Prowler's own check id: https://hub.prowler.com */
  id: string
  title: string
  severity: 'critical' | 'high' | 'medium' | 'low'
  service: string
  /** Share of resources that fail at the beginning; they are put right one by one. */
  failing: number
  remedy: string
}

/** Checks by the kind of resource; `AwsAccount` and `AzureSubscription` are the accounts themselves. */
const checks: Record<string, Check[]> = {
  AwsS3Bucket: [
    {
      id: 's3_bucket_level_public_access_block',
      title: 'Bucket blocks public access',
      severity: 'high',
      service: 's3',
      failing: 0.15,
      remedy: 'Switch on all four settings of the public access block.',
    },
    {
      id: 's3_bucket_default_encryption',
      title: 'Bucket encrypts by default',
      severity: 'medium',
      service: 's3',
      failing: 0.1,
      remedy: 'Set a default encryption.',
    },
    {
      id: 's3_bucket_server_access_logging_enabled',
      title: 'Bucket logs access',
      severity: 'low',
      service: 's3',
      failing: 0.6,
      remedy: 'Send access logs to a log bucket.',
    },
    {
      id: 's3_bucket_object_versioning',
      title: 'Bucket keeps versions',
      severity: 'medium',
      service: 's3',
      failing: 0.45,
      remedy: 'Switch versioning on.',
    },
    {
      id: 's3_bucket_secure_transport_policy',
      title: 'Bucket accepts encrypted connections only',
      severity: 'medium',
      service: 's3',
      failing: 0.4,
      remedy: 'Deny requests without TLS in the bucket policy.',
    },
  ],
  AwsEc2Instance: [
    {
      id: 'ec2_instance_imdsv2_enabled',
      title: 'Instance metadata needs a session token',
      severity: 'high',
      service: 'ec2',
      failing: 0.5,
      remedy: 'Require IMDSv2.',
    },
    {
      id: 'ec2_instance_public_ip',
      title: 'Instance has no public address',
      severity: 'medium',
      service: 'ec2',
      failing: 0.3,
      remedy: 'Put it behind a load balancer and remove the address.',
    },
    {
      id: 'ec2_instance_profile_attached',
      title: 'Instance uses a role',
      severity: 'medium',
      service: 'ec2',
      failing: 0.25,
      remedy: 'Attach an instance profile instead of keys.',
    },
  ],
  AwsRdsDbInstance: [
    {
      id: 'rds_instance_no_public_access',
      title: 'Database is not public',
      severity: 'critical',
      service: 'rds',
      failing: 0.1,
      remedy: 'Switch public access off.',
    },
    {
      id: 'rds_instance_storage_encrypted',
      title: 'Database storage is encrypted',
      severity: 'medium',
      service: 'rds',
      failing: 0.3,
      remedy: 'Restore a snapshot into an encrypted instance.',
    },
    {
      id: 'rds_instance_deletion_protection',
      title: 'Database is protected from deletion',
      severity: 'low',
      service: 'rds',
      failing: 0.5,
      remedy: 'Switch deletion protection on.',
    },
  ],
  AwsAccount: [
    {
      id: 'iam_root_mfa_enabled',
      title: 'Root user has a second factor',
      severity: 'critical',
      service: 'iam',
      failing: 0.5,
      remedy: 'Register a second factor for the root user.',
    },
    {
      id: 'iam_no_root_access_key',
      title: 'Root user has no access keys',
      severity: 'critical',
      service: 'iam',
      failing: 0.2,
      remedy: 'Delete the access keys of the root user.',
    },
    {
      id: 'cloudtrail_multi_region_enabled',
      title: 'Audit trail covers all regions',
      severity: 'high',
      service: 'cloudtrail',
      failing: 0.5,
      remedy: 'Make one trail for all regions.',
    },
    {
      id: 'guardduty_is_enabled',
      title: 'Threat detection is on',
      severity: 'medium',
      service: 'guardduty',
      failing: 0.5,
      remedy: 'Switch GuardDuty on.',
    },
    {
      id: 'iam_password_policy_minimum_length_14',
      title: 'Passwords have 14 characters or more',
      severity: 'medium',
      service: 'iam',
      failing: 0.5,
      remedy: 'Raise the minimum length.',
    },
  ],
  AzureStorageAccount: [
    {
      id: 'storage_secure_transfer_required_is_enabled',
      title: 'Storage accepts encrypted connections only',
      severity: 'medium',
      service: 'storage',
      failing: 0.2,
      remedy: 'Require secure transfer.',
    },
    {
      id: 'storage_blob_public_access_level_is_disabled',
      title: 'Blobs cannot be public',
      severity: 'medium',
      service: 'storage',
      failing: 0.35,
      remedy: 'Disallow public access to blobs.',
    },
    {
      id: 'storage_ensure_minimum_tls_version_12',
      title: 'Storage needs TLS 1.2',
      severity: 'medium',
      service: 'storage',
      failing: 0.3,
      remedy: 'Set the minimum TLS version to 1.2.',
    },
  ],
  AzureSQLServer: [
    {
      id: 'sqlserver_unrestricted_inbound_access',
      title: 'Database server is not open to any address',
      severity: 'critical',
      service: 'sqlserver',
      failing: 0.25,
      remedy: 'Remove firewall rules for any address.',
    },
    {
      id: 'sqlserver_auditing_enabled',
      title: 'Database server is audited',
      severity: 'medium',
      service: 'sqlserver',
      failing: 0.5,
      remedy: 'Switch auditing on.',
    },
  ],
  AzureKeyVault: [
    {
      id: 'keyvault_recoverable',
      title: 'Key vault can be recovered',
      severity: 'high',
      service: 'keyvault',
      failing: 0.4,
      remedy: 'Switch purge protection on.',
    },
    {
      id: 'keyvault_rbac_enabled',
      title: 'Key vault uses roles',
      severity: 'medium',
      service: 'keyvault',
      failing: 0.5,
      remedy: 'Use role-based access.',
    },
  ],
  AzureSubscription: [
    {
      id: 'defender_ensure_defender_for_server_is_on',
      title: 'Server protection is on',
      severity: 'high',
      service: 'defender',
      failing: 1,
      remedy: 'Switch the server plan on.',
    },
  ],
}

/** The buckets of the chapter `buckets_opened`: those of the production account that begin the list. */
const inChapter = (resource: Pick<CloudResource, 'name'>) => /^demo-production-data-[1-6]$/.test(resource.name)

function passes(random: Random, check: Check, resource: Pick<CloudResource, 'id' | 'name'>, day: Day, first: Day, last: Day): boolean {
  if (check.id === 's3_bucket_level_public_access_block' && inChapter(resource)) return !during('buckets_opened', day, last)
  if (random.share('cloud', check.id, resource.id) >= check.failing) return true
  return day >= first + 30 + Math.floor(random.share('cloud fixed', check.id, resource.id) * 800)
}

/** Six of the buckets, by name, and when they are open to the public. For the tests and the tour. */
export const openedBuckets = (fleet: Fleet, last: Day) => ({
  buckets: fleet.resources.filter(inChapter).map((one) => one.name),
  ...chapterDays('buckets_opened', last),
})

/** All accounts' results of a day in one file, as Prowler 5 writes OCSF. Class: https://schema.ocsf.io/classes/detection_finding */
export function writeProwler(random: Random, fleet: Fleet, day: Day, first: Day, last: Day): string {
  const time = at(day, 5)
  const rows: string[] = []
  const row = (check: Check, resource: CloudResource, accountName: string) => {
    const pass = passes(random, check, resource, day, first, last)
    const message = `${resource.name}: ${pass ? 'as it should be' : 'not as it should be'} (${check.title.toLowerCase()})`
    rows.push(
      JSON.stringify({
        message,
        metadata: {
          event_code: check.id,
          product: { name: 'Prowler', uid: 'prowler', vendor_name: 'Prowler', version: '5.4.0' },
          profiles: ['cloud', 'datetime'],
          tenant_uid: '',
          version: '1.4.0',
        },
        severity: check.severity[0]!.toUpperCase() + check.severity.slice(1),
        status: 'New',
        status_code: pass ? 'PASS' : 'FAIL',
        status_detail: message,
        status_id: 1,
        activity_name: 'Create',
        activity_id: 1,
        finding_info: {
          created_time: time / 1e6,
          created_time_dt: textOf(time).slice(0, 19),
          title: check.title,
          types: [],
          uid: `prowler-${resource.provider}-${check.id}-${resource.account}-${resource.region}-${resource.name}`,
        },
        resources: [
          {
            region: resource.region,
            group: { name: check.service },
            labels: [],
            name: resource.name,
            type: resource.type,
            uid: resource.id,
          },
        ],
        category_name: 'Findings',
        category_uid: 2,
        class_name: 'Detection Finding',
        class_uid: 2004,
        type_uid: 200_401,
        cloud: {
          account: {
            name: accountName,
            type: resource.provider === 'aws' ? 'AWS Account' : 'Azure AD Account',
            uid: resource.account,
            labels: [],
          },
          org: { name: '', uid: resource.provider === 'azure' ? fleet.tenant_id : '' },
          provider: resource.provider,
          region: resource.region,
        },
        remediation: { desc: check.remedy, references: [`https://hub.prowler.com/check/${check.id}`] },
        unmapped: { compliance: requirementsOf(check.id) },
        time: time / 1e6,
        time_dt: textOf(time).slice(0, 19),
      }),
    )
  }
  // Azure's results name a tenant, and a report is about one tenant: they come last, together.
  for (const provider of ['aws', 'azure'] as const) {
    for (const account of fleet.accounts.filter((one) => one.provider === provider)) {
      const self: CloudResource = {
        id: provider === 'aws' ? `arn:aws:iam::${account.id}:root` : `/subscriptions/${account.id}`,
        name: account.name,
        type: provider === 'aws' ? 'AwsAccount' : 'AzureSubscription',
        service: 'iam',
        provider,
        account: account.id,
        region: provider === 'aws' ? 'eu-central-1' : 'global',
        internet_facing: false,
      }
      for (const check of checks[self.type]!) row(check, self, account.name)
      for (const resource of fleet.resources.filter((one) => one.account === account.id))
        for (const check of checks[resource.type]!) row(check, resource, account.name)
    }
  }
  return `[\n${rows.join(',\n')}\n]\n`
}
