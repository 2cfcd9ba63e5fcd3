import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  removeClassification,
  reviewAssets,
  saveClassification,
  saveGroupRules,
  setAssets,
  setAssetValues,
  setClassification,
  setStaleness,
} from '../../src/insights/asset-changes.ts'
import { buildApp } from '../../src/api/app.ts'
import { openJobs } from '../../src/api/jobs.ts'
import { type Classification, compileRules, readClassification } from '../../src/insights/classification.ts'
import { compute, rebuild } from '../../src/insights/compute.ts'
import { everAfter, storeAsKnown } from '../../src/insights/knowledge.ts'
import { undoImport } from '../../src/ingest/undo.ts'
import { NEVER } from '../../src/model/time.ts'
import { sumLevels } from '../../src/store/queries/assets/levels.ts'
import { countRules } from '../../src/store/queries/classifications/counts.ts'
import { tryRule } from '../../src/store/queries/classifications/members.ts'
import { lastImport } from '../../src/store/known/taken.ts'
import type { Engine, Row, Value } from '../../src/store/engines/engine.ts'
import type { Store } from '../../src/store/store.ts'
import { shippedCatalog } from '../shipped-catalog.ts'
import { engines } from './engines.ts'
import { makeSmallWorld } from './small-world.ts'

const shipped = readClassification(
  'tools',
  {
    title: 'Has tool 1',
    why: '',
    criticality: 'high',
    threshold: 70,
    on: true,
    clues: [
      { when: { 'software.name': 'tool-1' }, certainty: 90 },
      { when: { 'asset.name': '~host-3' }, certainty: 40 },
    ],
  },
  true,
)
const catalog = {
  ...shippedCatalog,
  metrics: new Map(),
  initiatives: new Map(),
  recommendations: new Map(),
  classifications: new Map([[shipped.id, shipped]]),
}
const by = { actor: 'test', reason: 'to see' }
const at = (n: number): number => Date.UTC(2026, 5, 1 + n, 6) * 1000
const NOW = Date.UTC(2026, 7, 1, 12) * 1000
const HOUR = 3_600_000_000

/** The small world with a clock that goes on by an hour with every question for the time. */
async function opened(engine: Engine) {
  const world = await makeSmallWorld(engine)
  let now = NOW
  const store: Store = { ...world.store, now: () => (now += HOUR) }
  await engine.query(`delete from counter where name = 'import_no'`)
  await engine.query(`insert into counter select 'import_no', max(import_no) from import`)
  await touchAll(engine)
  await compute(store, catalog)
  return { store, org_id: world.north.org_id, id: (i: number) => world.north.org_id * 100 + i }
}

const touchAll = (engine: Engine) => engine.query('insert into touched_asset select org_id, asset_id from asset_key')

const levelsAt = async (engine: Engine, org_id: number, instant: number): Promise<Map<number, Row>> => {
  const rows = await engine.query<Row & { asset_id: number }>(
    `select asset_id, criticality, criticality_by, asset_group, asset_group_by, value from asset_history where org_id = $org_id and valid_from <= $instant and $instant < valid_to`,
    { org_id, instant },
  )
  return new Map(rows.map((row) => [row.asset_id, row]))
}

const dump = async (engine: Engine): Promise<string[]> => {
  const lines: string[] = []
  for (const table of ['asset_history', 'asset_class', 'asset_hand', 'asset_day', 'value_factor', 'rule_held'])
    for (const row of await engine.query<Row>(`select * from ${table}`))
      lines.push(`${table} ${JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`)
  return lines.toSorted()
}

describe.each(engines)('levels and groups of assets on $name', ({ open }) => {
  it('come from rules where no source states one, since the clue holds, and weigh in the score', async () => {
    const engine = await open()
    const { org_id, id } = await opened(engine)
    // Assets 1, 4, 7 and 10 have tool-1 from day 7 on; of them only asset 7 has no stated level.
    expect((await levelsAt(engine, org_id, at(8))).get(id(7))).toMatchObject({
      criticality: 'high',
      criticality_by: 'rule:tools',
      value: 3000,
    })
    expect((await levelsAt(engine, org_id, at(6))).get(id(7))).toMatchObject({ criticality: null, criticality_by: null, value: 1000 })
    expect((await levelsAt(engine, org_id, at(8))).get(id(4))).toMatchObject({ criticality: 'low', criticality_by: 'source' })
    const moment = { at: NOW, day: Math.floor(NOW / 86_400_000_000) }
    expect(await countRules(engine, { org_id, groups: null }, moment, 'criticality', [shipped])).toEqual([
      { rule_id: 'tools', assets: 4, to_review: 2 }, // 3 and 11 are called host-3 and have no tool-1; 7 is surer
    ])
    const [day] = await engine.query<Row>(
      'select weight from asset_day where asset_id = $asset_id and day <= $day order by day desc, cause desc limit 1',
      { asset_id: id(7), day: moment.day },
    )
    expect(day).toEqual({ weight: 3000 })
    await engine.close()
  })

  it('of a person count more than of a source, from then on, go back when undone, and follow the record', async () => {
    const engine = await open()
    const { store, org_id, id } = await opened(engine)
    const before = await dump(engine)
    const { import_no } = await setAssets(store, org_id, [id(4), id(7)], { criticality: 'very_high', asset_group: 'green' }, by)
    await compute(store, catalog)
    const now = await levelsAt(engine, org_id, NEVER - 1)
    for (const asset of [id(4), id(7)])
      expect(now.get(asset)).toMatchObject({
        criticality: 'very_high',
        criticality_by: 'person',
        asset_group: 'green',
        asset_group_by: 'person',
        value: 5000,
      })
    expect((await levelsAt(engine, org_id, NOW - HOUR)).get(id(4))).toMatchObject({ criticality: 'low', asset_group: 'red' })
    await setAssets(store, org_id, [id(4)], { criticality: '' }, by)
    await compute(store, catalog)
    expect((await levelsAt(engine, org_id, NEVER - 1)).get(id(4))).toMatchObject({
      criticality: null,
      criticality_by: 'person',
      value: 1000,
    })
    await setAssets(store, org_id, [id(4)], { criticality: null, asset_group: null }, by)
    await compute(store, catalog)
    expect((await levelsAt(engine, org_id, NEVER - 1)).get(id(4))).toMatchObject({
      criticality: 'low',
      criticality_by: 'source',
      asset_group: 'red',
    })
    await undoImport(store, import_no!, 'test')
    await compute(store, catalog)
    expect((await levelsAt(engine, org_id, NEVER - 1)).get(id(7))).toMatchObject({ criticality_by: 'rule:tools', asset_group: 'blue' })
    expect(before.filter((line) => line.includes(`["asset_id",${id(7)}]`))).toEqual(
      (await dump(engine)).filter((line) => line.includes(`["asset_id",${id(7)}]`)),
    )
    await expect(setAssets(store, org_id, [999_999], { criticality: 'low' }, by)).rejects.toMatchObject({ code: 'unknown_asset' })
    await engine.close()
  })

  it('are reviewed where a clue is not certain enough; a rule is switched off, changed and ended, and what was known before stays', async () => {
    const engine = await open()
    const { store, org_id, id } = await opened(engine)
    const known = await lastImport(engine, NEVER - 1)
    const asKnown = () => levelsAt(storeAsKnown(store, catalog, everAfter(org_id, known)).engine, org_id, NEVER - 1)
    await reviewAssets(store, org_id, 'tools', [id(3)], 'yes', by)
    await reviewAssets(store, org_id, 'tools', [id(7)], 'no', by)
    await compute(store, catalog)
    let now = await levelsAt(engine, org_id, NEVER - 1)
    expect(now.get(id(3))).toMatchObject({ criticality: 'high', criticality_by: 'rule:tools' })
    expect(now.get(id(7))).toMatchObject({ criticality: null })
    expect((await asKnown()).get(id(7))).toMatchObject({ criticality: 'high' })
    expect((await asKnown()).get(id(3))).toMatchObject({ criticality: null })
    await setClassification(store, org_id, catalog.classifications, 'tools', { on: false }, by)
    await compute(store, catalog)
    now = await levelsAt(engine, org_id, NEVER - 1)
    expect([...now.values()].filter((row) => String(row['criticality_by']).startsWith('rule'))).toEqual([])
    expect((await asKnown()).get(id(7))).toMatchObject({ criticality: 'high' })
    const own = {
      title: 'Never stated',
      why: '',
      criticality: 'medium' as const,
      threshold: 70,
      on: true,
      clues: [{ when: { 'asset.criticality': null }, certainty: 100 }],
    }
    await saveClassification(store, org_id, catalog.classifications, 'never-stated', own, by)
    await compute(store, catalog)
    now = await levelsAt(engine, org_id, NEVER - 1)
    for (const i of [3, 7, 11]) expect(now.get(id(i))).toMatchObject({ criticality: 'medium', criticality_by: 'rule:never-stated' })
    const untouched = await dump(engine)
    await rebuild(store, catalog)
    expect(await dump(engine)).toEqual(untouched)
    await removeClassification(store, org_id, catalog.classifications, 'never-stated', by)
    await compute(store, catalog)
    expect((await levelsAt(engine, org_id, NEVER - 1)).get(id(3))).toMatchObject({ criticality: null })
    await expect(removeClassification(store, org_id, catalog.classifications, 'tools', by)).rejects.toMatchObject({
      code: 'predefined_classification',
    })
    await expect(
      saveClassification(
        store,
        org_id,
        catalog.classifications,
        'bad',
        { ...own, clues: [{ when: { 'vulnerability.cvss': 9 }, certainty: 100 }] },
        by,
      ),
    ).rejects.toMatchObject({ code: 'bad_condition' })
    await engine.close()
  })

  it('are translated from the words of a source by rules that can be seen, set and added to, before other rules', async () => {
    const engine = await open()
    const translations = [...shippedCatalog.classifications].filter(([name]) => name.startsWith('servicenow-'))
    const with_words = { ...catalog, classifications: new Map([[shipped.id, shipped], ...translations]) }
    const { store, org_id, id } = await opened(engine)
    const said = (asset_id: number, day: number, word: string): Row => ({
      org_id,
      asset_id,
      source: 'cmdb',
      attribute: 'stated_criticality',
      value: `servicenow: ${word}`,
      valid_from: at(day),
      valid_to: NEVER,
      opened_in: 1,
      closed_in: NEVER,
      retracted_in: NEVER,
    })
    const statements = [
      said(id(7), 10, '4 - not critical'),
      said(id(7), 20, '1 - most critical'),
      said(id(3), 10, 'urgent'),
      said(id(4), 10, '1'),
    ]
    await engine.append(
      'attribute_history',
      Object.keys(statements[0]!),
      statements.map((row) => Object.values(row) as Value[]),
    )
    await touchAll(engine)
    const again = () => compute(store, with_words)
    const levelOf = async (i: number, instant = NEVER - 1) => (await levelsAt(engine, org_id, instant)).get(id(i))
    await again()
    // It has tool-1 too, which alone would make it high: what its source says goes first, also downwards, at each time.
    expect(await levelOf(7, at(15))).toMatchObject({ criticality: 'low', criticality_by: 'rule:servicenow-not-critical', value: 750 })
    expect(await levelOf(7)).toMatchObject({ criticality: 'very_high', criticality_by: 'rule:servicenow-most-critical' })
    expect(await levelOf(7, at(8))).toMatchObject({ criticality_by: 'rule:tools' })
    // A level in our own words goes before a translated one; a word that nobody translates says nothing.
    expect(await levelOf(4)).toMatchObject({ criticality: 'low', criticality_by: 'source' })
    expect(await levelOf(3)).toMatchObject({ criticality: null })
    const known = await lastImport(engine, NEVER - 1)
    const app = buildApp({ store, catalog: with_words, version: 'test', jobs: openJobs(() => {}) })
    const ask = async <T>(method: 'GET' | 'POST', url: string, payload?: object): Promise<T> =>
      (
        await app.inject({ method, url: `/api/v1${url}?org=north`, headers: { host: 'localhost' }, ...(payload ? { payload } : {}) })
      ).json<T>()
    const words = async () =>
      (
        await ask<{ items: { word: string; assets: number; classification: { id: string } | null }[] }>('GET', '/classifications/words')
      ).items
        .map(({ word, assets, classification }) => `${word}: ${assets} by ${classification?.id ?? 'none'}`)
        .toSorted()
    expect(await words()).toEqual([
      'servicenow: 1 - most critical: 1 by servicenow-most-critical',
      'servicenow: 1: 1 by servicenow-most-critical',
      'servicenow: urgent: 1 by none',
    ])
    /** Sets the translation otherwise; what was foretold of levels and score is what comes. Gives the moves. */
    const set = async (change: Parameters<typeof setClassification>[4]) => {
      const level = async () => {
        const rows = await levelsAt(engine, org_id, NEVER - 1)
        return new Map([...rows].map(([asset_id, row]) => [asset_id, row['criticality']]))
      }
      const score = async () => (await ask<{ exposure: { value: number } }>('GET', '/overview')).exposure.value
      const told = await ask<{ moves: object[]; score_before: number; score_after: number }>(
        'POST',
        '/classifications/servicenow-most-critical/preview',
        change,
      )
      const before = await level()
      expect(await score()).toBeCloseTo(told.score_before, 6)
      await setClassification(store, org_id, with_words.classifications, 'servicenow-most-critical', change, by)
      await again()
      expect(await score()).toBeCloseTo(told.score_after, 6)
      const moved = [...(await level())].filter(([asset_id, now]) => now !== before.get(asset_id))
      expect(told.moves).toEqual(moved.map(([asset_id, after]) => ({ before: before.get(asset_id), after, assets: 1 })))
      return told.moves
    }
    expect(await set({ threshold: 90 })).toEqual([])
    expect(await set({ criticality: 'medium' })).toHaveLength(1)
    expect(await levelOf(7)).toMatchObject({ criticality: 'medium' })
    const then = storeAsKnown(store, with_words, everAfter(org_id, known)).engine
    expect((await levelsAt(then, org_id, NEVER - 1)).get(id(7))).toMatchObject({ criticality: 'very_high' })
    expect(await set({ on: false })).toHaveLength(1)
    expect(await levelOf(7)).toMatchObject({ criticality: 'high', criticality_by: 'rule:tools' })
    // A word of one's own gets a translation of one's own, seen before it is kept.
    const clues = [{ when: { 'asset.stated_criticality': 'servicenow: urgent' }, certainty: 100 }]
    const own = { title: 'Urgent', why: '', criticality: 'very_high' as const, threshold: 70, on: true, clues }
    const moment = { at: NOW, day: Math.floor(NOW / 86_400_000_000) }
    const preview = await tryRule(engine, { org_id, groups: null }, moment, compileRules([readClassification('urgent', own, false)], []))
    expect(preview.map(({ asset_id }) => asset_id)).toEqual([id(3)])
    await saveClassification(store, org_id, with_words.classifications, 'urgent', own, by)
    await again()
    expect(await levelOf(3)).toMatchObject({ criticality: 'very_high', criticality_by: 'rule:urgent' })
    expect(await words()).toContain('servicenow: urgent: 1 by urgent')
    await app.close()
    await engine.close()
  })

  it('follow the roles that a source states of an identity, from the day on which it states them', async () => {
    const engine = await open()
    const wanted = ['privileged-identity', 'identity-with-privileged-role'].map((name) => shippedCatalog.classifications.get(name)!)
    const with_roles = { ...catalog, classifications: new Map(wanted.map((each) => [each.id, each])) }
    const { store, org_id, id } = await opened(engine)
    const said = (i: number, day: number, attribute: string, value: string): Value[] => [
      org_id,
      id(i),
      'entra',
      attribute,
      value,
      at(day),
      NEVER,
      1,
      NEVER,
      NEVER,
    ]
    await engine.append(
      'attribute_history',
      ['org_id', 'asset_id', 'source', 'attribute', 'value', 'valid_from', 'valid_to', 'opened_in', 'closed_in', 'retracted_in'],
      [
        said(3, 10, 'type', 'identity'),
        said(3, 10, 'roles', 'exchange administrator; global administrator'),
        said(3, 20, 'roles', 'exchange administrator'),
        said(7, 10, 'type', 'identity'),
        said(7, 10, 'roles', 'report viewer'),
        said(11, 10, 'roles', 'global administrator'), // a device
      ],
    )
    await touchAll(engine)
    await compute(store, with_roles)
    const level = async (i: number, day: number) => (await levelsAt(engine, org_id, at(day))).get(id(i))!['criticality']
    expect([await level(3, 5), await level(3, 15), await level(3, 25)]).toEqual([null, 'very_high', 'high'])
    expect([await level(7, 25), await level(11, 25)]).toEqual([null, null])
    await engine.close()
  })

  it('groups: the first rule that fits counts, more than what a source states; the other organisation is as it was', async () => {
    const engine = await open()
    const { store, org_id, id } = await opened(engine)
    const others = async () => (await dump(engine)).filter((line) => !line.includes(`["org_id",${org_id}]`))
    const before = await others()
    await saveGroupRules(
      store,
      org_id,
      [
        { id: 'a', group: 'tools', on: true, when: { 'software.name': 'tool-1' } },
        { id: 'b', group: 'not red', on: true, when: { not: { 'asset.asset_group': 'red' } } },
      ],
      by,
    )
    await compute(store, catalog)
    const now = await levelsAt(engine, org_id, NEVER - 1)
    expect(now.get(id(4))).toMatchObject({ asset_group: 'tools', asset_group_by: 'rule:a' })
    expect(now.get(id(7))).toMatchObject({ asset_group: 'tools' })
    expect(now.get(id(3))).toMatchObject({ asset_group: 'not red', asset_group_by: 'rule:b' })
    expect(now.get(id(2))).toMatchObject({ asset_group: 'red', asset_group_by: 'source' })
    expect(await others()).toEqual(before)
    await engine.close()
  })

  it('values: a preview gives what saving gives; staleness is that which was set', async () => {
    const engine = await open()
    const { store, org_id } = await opened(engine)
    const moment = { at: at(50), day: Math.floor(at(50) / 86_400_000_000) }
    const scope = { org_id, groups: null }
    const sums = await sumLevels(engine, scope, moment)
    const factors = { very_high: 10, high: 4, medium: 2, none: 1, low: 0.5 }
    const expected =
      sums.reduce((sum, row) => sum + row.exposure * factors[row.criticality], 0) /
      sums.reduce((sum, row) => sum + row.scored * factors[row.criticality], 0)
    const measured = async () => {
      const [row] = await engine.query<{ numerator: number; denominator: number }>(
        `select cast(sum(weighted_delta) as bigint) as numerator, cast(sum(weight_delta) as bigint) as denominator from asset_day where org_id = $org_id and day <= $day`,
        { org_id, day: moment.day },
      )
      return row!.numerator / row!.denominator / 1e9
    }
    expect(await measured()).not.toBeCloseTo(expected, 9)
    await setAssetValues(store, org_id, { rule: 'criticality', factors }, by)
    await compute(store, catalog)
    expect(await measured()).toBeCloseTo(expected, 9)
    await setAssetValues(store, org_id, { rule: 'plain' }, by)
    await compute(store, catalog)
    expect(await engine.query('select distinct value from asset_history where org_id = $org_id', { org_id })).toEqual([{ value: 1000 }])
    await setAssetValues(store, org_id, { rule: 'classic' }, by)
    await compute(store, catalog)
    // Twelve assets, one of which has left: N/10 = 1.1.
    expect(
      await engine.query('select distinct criticality, value from asset_history where org_id = $org_id order by value, criticality', {
        org_id,
      }),
    ).toEqual([
      { criticality: 'low', value: 750 },
      { criticality: null, value: 1000 },
      { criticality: 'high', value: 1100 },
      { criticality: 'very_high', value: 1100 },
    ])
    await setStaleness(store, org_id, 'scanner', 3, by)
    await compute(store, catalog)
    // Weekly looks that stay fresh for three days: on the fifth day after one nobody is in the score.
    const scored = await engine.query<{ n: number }>(
      `select count(*) as n from fresh_history where org_id = $org_id and subject = 'vulnerability' and valid_from <= $instant and $instant < valid_to`,
      { org_id, instant: at(26) },
    )
    expect(scored).toEqual([{ n: 0 }])
    await engine.close()
  })

  it('any rule finds what a reading of the facts finds, at any time', async () => {
    const engine = await open()
    const { org_id, id } = await opened(engine)
    const interval = fc
      .tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 1, max: 6 }))
      .map(([from, days]) => ({ from, to: from + days }))
    const facts = fc.record({
      software: fc.array(
        fc.record({ asset: fc.integer({ min: 0, max: 2 }), name: fc.constantFrom('alpha', 'alphabet', 'beta'), when: interval }),
        { maxLength: 6 },
      ),
      names: fc.array(fc.record({ asset: fc.integer({ min: 0, max: 2 }), name: fc.constantFrom('srv-a', 'wks-b'), when: interval }), {
        maxLength: 4,
      }),
    })
    const leaf = fc.constantFrom<Record<string, unknown>>(
      { 'software.name': 'alpha' },
      { 'software.name': '~alpha' },
      { 'names.hostname': '~srv' },
      { 'asset.asset_group': 'red' },
      { not: { 'software.name': 'beta' } },
    )
    const condition = fc.oneof(
      leaf,
      fc.tuple(leaf, leaf).map(([a, b]) => ({ all: [a, b] })),
      fc.tuple(leaf, leaf).map(([a, b]) => ({ any: [a, b] })),
    )
    await fc.assert(
      fc.asyncProperty(facts, condition, async ({ software, names }, when) => {
        await engine.query('delete from software_history where org_id = $org_id', { org_id })
        await engine.query('delete from name_history where org_id = $org_id', { org_id })
        const rest = { org_id, source: 's', opened_in: 1, closed_in: NEVER, retracted_in: NEVER }
        const put = (table: string, rows: Record<string, Value>[]) =>
          rows.length
            ? engine.append(
                table,
                Object.keys(rows[0]!),
                rows.map((row) => Object.values(row)),
              )
            : Promise.resolve(0)
        await put(
          'software_history',
          software.map(({ asset, name, when }) => ({
            ...rest,
            asset_id: id(asset),
            name,
            version: '',
            vendor: null,
            purl: null,
            cpe: null,
            place: null,
            end_of_support_at: null,
            valid_from: at(when.from),
            valid_to: at(when.to),
          })),
        )
        await put(
          'name_history',
          names.map(({ asset, name, when }) => ({
            ...rest,
            asset_id: id(asset),
            name_type: 'hostname',
            name,
            valid_from: at(when.from),
            valid_to: at(when.to),
          })),
        )
        const rule: Classification = {
          ...shipped,
          clues: readClassification(
            'x',
            { title: 'xxx', why: '', criticality: 'low', threshold: 1, on: true, clues: [{ when, certainty: 50 }] },
            false,
          ).clues,
        }
        const meets = (c: Record<string, unknown>, asset: number, day: number): boolean => {
          const [key, value] = Object.entries(c)[0]!
          const here = <T extends { asset: number; name: string; when: { from: number; to: number } }>(list: T[]) =>
            list.filter((each) => each.asset === asset && each.when.from <= day && day < each.when.to).map(({ name }) => name)
          if (key === 'all') return (value as Record<string, unknown>[]).every((part) => meets(part, asset, day))
          if (key === 'any') return (value as Record<string, unknown>[]).some((part) => meets(part, asset, day))
          if (key === 'not') return !meets(value as Record<string, unknown>, asset, day)
          if (key === 'asset.asset_group') return asset % 2 === 0
          const words = key === 'software.name' ? here(software) : here(names)
          return String(value).startsWith('~') ? words.some((word) => word.includes(String(value).slice(1))) : words.includes(String(value))
        }
        for (const day of [0, 3, 6, 9, 13]) {
          const found = await tryRule(engine, { org_id, groups: null }, { at: at(day), day: 0 }, compileRules([rule], []))
          expect(
            found
              .map(({ asset_id }) => asset_id)
              .filter((asset) => asset <= id(2))
              .toSorted(),
          ).toEqual([0, 1, 2].filter((asset) => meets(when, asset, day)).map(id))
        }
      }),
      { numRuns: 12 },
    )
    await engine.close()
  })
})
