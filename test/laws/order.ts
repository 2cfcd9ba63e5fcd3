import type { Entry, Step, World } from './world.ts'

/**
 * The same things learned in another order and grouping: what a source says about an asset goes alone or together with others of the
 * source in one report. Inventories and feeds stay whole. `random` gives whole numbers.
 */
export function regrouped(world: World, random: () => number): World {
  const parts = world.flatMap((step): Step[] =>
    step.kind === 'report' && step.complete_at === null ? step.entries.map((entry) => ({ ...step, entries: [entry] })) : [step],
  )
  const shuffled = parts
    .map((part) => ({ part, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ part }) => part)
  const steps: World = []
  for (const part of shuffled) {
    const host = steps.findLast(
      (step) =>
        step.kind === 'report' &&
        part.kind === 'report' &&
        step.complete_at === null &&
        step.org === part.org &&
        step.source === part.source,
    )
    if (
      part.kind === 'report' &&
      part.complete_at === null &&
      host?.kind === 'report' &&
      random() % 4 > 0 &&
      fits(host.entries, part.entries[0]!)
    )
      host.entries.push(part.entries[0]!)
    else steps.push(part.kind === 'report' ? { ...part, entries: [...part.entries] } : part)
  }
  return steps
}

/** A report speaks about an asset once. */
const fits = (entries: readonly Entry[], entry: Entry): boolean => entries.every(({ asset }) => asset !== entry.asset)
