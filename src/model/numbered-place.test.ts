import { expect, it } from 'vitest'
import { NumberedPlaces } from './numbered-place.ts'

it('numbers the places of a rule in a file', () => {
  const places = new NumberedPlaces()
  expect([
    places.next('a', 'x.py'),
    places.next('a', 'x.py'),
    places.next('b', 'x.py'),
    places.next('a', 'y.py'),
    places.next('a', 'x.py'),
  ]).toEqual(['x.py', 'x.py (2)', 'x.py', 'y.py', 'x.py (3)'])
  expect([places.next('a', ''), places.next('a', ''), places.size]).toEqual(['', '(2)', 4])
})
