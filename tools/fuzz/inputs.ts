import type { Input } from './judge.ts'
import { mutate } from './mutate.ts'
import { randomOf } from './random.ts'
import type { Seed } from './seeds.ts'

/** Share of inputs that are also imported into a database. */
const STORED = 0.05

/** Makes the inputs of a run: input number `index` is the same for the same seed number and files. */
export function inputsOf(seeds: Seed[], seed: number, format: string | null): (index: number) => Input & { from: string } {
  const groups = new Map<string, Seed[]>()
  for (const one of seeds) {
    const key = one.format ?? ''
    if (format !== null && key !== format) continue
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  if (groups.size === 0) throw new Error(`there is no file of the format ${format}`)
  const formats = [...groups.keys()].toSorted()
  return (index) => {
    const random = randomOf(seed, index)
    // Formats in turn, so that one with few files is tried as much as the others; files of none less.
    const key = random.pick(formats) || random.pick(formats)
    const group = groups.get(key)!
    const from = random.pick(group)
    const other = random.pick(random.chance(0.5) ? group : seeds)
    const bytes = mutate(from.bytes, other.bytes, random)
    const readAs = from.format ?? (random.chance(0.3) ? random.pick(formats) : '')
    return { from: from.path, name: from.name, bytes, format: readAs || null, store: random.chance(STORED) }
  }
}
