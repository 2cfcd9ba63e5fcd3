import { expect, it } from 'vitest'
import { groupsFound, isSearched } from './group-search.ts'

const groups = ['Berlin office', 'Hamburg office', 'Windows servers', 'linux Servers'].map((asset_group) => ({ asset_group }))
const found = (find: string) => groupsFound(groups, find).map(({ asset_group }) => asset_group)

it('finds groups by any part of their name, whatever its letters', () => {
  expect(found('OFFICE')).toEqual(['Berlin office', 'Hamburg office'])
  expect(found(' servers ')).toEqual(['Windows servers', 'linux Servers'])
  expect(found('paris')).toEqual([])
  expect(found('')).toEqual(groups.map(({ asset_group }) => asset_group))
})

it('asks for a search where there are more than eight', () => {
  expect([8, 9].map((length) => isSearched(Array.from({ length })))).toEqual([false, true])
})
