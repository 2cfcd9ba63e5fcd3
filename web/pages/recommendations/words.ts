import type { RecommendationSummary } from '../../api.ts'

export const surfaceNames: Record<RecommendationSummary['surfaces'][number], string> = {
  devices: 'Devices',
  cloud: 'Cloud',
  saas: 'SaaS and applications',
  identities: 'Identities',
  data: 'Data',
  code: 'Code',
}

export const stateNames: Record<RecommendationSummary['state'], string> = {
  not_compliant: 'Not compliant',
  mitigated: 'Mitigated by organisation',
  compliant: 'Compliant',
  not_available: 'Not available',
}

export const stateMeanings: Record<RecommendationSummary['state'], string> = {
  not_compliant: 'Something of it is open and counts.',
  mitigated: 'All that is open is kept out of the scores by an exception, a statement or a state that a person set.',
  compliant: 'Nothing of it is open any more.',
  not_available: 'No fresh source answers: the check did not run, or its assets have not been looked at.',
}

export const exceptionNames: Record<RecommendationSummary['exception'], string> = {
  active: 'Active',
  partial_exception: 'Partial exception',
  full_exception: 'Full exception',
}

export const tagNames: Record<RecommendationSummary['tags'][number], string> = {
  end_of_support: 'End of support',
  end_of_support_soon: 'End of support soon',
  zero_day: 'Zero day',
  new_fix: 'New update for zero day',
  no_fix: 'No fix known',
  some_fixes: 'Some fixes available',
  stale: 'Source silent',
  preview: 'Preview',
}
