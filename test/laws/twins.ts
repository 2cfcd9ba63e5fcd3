import { DAY_US } from '../../src/model/time.ts'
import { exploitStages } from '../../src/model/exploit.ts'
import { severities } from '../../src/model/severity.ts'
import { factsOf } from './model.ts'
import {
  accessOf,
  BASE,
  controls,
  type Entry,
  type Listed,
  type ReportStep,
  type Result,
  type Step,
  vulnerabilities,
  type World,
} from './world.ts'

/** When the last reports of twin worlds look: after everything else, while it is fresh. */
export const LAST_LOOK = BASE + 112 * DAY_US

/** Both organisations live through what the first one does. */
export const twins = (world: World): World =>
  world.flatMap((step): Step[] => {
    if (step.kind !== 'report') return [step]
    if (step.org === 1) return []
    return ([0, 1] as const).map((org) => ({ ...step, org, entries: step.entries.map((entry) => ({ ...entry, org })) }))
  })

/** What one more report of a source lists on an asset, by its place among all that it could list. */
export interface Difference {
  asset: string
  /** `close`: the second organisation no longer has one of the findings; `open`: the first has one more. */
  kind: 'close' | 'open'
  choice: number
}

/**
 * A last look of every scanner at every asset, in both organisations: what was open still is, but for each difference the first organisation
 * has one finding more than the second.
 */
export function lastLooks(world: World, differences: readonly Difference[]): World {
  const facts = factsOf(world)
  const open = (from: number, to: number) => from <= LAST_LOOK && LAST_LOOK < to
  return ([0, 1] as const).flatMap((org) =>
    ['one', 'two'].map((source): ReportStep => {
      const known = new Set(
        facts.looks.filter((look) => look.org === org && look.source === source && look.asset !== '').map((look) => look.asset),
      )
      const entries = [...known].toSorted().map((asset): Entry => {
        const mine = (each: { org: number; source: string; asset: string; from: number; to: number }) =>
          each.org === org && each.source === source && each.asset === asset && open(each.from, each.to)
        let listed = facts.sightings.filter(mine).map(({ kind, subject, component, value }): Listed => ({
          kind,
          subject,
          component,
          severity: value.severity === null ? null : severities[value.severity]!,
          cvss_tenths: value.cvss_tenths,
          stage: exploitStages[value.stage]!,
          fixed_version: value.fixed_version,
          access: accessOf(subject),
        }))
        let results = facts.results.filter(mine).map(({ subject, value }): Result => ({
          control_id: subject,
          status: value.status as Result['status'],
          severity: value.severity === null ? null : severities[value.severity]!,
          points: value.points === null ? null : value.points / 1000,
        }))
        for (const { kind, choice } of differences.filter((each) => each.asset === asset)) {
          if (kind === 'open' && org === 0 && source === 'one') listed = withOneMore(listed, choice)
          if (kind === 'close' && org === 1) {
            // All sources agree that it is gone.
            const keys = [
              ...vulnerabilities.flatMap(({ id }) => [`${id} `, `${id} openssl`]),
              'tool:rule ',
              ...controls.map((id) => `${id} `),
            ]
            const present = keys.filter((key) => isOpen(facts, asset, key, open))
            const closed = present[choice % Math.max(1, present.length)]
            listed = listed.filter((each) => `${each.subject} ${each.component}` !== closed)
            results = results.map((each) =>
              `${each.control_id} ` === closed && each.status === 'fail' ? { ...each, status: 'pass', points: null } : each,
            )
          }
        }
        return {
          org,
          source,
          asset,
          at: LAST_LOOK,
          attributes: {},
          listed,
          results,
          vulnerability: { access: 'full', min_severity: 'informational', checks: '' },
          control: { access: 'full' },
        }
      })
      return { kind: 'report', org, source, complete_at: null, entries }
    }),
  )
}

/** Whether some source has this open on an asset: a sighting, or a check that fails. */
function isOpen(facts: ReturnType<typeof factsOf>, asset: string, key: string, open: (from: number, to: number) => boolean): boolean {
  const mine = (each: { org: number; asset: string; from: number; to: number; subject: string; component: string }) =>
    each.org === 1 && each.asset === asset && open(each.from, each.to) && `${each.subject} ${each.component}` === key
  return facts.sightings.some(mine) || facts.results.some((each) => mine(each) && each.value.status === 'fail')
}

function withOneMore(listed: readonly Listed[], choice: number): Listed[] {
  const { id, access } = vulnerabilities[choice % vulnerabilities.length]!
  const more: Listed = {
    kind: 'vulnerability',
    subject: id,
    component: `new-${choice % 2}`,
    access,
    severity: [...severities, null][choice % 6]!,
    cvss_tenths: [null, 0, 40, 98][choice % 4]!,
    stage: exploitStages[choice % 6]!,
    fixed_version: choice % 5 ? null : '2.0',
  }
  return listed.some((each) => each.subject === id && each.component === more.component) ? [...listed] : [...listed, more]
}
