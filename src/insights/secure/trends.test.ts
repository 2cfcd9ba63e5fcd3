import { describe, expect, it } from 'vitest'
import { causeNumber } from '../../model/cause.ts'
import type { ActionMove } from '../../store/queries/secure/moves.ts'
import { activitiesOf } from './ledger.ts'
import { changesOf, paceOf, regressionOf, scoreDays, sourceStates } from './trends.ts'

const cause = {
  began: causeNumber('coverage_changed'),
  configuration: causeNumber('configuration_changed'),
  content: causeNumber('content_changed'),
  left: causeNumber('asset_left'),
}
const move = (day: number, action_id: string, points: number, max_points: number, of = cause.began): ActionMove => ({
  action_id,
  day,
  cause: of,
  points,
  max_points,
  granted: 0,
})
const action = (action_id: string, licensed: boolean | null = null) => ({ action_id, licensed, total_only: false, category: 'Apps' })
const state = (action_id: string, of: string, from_day: number, to_day = 99) => ({ action_id, state: of, valid_from: 0, from_day, to_day })

describe('the lines of the score', () => {
  const moves = [
    move(1, 'done', 10_000, 10_000),
    move(1, 'planned', 2000, 10_000),
    move(1, 'accepted', 0, 5000),
    move(1, 'unlicensed', 0, 5000),
  ]
  const actions = [action('done'), action('planned'), action('accepted'), action('unlicensed', false)]
  const states = [state('planned', 'planned', 2), state('accepted', 'risk_accepted', 2, 3)]

  it('add what is planned, what licences allow, and leave out what is accepted', () => {
    const days = scoreDays(moves, states, actions, 1, 3)
    expect(days[0]).toMatchObject({
      points: 12_000,
      max_points: 30_000,
      planned: 12_000,
      licence: 25_000,
      achievable: 25_000,
      risk_accepted: 0,
    })
    expect(days[1]).toMatchObject({ points: 12_000, planned: 20_000, licence: 25_000, achievable: 20_000, risk_accepted: 1 })
    expect(days[2]).toMatchObject({ points: 12_000, planned: 20_000, achievable: 25_000, risk_accepted: 0 })
  })

  it('take a plan that was carried out and fell back for none', () => {
    const back = [...moves, move(3, 'planned', 8000, 0, causeNumber('remediated')), move(4, 'planned', -8000, 0, cause.configuration)]
    expect(scoreDays(back, states, actions, 4, 4)[0]!.planned).toBe(12_000)
  })
})

describe('regressions', () => {
  const told = (of: number, points: number) => activitiesOf([move(1, 'a', 10_000, 10_000), move(2, 'a', points, 0, of)], 1, 2)[0]!

  it('go to users when the counted objects changed with the result, to devices when assets did, else to the configuration', () => {
    expect(regressionOf(told(cause.configuration, -1000), () => false)).toBe('configuration')
    expect(regressionOf(told(cause.configuration, -1000), () => true)).toBe('users')
    expect(regressionOf(told(cause.left, -1000), () => true)).toBe('devices')
  })

  it('are neither gains, nor content, nor what is not looked at', () => {
    for (const [of, points] of [
      [cause.configuration, 1000],
      [cause.content, -1000],
      [cause.began, -1000],
    ] as const)
      expect(regressionOf(told(of, points), () => false)).toBeNull()
  })
})

describe('score changes', () => {
  it('sum to the change of the score, by whose doing', () => {
    const moves = [
      move(1, 'a', 5000, 10_000),
      move(2, 'a', 5000, 0, causeNumber('remediated')),
      move(3, 'b', 0, 10_000, cause.content),
      move(4, 'a', -1000, 0, cause.configuration),
    ]
    const changes = changesOf(activitiesOf(moves, 1, 4))
    expect(changes).toMatchObject({ achieved: 5000, regressed: 1000, points: 4000, max_points: 10_000 })
    expect(changes.sides).toEqual({ ours: 50_000_000 - 5_000_000, content: -50_000_000, scope: 0 })
  })
})

describe('the goal', () => {
  const points = [
    { day: 10, value: 50 },
    { day: 40, value: 56 },
  ]
  it('needs what is missing in the days that are left, and goes on at the pace of the past', () => {
    expect(paceOf(points, 40, { target: 80, day: 100 })).toEqual({
      days_left: 60,
      missing: 24,
      reached: false,
      required: 12,
      actual: 6,
      forecast: 68,
    })
  })
  it('says reached, and too late', () => {
    expect(paceOf(points, 40, { target: 55, day: 100 })).toMatchObject({ reached: true, required: null, missing: 0 })
    expect(paceOf(points, 40, { target: 80, day: 40 })).toMatchObject({ days_left: 0, required: null, forecast: null })
    expect(paceOf([], 40, { target: 80, day: 50 })).toBeNull()
  })
})

describe('sourceStates', () => {
  it('is overdue when a source is silent for half as long again as it usually is', () => {
    const daily = [30, 29, 28, 20].map((looked_at) => ({ source: 'daily', looked_at }))
    expect(sourceStates(daily, 31.4)).toEqual([{ source: 'daily', looked_at: 30, overdue: false }])
    expect(sourceStates(daily, 31.6)[0]!.overdue).toBe(true)
    expect(sourceStates([{ source: 'once', looked_at: 1 }], 1000)[0]!.overdue).toBe(false)
  })
})
