import type { z } from 'zod'
import { readMakeup } from '../../insights/makeup.ts'
import { POINT, readableParts, roundedTo } from '../../insights/readable.ts'
import { exploitStages } from '../../model/exploit.ts'
import { assetNames, controlTitles } from '../../store/queries/explain/names.ts'
import { dayText } from '../../store/days.ts'
import { cohortDays, cohortFates, fates } from '../../store/queries/findings/cohort.ts'
import { severityWord } from '../../store/queries/words.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import type { Cohort, ScoreMakeup } from '../shapes/risk-feed.ts'

/** With how many decimals parts of a score are written. */
const DECIMALS = 2

/** What makes up the exposure score of the moment. */
export async function answerMakeup(asked: Asked, limit: number): Promise<z.infer<typeof ScoreMakeup>> {
  const { store, scope, moment } = asked
  const { units, divisions } = await remember(store, ['makeup', scope, moment.day, limit], () =>
    readMakeup(store.engine, scope, moment.day, limit),
  )
  const shown = units === null ? null : roundedTo(units, DECIMALS)
  const idsOf = (dimension: string) => divisions.find((each) => each.dimension === dimension)?.rows.map(({ id }) => id) ?? []
  const names = await assetNames(store.engine, scope.org_id, idsOf('asset').map(Number))
  const titles = await controlTitles(
    store.engine,
    scope.org_id,
    idsOf('finding').flatMap((id) => (id.startsWith('control ') ? [id.slice(8)] : [])),
  )
  const nameOf = (dimension: string, id: string): string => {
    if (dimension === 'asset') return names.get(Number(id)) ?? id
    if (dimension === 'finding') return id.startsWith('control ') ? (titles.get(id.slice(8)) ?? id.slice(8)) : id.slice(id.indexOf(' ') + 1)
    if (dimension === 'software') return id === '' ? 'no software named' : id
    if (dimension === 'stage') return id === '-1' ? 'check' : exploitStages[Number(id)]!
    if (dimension === 'severity') return id === '-1' ? '' : severityWord(Number(id))!
    return id === '1' ? 'fix known' : 'no fix known'
  }
  const fix = divisions.find(({ dimension }) => dimension === 'fix')?.rows.find(({ id }) => id === '0')
  let without = 0
  const told = divisions.map(({ dimension, rows, more, more_units }) => {
    const written = readableParts([...rows.map((row) => row.units), ...(more > 0 ? [more_units] : [])], shown ?? 0, DECIMALS)
    if (dimension === 'fix') without = written[rows.findIndex(({ id }) => id === '0')] ?? 0
    return {
      dimension,
      rows: rows.map((row, index) => ({
        id: dimension === 'stage' || dimension === 'severity' ? nameOf(dimension, row.id) : row.id,
        name: nameOf(dimension, row.id),
        part: row.units / POINT,
        shown: written[index]!,
        assets: row.assets,
        findings: row.findings,
      })),
      more,
      more_part: more_units / POINT,
      more_shown: more > 0 ? written.at(-1)! : 0,
    }
  })
  return {
    value: units === null ? null : units / POINT,
    shown,
    decimals: DECIMALS,
    without_fix: { part: (fix?.units ?? 0) / POINT, shown: without, findings: fix?.findings ?? 0 },
    divisions: told,
  }
}

/** What became by the moment of the findings that were open at the end of a day. */
export async function answerCohort(asked: Asked, from_day: number): Promise<z.infer<typeof Cohort>> {
  const { store, scope, moment } = asked
  const [groups, days] = await remember(store, ['cohort', scope, from_day, moment.day], () =>
    Promise.all([cohortFates(store.engine, scope, from_day, moment.day), cohortDays(store.engine, scope, from_day, moment.day)]),
  )
  const sum = (of: readonly { findings: number }[]) => of.reduce((all, { findings }) => all + findings, 0)
  const all = sum(groups)
  const severities = [...new Set(groups.map(({ severity }) => severity))].toSorted((a, b) => (b ?? -1) - (a ?? -1))
  return {
    from: dayText(from_day),
    to: dayText(moment.day),
    findings: all,
    fates: fates.map((fate) => {
      const findings = sum(groups.filter((group) => group.fate === fate))
      return { fate, findings, share: all === 0 ? 0 : findings / all }
    }),
    severities: severities.map((severity) => {
      const own = groups.filter((group) => group.severity === severity)
      return {
        severity: severityWord(severity),
        findings: sum(own),
        fates: fates.map((fate) => ({ fate, findings: sum(own.filter((group) => group.fate === fate)) })),
      }
    }),
    days: days.map(({ day, open }) => ({ day: dayText(day), open })),
  }
}
