import type { z } from 'zod'
import { dayText } from '../../store/days.ts'
import { type VersionChange, versionChanges } from '../../store/queries/software/version-days.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import type { SoftwareHistory } from '../shapes/software-history.ts'
import { groupedBy } from '../../model/grouped-by.ts'

/** More lines than this cannot be told apart: the rest is summed. */
const MOST_VERSIONS = 6

/** On how many assets each version of a software was, day by day: those on most assets at the end, and all others together. */
export async function answerSoftwareHistory(
  { store, scope }: Asked,
  software: { name: string; vendor: string | null },
  { from, to }: { from: number; to: number },
): Promise<z.infer<typeof SoftwareHistory>> {
  const changes = await remember(store, ['software history', scope, software], () => versionChanges(store.engine, scope, software))
  const byVersion = groupedBy(changes, (change) => change.version)
  const all = [...byVersion]
    .map(([version, own]) => ({ version, days: daily(own, from, to) }))
    .filter(({ days }) => days.some((assets) => assets > 0))
    .toSorted((a, b) => b.days.at(-1)! - a.days.at(-1)! || Math.max(...b.days) - Math.max(...a.days) || (a.version < b.version ? -1 : 1))
  const [shown, others] = [all.slice(0, MOST_VERSIONS), all.slice(MOST_VERSIONS)]
  const points = (days: readonly number[]) => days.map((value, index) => ({ day: dayText(from + index), value }))
  return {
    versions: shown.map(({ version, days }) => ({ version, points: points(days) })),
    others: others.length === 0 ? null : { versions: others.length, points: points(summed(others.map(({ days }) => days))) },
  }
}

/** The running sum of changes at the end of each day. */
function daily(changes: readonly VersionChange[], from: number, to: number): number[] {
  const sums: number[] = []
  let [assets, next] = [0, 0]
  for (let day = from; day <= to; day++) {
    while (next < changes.length && changes[next]!.day <= day) assets += changes[next++]!.assets
    sums.push(assets)
  }
  return sums
}

const summed = (lists: readonly (readonly number[])[]): number[] =>
  lists[0]!.map((_, index) => lists.reduce((sum, days) => sum + days[index]!, 0))
