import { at, type Day, textOf, textOfDay, weekday } from './days.ts'
import { maesterTests, secureActions, type SecureAction } from './controls.ts'
import { DEMO_TENANT } from './fleet.ts'
import type { Random } from './random.ts'
import { during } from './story.ts'

const USERS = 260
const round = (value: number) => Math.round(value * 100) / 100

/** Share of an action that is met on a day: steps from `begin` to `end` over the time, and what the story does to it. */
function metShare(random: Random, action: SecureAction, day: Day, first: Day, last: Day): number {
  if (action.id === 'BlockLegacyAuthentication' && during('controls_fell_back', day, last)) return 0
  if (action.id === 'AdminMFAV2' && during('controls_fell_back', day, last)) return 0.4
  if (action.id === 'spo_external_sharing_managed' && during('sharing_opened', day, last)) return 0
  if (action.begin === action.end) return action.begin
  const whole = (action.begin === 0 || action.begin === 1) && (action.end === 0 || action.end === 1)
  const progress = (day - first) / (last - first)
  if (whole) return progress >= 0.1 + random.share('action', action.id) * 0.75 ? action.end : action.begin
  // A campaign moves in eight steps.
  return action.begin + (action.end - action.begin) * (Math.floor(Math.min(1, progress + 0.06 * random.share('action', action.id)) * 8) / 8)
}

/**
 * Whether a snapshot of the day is worth a report: every fourth Monday, the first and the last day, and whenever an action differs from the day
 * before. All other days would say the same again.
 */
export function hasSnapshot(random: Random, day: Day, first: Day, last: Day): boolean {
  if ((weekday(day) === 1 && Math.floor((day + 3) / 7) % 4 === 0) || day === first || day === last) return true
  return secureActions.some((action) => metShare(random, action, day, first, last) !== metShare(random, action, day - 1, first, last))
}

/**
 * Snapshots of Microsoft Graph `/security/secureScores`, newest first as the API gives them.
 * Type: https://learn.microsoft.com/graph/api/resources/securescore
 */
export function writeSecureScores(random: Random, days: readonly Day[], first: Day, last: Day): string {
  const value = days.toReversed().map((day) => {
    const controlScores = secureActions.map((action) => {
      const share = metShare(random, action, day, first, last)
      const counted = action.category === 'Identity' && action.max >= 5
      const total = action.id === 'AdminMFAV2' ? 10 : USERS
      // Counts are whole people, and the points follow them.
      const count = Math.round(share * total)
      const score = round(action.max * (counted ? count / total : share))
      return {
        controlName: action.id,
        controlCategory: action.category,
        score,
        scoreInPercentage: round((score / action.max) * 100),
        ...(counted ? { count: String(count), total: String(total) } : { on: String(score === action.max) }),
        description: action.title,
        implementationStatus: counted
          ? `${count} of ${total} are covered.`
          : score === action.max
            ? 'It is switched on.'
            : 'It is not fully switched on.',
        lastSynced: textOf(at(day, 0)),
      }
    })
    const max = secureActions.reduce((sum, action) => sum + action.max, 0)
    const average = round(44 + ((day - first) / (last - first)) * 3)
    return {
      id: `${DEMO_TENANT}_${textOfDay(day)}`,
      azureTenantId: DEMO_TENANT,
      activeUserCount: USERS,
      licensedUserCount: USERS + 12,
      createdDateTime: textOf(at(day, 0)),
      currentScore: round(controlScores.reduce((sum, control) => sum + control.score, 0)),
      maxScore: max,
      enabledServices: ['HasExchange', 'HasSharePoint', 'HasTeams'],
      averageComparativeScores: [
        { basis: 'AllTenants', averageScore: average },
        { basis: 'TotalSeats', averageScore: round(average + 3.5), SeatSizeRangeLowerValue: '101', SeatSizeRangeUpperValue: '300' },
      ],
      controlScores,
      vendorInformation: { provider: 'SecureScore', vendor: 'Microsoft' },
    }
  })
  return JSON.stringify({ '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#security/secureScores', value })
}

/** The profiles of the actions. Type: https://learn.microsoft.com/graph/api/resources/securescorecontrolprofile */
export function writeProfiles(): string {
  const value = secureActions.map((action, rank) => ({
    id: action.id,
    azureTenantId: DEMO_TENANT,
    actionType: 'Config',
    actionUrl: 'https://security.microsoft.com/securescore',
    controlCategory: action.category,
    title: action.title,
    deprecated: false,
    implementationCost: action.max >= 7 ? 'Moderate' : 'Low',
    maxScore: action.max,
    rank: rank + 1,
    remediation: action.remedy,
    remediationImpact: '',
    service: action.service,
    threats: [action.category === 'Data' ? 'Data exfiltration' : 'Account breach'],
    tier: 'Core',
    userImpact: action.max >= 7 ? 'Moderate' : 'Low',
    vendorInformation: { provider: 'SecureScore', vendor: 'Microsoft' },
    complianceInformation: [],
  }))
  return JSON.stringify({ '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#security/secureScoreControlProfiles', value })
}

/** A run of Maester over the tenant. Description: https://maester.dev/docs/monitoring/ */
export function writeMaester(day: Day, first: Day, last: Day): string {
  const progress = (day - first) / (last - first)
  const passes = (test: (typeof maesterTests)[number]) => {
    if (/^(?:CISA\.MS\.AAD\.1\.1|MT\.1010)$/.test(test.id) && during('controls_fell_back', day, last)) return false
    if (test.id === 'CISA.MS.SHAREPOINT.1.1' && during('sharing_opened', day, last)) return false
    return test.begin || (test.fixed !== null && progress >= test.fixed)
  }
  const passed = maesterTests.filter(passes).length
  return JSON.stringify({
    Result: passed === maesterTests.length ? 'Passed' : 'Failed',
    FailedCount: maesterTests.length - passed,
    PassedCount: passed,
    SkippedCount: 0,
    TotalCount: maesterTests.length,
    ExecutedAt: textOf(at(day, 6)),
    TotalDuration: '00:02:11',
    TenantId: DEMO_TENANT,
    TenantName: 'Demo',
    Account: 'automation@demo.example',
    CurrentVersion: '1.0.0',
    LatestVersion: '1.0.0',
    Tests: maesterTests.map((test) => ({
      Id: test.id,
      Title: test.title,
      Name: `${test.id}: ${test.title}`,
      HelpUrl: `https://maester.dev/docs/tests/${test.id}`,
      Tag: [test.id, test.block.split('/')[0]],
      Result: passes(test) ? 'Passed' : 'Failed',
      Severity: test.severity,
      Block: test.block,
      Duration: '00:00:01',
      ResultDetail: {
        TestTitle: test.title,
        TestDescription: test.title,
        TestResult: passes(test) ? 'As it should be.' : 'Not as it should be.',
        SkippedReason: null,
      },
    })),
  })
}
