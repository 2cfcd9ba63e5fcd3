/**
 * Requirements that Prowler's own reports tie to its checks, by framework as they name it. Of frameworks with many requirements per check the first ones.
 * https://github.com/prowler-cloud/prowler/tree/master/prowler/compliance
 */
const requirements: Record<string, Record<string, string[]>> = {
  s3_bucket_level_public_access_block: { 'CIS-3.0': ['2.1.4'] },
  s3_bucket_default_encryption: { 'ISO27001-2022': ['A.8.11', 'A.8.24'], 'PCI-4.0': ['3.5.1.30', '8.3.2.48'] },
  s3_bucket_server_access_logging_enabled: { 'ISO27001-2022': ['A.8.15'], 'PCI-4.0': ['10.2.1.1.30', '10.2.1.2.27'] },
  s3_bucket_object_versioning: { 'ISO27001-2022': ['A.8.3', 'A.8.10'], 'PCI-4.0': ['10.3.4.9'] },
  s3_bucket_secure_transport_policy: { 'CIS-3.0': ['2.1.1'], 'PCI-4.0': ['1.2.5.15', '2.2.5.15', '2.2.7.19'] },
  ec2_instance_imdsv2_enabled: { 'CIS-3.0': ['5.6'], 'ISO27001-2022': ['A.8.20', 'A.8.21', 'A.8.22'], 'PCI-4.0': ['8.2.8.4'] },
  ec2_instance_public_ip: { 'ISO27001-2022': ['A.8.1', 'A.8.20', 'A.8.21'] },
  ec2_instance_profile_attached: {
    'CIS-3.0': ['1.18'],
    'ISO27001-2022': ['A.8.2', 'A.8.20', 'A.8.21'],
    'PCI-4.0': ['7.2.1.5', '7.2.2.5', '7.2.5.3'],
  },
  rds_instance_no_public_access: { 'CIS-3.0': ['2.3.3'], 'ISO27001-2022': ['A.8.1'], 'PCI-4.0': ['1.2.8.28', '1.3.1.31', '1.3.2.31'] },
  rds_instance_storage_encrypted: { 'CIS-3.0': ['2.3.1'], 'ISO27001-2022': ['A.8.11', 'A.8.24'], 'PCI-4.0': ['3.5.1.27', '8.3.2.44'] },
  iam_root_mfa_enabled: {
    'CIS-3.0': ['1.5'],
    'ISO27001-2022': ['A.5.15', 'A.5.17', 'A.8.5'],
    'PCI-4.0': ['8.4.1.4', '8.4.2.4', '8.4.3.4'],
  },
  iam_no_root_access_key: { 'CIS-3.0': ['1.4'], 'ISO27001-2022': ['A.5.15'], 'PCI-4.0': ['7.2.1.17', '7.2.2.17', '7.2.3.8'] },
  cloudtrail_multi_region_enabled: { 'CIS-3.0': ['3.1'], 'PCI-4.0': ['10.2.1.1.22', '10.2.1.2.19', '10.2.1.3.19'] },
  guardduty_is_enabled: { 'ISO27001-2022': ['A.5.19', 'A.5.21', 'A.5.25'], 'PCI-4.0': ['11.5.1.1.2', '11.5.1.2'] },
  iam_password_policy_minimum_length_14: { 'CIS-3.0': ['1.8'], 'ISO27001-2022': ['A.5.15'] },
  storage_secure_transfer_required_is_enabled: { 'ISO27001-2022': ['A.8.12', 'A.8.14', 'A.8.24'] },
  storage_blob_public_access_level_is_disabled: { 'ISO27001-2022': ['A.8.1'] },
  defender_ensure_defender_for_server_is_on: { 'ISO27001-2022': ['A.5.16', 'A.5.19', 'A.5.21'] },
}

/** What a report of Prowler says of a check's requirements: framework → ids; empty where none is known. */
export const requirementsOf = (check: string): Record<string, string[]> => requirements[check] ?? {}
