import { expect } from 'vitest'

/** A risk event as far as what it moved is concerned. */
export interface MovingEvent {
  event_id: string
  day: string
  direction: string
  effect: number
  effects: { cause: string; part: number }[]
}

interface Ledger {
  day: string
  change: number
  causes: { cause: string; part: number; told: number; rest: number }[]
}

/** Millionths of points, whole. */
export const micro = (points: number): number => Math.round(points * 1e6)
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)

/**
 * Of every day that moved the exposure score: its causes are those of the explanation of that day alone, they sum to the change, and of each the events'
 * effects and what no event tells sum to it, to the last digit. `org`: `org=…` and what else narrows. Gives the days.
 */
export async function expectLedgers(
  ask: <T>(address: string) => Promise<T>,
  org: string,
  from: string,
  told: readonly MovingEvent[],
): Promise<Ledger[]> {
  const { items: days } = await ask<{ items: Ledger[] }>(`events/days?${org}&from=${from}`)
  for (const { day, change, causes } of days) {
    const before = new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10)
    const explained = await ask<{ causes: { cause: string; part: number }[] }>(`explain?${org}&from=${before}&to=${day}`)
    expect(causes.map(({ cause, part }) => [cause, part])).toEqual(explained.causes.map(({ cause, part }) => [cause, part]))
    expect(sum(causes.map(({ part }) => micro(part)))).toBe(micro(change))
    for (const { cause, part, told: by_events, rest } of causes) {
      const effects = told.filter((event) => event.day === day).flatMap((event) => event.effects.filter((effect) => effect.cause === cause))
      expect(sum(effects.map((effect) => micro(effect.part))), `${day} ${cause}`).toBe(micro(by_events))
      expect(micro(by_events) + micro(rest), `${day} ${cause}`).toBe(micro(part))
    }
  }
  for (const event of told) {
    expect(sum(event.effects.map(({ part }) => micro(part)))).toBe(micro(event.effect))
    if (event.effect !== 0) expect(event.effect > 0, event.event_id).toBe(event.direction === 'worse')
  }
  return days
}
