import type { PropertyShape } from './odata-filter.ts'

// Properties of the two resources, as filters and $select know them. https://learn.microsoft.com/graph/api/resources/securescore

const vendorInformation = { provider: 'text', providerVersion: 'text', subProvider: 'text', vendor: 'text' } as const

const comparison = {
  basis: 'text',
  averageScore: 'number',
  appsScore: 'number',
  dataScore: 'number',
  deviceScore: 'number',
  identityScore: 'number',
  infrastructureScore: 'number',
  seatSizeRangeLowerValue: 'number',
  seatSizeRangeUpperValue: 'number',
  categoryValue: 'text',
} as const

const controlScore = {
  controlCategory: 'text',
  controlName: 'text',
  description: 'text',
  score: 'number',
  scoreInPercentage: 'number',
  implementationStatus: 'text',
  lastSynced: 'instant',
  count: 'number',
  total: 'number',
  on: 'text',
} as const

export const secureScoreShape = {
  id: 'text',
  azureTenantId: 'text',
  activeUserCount: 'number',
  licensedUserCount: 'number',
  createdDateTime: 'instant',
  currentScore: 'number',
  maxScore: 'number',
  enabledServices: ['text'],
  averageComparativeScores: [comparison],
  controlScores: [controlScore],
  vendorInformation,
} as const satisfies Record<string, PropertyShape>

export const controlProfileShape = {
  id: 'text',
  azureTenantId: 'text',
  actionType: 'text',
  actionUrl: 'text',
  controlCategory: 'text',
  title: 'text',
  deprecated: 'boolean',
  implementationCost: 'text',
  lastModifiedDateTime: 'instant',
  maxScore: 'number',
  rank: 'number',
  remediation: 'text',
  remediationImpact: 'text',
  service: 'text',
  threats: ['text'],
  tier: 'text',
  userImpact: 'text',
  complianceInformation: [{ certificationName: 'text', certificationControls: [{ name: 'text', url: 'text' }] }],
  controlStateUpdates: [{ assignedTo: 'text', comment: 'text', state: 'text', updatedBy: 'text', updatedDateTime: 'instant' }],
  vendorInformation,
} as const satisfies Record<string, PropertyShape>

/** Vendor of a resource. https://learn.microsoft.com/graph/api/resources/securityvendorinformation */
export interface VendorInformation {
  provider: string
  providerVersion: null
  subProvider: null
  vendor: string
}

/** An average of others: `averageScore` is a percentage, although scores are points: as in the original. */
export interface AverageComparativeScore {
  basis: string
  averageScore: number | null
  [category: string]: number | string | null
}

export interface ControlScore {
  controlCategory: string | null
  controlName: string
  description: string
  score: number
  scoreInPercentage: number
  implementationStatus: string | null
  lastSynced: string | null
  count: number | null
  total: number | null
  on: 'true' | 'false'
}

export interface SecureScore {
  id: string
  azureTenantId: string
  activeUserCount: number | null
  licensedUserCount: number | null
  createdDateTime: string
  currentScore: number
  maxScore: number
  enabledServices: string[]
  averageComparativeScores: AverageComparativeScore[]
  controlScores: ControlScore[]
  vendorInformation: VendorInformation
}

export interface ControlStateUpdate {
  assignedTo: string | null
  comment: string | null
  state: 'Default' | 'Ignored' | 'ThirdParty' | 'Reviewed'
  updatedBy: string | null
  updatedDateTime: string | null
}

export interface ControlProfile {
  id: string
  azureTenantId: string
  actionType: string | null
  actionUrl: string | null
  controlCategory: string | null
  title: string
  deprecated: boolean
  implementationCost: string | null
  lastModifiedDateTime: string | null
  maxScore: number
  rank: number | null
  remediation: string | null
  remediationImpact: string | null
  service: string | null
  threats: string[]
  tier: string | null
  userImpact: string | null
  complianceInformation: { certificationName: string; certificationControls: { name: string; url: string }[] }[]
  controlStateUpdates: ControlStateUpdate[]
  vendorInformation: VendorInformation
}
