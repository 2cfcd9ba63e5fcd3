import { expect, it } from 'vitest'
import type { InitiativeSummary } from '../api.ts'
import { keyInitiatives } from './key-initiatives.ts'

const one = (id: string, more: { value?: number | null; new_since?: string; generated?: boolean } = {}): InitiativeSummary =>
  ({
    id,
    new_since: more.new_since ?? null,
    generated: more.generated ?? false,
    score: { value: more.value === undefined ? 50 : more.value },
  }) as InitiativeSummary
const ids = (list: InitiativeSummary[], chosen: string[] | null) => keyInitiatives(list, chosen && new Set(chosen)).map(({ id }) => id)

const all = [
  one('a'),
  one('b', { value: null }),
  one('c'),
  one('d', { new_since: '2026-08-01', value: null }),
  one('e', { generated: true }),
]

it.each<[string, string[] | null, string[]]>([
  ['favourites, then what is new', ['c', 'e'], ['c', 'e', 'd']],
  ['what is new, then the others, where nobody chose any', null, ['d', 'a', 'c']],
  ['the same where none of the chosen has data', ['b', 'gone'], ['d', 'a', 'c']],
])('shows %s', (_, chosen, expected) => {
  expect(ids(all, chosen)).toEqual(expected)
})

it('shows no more than six, each once', () => {
  const many = Array.from({ length: 9 }, (_, index) => one(`i${index}`, index === 8 ? { new_since: '2026-08-01' } : {}))
  expect(ids(many, null)).toEqual(['i8', 'i0', 'i1', 'i2', 'i3', 'i4'])
  expect(ids(many, ['i8', 'i2'])).toEqual(['i2', 'i8'])
})
