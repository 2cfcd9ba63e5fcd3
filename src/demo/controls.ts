/** An action of Microsoft Secure Score by its real id; titles and words are ours. */
export interface SecureAction {
  id: string
  title: string
  category: 'Identity' | 'Device' | 'Apps' | 'Data'
  max: number
  service: string
  /** Share met at the beginning and on the last day; between them it moves in steps. 1 and 1: always met. */
  begin: number
  end: number
  remedy: string
}

/** https://learn.microsoft.com/defender-xdr/microsoft-secure-score */
export const secureActions: readonly SecureAction[] = [
  { id: 'AdminMFAV2', title: 'Second factor for administrators', category: 'Identity', max: 10, service: 'AzureAD', begin: 0.7, end: 1, remedy: 'Require a second factor for all roles of administrators.' },
  { id: 'MFARegistrationV2', title: 'Second factor for all users', category: 'Identity', max: 9, service: 'AzureAD', begin: 0.45, end: 0.93, remedy: 'Require a second factor for everyone, with a registration campaign.' },
  { id: 'BlockLegacyAuthentication', title: 'Block legacy sign-in', category: 'Identity', max: 8, service: 'AzureAD', begin: 1, end: 1, remedy: 'Block legacy protocols by conditional access.' },
  { id: 'OneAdmin', title: 'More than one global administrator', category: 'Identity', max: 1, service: 'AzureAD', begin: 1, end: 1, remedy: 'Name a second global administrator.' },
  { id: 'RoleOverlap', title: 'Administrators with limited roles', category: 'Identity', max: 1, service: 'AzureAD', begin: 0, end: 1, remedy: 'Give limited roles instead of global administrator.' },
  { id: 'SelfServicePasswordReset', title: 'Self-service password reset', category: 'Identity', max: 1, service: 'AzureAD', begin: 0, end: 1, remedy: 'Let users reset their passwords with a second factor.' },
  { id: 'SigninRiskPolicy', title: 'Policy for risky sign-ins', category: 'Identity', max: 7, service: 'AzureAD', begin: 0, end: 1, remedy: 'Require a second factor when a sign-in is risky.' },
  { id: 'UserRiskPolicy', title: 'Policy for users at risk', category: 'Identity', max: 7, service: 'AzureAD', begin: 0, end: 0.6, remedy: 'Require a new password when a user is at risk.' },
  { id: 'IntegratedApps', title: 'Users cannot give consent to unmanaged apps', category: 'Identity', max: 4, service: 'AzureAD', begin: 0, end: 1, remedy: 'Switch user consent off.' },
  { id: 'AATP_PwdLAPS', title: 'Managed local administrator passwords', category: 'Identity', max: 5, service: 'AATP', begin: 0.2, end: 0.8, remedy: 'Roll out managed local passwords.' },
  { id: 'AATP_PrintSpooler', title: 'No print spooler on domain controllers', category: 'Identity', max: 5, service: 'AATP', begin: 0, end: 1, remedy: 'Stop the print spooler on domain controllers.' },
  { id: 'AATP_DormantAccounts', title: 'No dormant accounts in sensitive groups', category: 'Identity', max: 5, service: 'AATP', begin: 0.4, end: 0.9, remedy: 'Remove accounts that nobody has used for half a year.' },
  { id: 'aad_phishing_MFA_strength', title: 'Phishing-resistant second factor for administrators', category: 'Apps', max: 7, service: 'AzureAD', begin: 0, end: 0.5, remedy: 'Require security keys for administrators.' },
  { id: 'aad_password_protection', title: 'Banned passwords on premises', category: 'Apps', max: 6, service: 'AzureAD', begin: 0, end: 1, remedy: 'Switch password protection on in the domain.' },
  { id: 'exo_mailboxaudit', title: 'Mailboxes are audited', category: 'Apps', max: 3, service: 'EXO', begin: 1, end: 1, remedy: 'Switch mailbox auditing on.' },
  { id: 'exo_individualsharing', title: 'Calendar details stay inside', category: 'Apps', max: 5, service: 'EXO', begin: 0, end: 1, remedy: 'Do not share calendar details with outsiders.' },
  { id: 'exo_storageproviderrestricted', title: 'No third-party storage in mail on the web', category: 'Apps', max: 5, service: 'EXO', begin: 0, end: 0, remedy: 'Switch extra storage providers off.' },
  { id: 'exo_outlookaddins', title: 'Users do not install add-ins', category: 'Apps', max: 3, service: 'EXO', begin: 0, end: 1, remedy: 'Take the add-in roles from users.' },
  { id: 'forms_phishing_protection', title: 'Forms are checked for phishing', category: 'Apps', max: 6, service: 'Forms', begin: 1, end: 1, remedy: 'Switch phishing protection of forms on.' },
  { id: 'CustomerLockBoxEnabled', title: 'Customer lockbox', category: 'Apps', max: 1, service: 'O365', begin: 0, end: 0, remedy: 'Switch the lockbox on.' },
  { id: 'spo_external_sharing_managed', title: 'External sharing is limited', category: 'Apps', max: 5, service: 'SPO', begin: 1, end: 1, remedy: 'Allow sharing with known guests only.' },
  { id: 'dlp_datalossprevention', title: 'Policies against data loss', category: 'Data', max: 5, service: 'MIP', begin: 0, end: 1, remedy: 'Switch on policies against data loss.' },
  { id: 'mip_sensitivitylabelspolicies', title: 'Sensitivity labels are published', category: 'Data', max: 5, service: 'MIP', begin: 0, end: 0.6, remedy: 'Publish labels to all users.' },
]

/** Tests of Maester by their real ids; titles are ours. `begin`/`end`: whether they pass at the beginning and from `fixed` (share of the time) on. */
export const maesterTests: readonly { id: string; title: string; block: string; severity: string; begin: boolean; fixed: number | null }[] = [
  { id: 'CIS.M365.1.1.1', title: 'Administrators have accounts in the cloud only', block: 'CIS', severity: 'High', begin: true, fixed: null },
  { id: 'CIS.M365.1.3.6', title: 'Customer lockbox is on', block: 'CIS', severity: 'Low', begin: false, fixed: null },
  { id: 'CIS.M365.2.1.2', title: 'Common dangerous attachments are filtered', block: 'CIS', severity: 'Medium', begin: true, fixed: null },
  { id: 'CIS.M365.2.1.7', title: 'There is a policy against phishing', block: 'CIS', severity: 'High', begin: false, fixed: 0.2 },
  { id: 'CIS.M365.8.2.2', title: 'No contact with unmanaged Teams users', block: 'CIS', severity: 'Medium', begin: false, fixed: 0.6 },
  { id: 'CISA.MS.AAD.1.1', title: 'Legacy sign-in is blocked', block: 'CISA', severity: 'High', begin: true, fixed: null },
  { id: 'CISA.MS.AAD.3.2', title: 'A second factor is required', block: 'CISA', severity: 'High', begin: false, fixed: 0.35 },
  { id: 'CISA.MS.AAD.3.7', title: 'Managed devices are required', block: 'CISA', severity: 'Medium', begin: false, fixed: null },
  { id: 'CISA.MS.AAD.5.3', title: 'Consent to apps goes through administrators', block: 'CISA', severity: 'Medium', begin: false, fixed: 0.45 },
  { id: 'CISA.MS.AAD.7.4', title: 'No permanent highly privileged roles', block: 'CISA', severity: 'High', begin: false, fixed: 0.7 },
  { id: 'CISA.MS.EXO.5.1', title: 'Simple mail sign-in is off', block: 'CISA', severity: 'High', begin: false, fixed: 0.5 },
  { id: 'CISA.MS.EXO.13.1', title: 'Mailboxes are audited', block: 'CISA', severity: 'Medium', begin: true, fixed: null },
  { id: 'CISA.MS.SHAREPOINT.1.1', title: 'External sharing is limited', block: 'CISA', severity: 'High', begin: true, fixed: null },
  { id: 'EIDSCA.AF03', title: 'Security keys prove their make', block: 'EIDSCA', severity: 'Medium', begin: false, fixed: 0.55 },
  { id: 'EIDSCA.AM01', title: 'The authenticator app is allowed', block: 'EIDSCA', severity: 'Medium', begin: true, fixed: null },
  { id: 'EIDSCA.AP05', title: 'No sign-up by e-mail', block: 'EIDSCA', severity: 'Medium', begin: false, fixed: 0.3 },
  { id: 'EIDSCA.AP10', title: 'Users do not register apps', block: 'EIDSCA', severity: 'High', begin: false, fixed: 0.4 },
  { id: 'EIDSCA.AV01', title: 'No voice calls as second factor', block: 'EIDSCA', severity: 'Medium', begin: false, fixed: null },
  { id: 'EIDSCA.PR02', title: 'Password protection is enforced', block: 'EIDSCA', severity: 'High', begin: false, fixed: 0.65 },
  { id: 'MT.1005', title: 'Policies leave an emergency account out', block: 'Maester/Entra', severity: 'High', begin: true, fixed: null },
  { id: 'MT.1010', title: 'A policy blocks legacy sign-in to mail', block: 'Maester/Entra', severity: 'High', begin: true, fixed: null },
  { id: 'MT.1015', title: 'A policy blocks unknown platforms', block: 'Maester/Entra', severity: 'Medium', begin: false, fixed: 0.75 },
  { id: 'MT.1026', title: 'No hybrid users in top roles', block: 'Maester/Entra', severity: 'High', begin: false, fixed: 0.6 },
  { id: 'MT.1031', title: 'Top roles are given for a time only', block: 'Maester/Entra', severity: 'High', begin: false, fixed: 0.7 },
]
