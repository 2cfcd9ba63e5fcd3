import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { openSmallApp, type SmallApp } from './small-app.ts'
import { smallCatalog } from './small-catalog.ts'

interface Said {
  exception_id: number
  state: string
  covered_findings: number
  covered_assets: number
  import_no: number
}

describe.each(engines)('exceptions of several groups on $name', ({ open }) => {
  let app: SmallApp
  const say = { justification: 'alternate_mitigation', reason: 'tested', starts_at: '2026-07-01' }
  beforeAll(async () => (app = await openSmallApp(await open(), smallCatalog(), 'north')))
  afterAll(() => app.close())
  const exposure = async () => (await app.ask<{ exposure: { value: number } }>('GET', '/scores')).body.exposure.value

  it('end for some of their groups, and make a recommendation excepted in part', async () => {
    const before = await exposure()
    const recommended = async () => {
      const { items } = (
        await app.ask<{ items: { id: string; exception: string; assets: number; assets_after: number }[] }>(
          'GET',
          '/recommendations?limit=100',
        )
      ).body
      return items.find(({ id }) => id === 'update:openssl')!
    }
    const grouped = async () => {
      const { items } = (await app.ask<{ items: { asset_group: string | null }[] }>('GET', '/vulnerabilities/CVE-2/assets?limit=100')).body
      return {
        red: items.filter((each) => each.asset_group === 'red').length,
        blue: items.filter((each) => each.asset_group === 'blue').length,
      }
    }
    expect((await recommended()).exception).toBe('active')
    const { red, blue } = await grouped()
    expect(Math.min(red, blue)).toBeGreaterThan(0)
    const all = await app.ask<Said>('POST', '/exceptions', { ...say, component: 'openssl', asset_groups: ['red', 'blue'] })
    const held = await app.ask<Said>('POST', '/exceptions', {
      ...say,
      kind: 'vulnerability',
      subject: 'CVE-2',
      asset_groups: ['red', 'blue'],
    })
    expect([held.body.covered_assets, (await recommended()).exception]).toEqual([red + blue, 'full_exception'])
    await app.ask('POST', `/imports/${all.body.import_no}/undo`)
    expect((await recommended()).exception).toBe('partial_exception')
    const both = await exposure()
    const path = `/exceptions/${held.body.exception_id}`
    const left = await app.ask<Said & { acts: { act: string; asset_groups: string[] | null; import_no: number }[] }>(
      'POST',
      `${path}/end`,
      { asset_groups: ['red'] },
    )
    expect(left.body).toMatchObject({
      state: 'active',
      ends_at: null,
      covered_assets: blue,
      acts: [{ act: 'add' }, { act: 'leave', asset_groups: ['red'] }],
    })
    const one = await exposure()
    expect([both < one, one < before]).toEqual([true, true])
    const listed = await app.ask<{ items: Said[] }>('GET', `/exceptions?filter=${encodeURIComponent('{"state": "active"}')}`)
    expect(listed.body.items.filter(({ exception_id }) => exception_id === held.body.exception_id)).toHaveLength(1)
    expect((await app.ask('POST', `${path}/end`, { asset_groups: ['red'], ends_at: '2026-09-01' })).status).toBe(400)
    expect((await app.ask('POST', `${path}/end`, { asset_groups: ['green'] })).status).toBe(400)
    // where the last group leaves, it has ended; undone, act by act, it holds again
    const ended = await app.ask<typeof left.body>('POST', `${path}/end`, { asset_groups: ['blue'] })
    expect([ended.body.state, ended.body.covered_findings, ended.body.acts.at(-1)!.act, await exposure()]).toEqual([
      'ended',
      0,
      'end',
      before,
    ])
    await app.ask('POST', `/imports/${ended.body.acts.at(-1)!.import_no}/undo`)
    expect(await exposure()).toBe(one)
    await app.ask('POST', `/imports/${left.body.acts.at(-1)!.import_no}/undo`)
    expect(await exposure()).toBe(both)
    await app.ask('POST', `/imports/${held.body.import_no}/undo`)
    expect(await exposure()).toBe(before)
    // a patch can be missing for a vulnerability, not for whatever is found
    expect((await app.ask('POST', '/exceptions', { ...say, justification: 'no_patch', component: 'openssl' })).status).toBe(400)
    const waiting = await app.ask<Said>('POST', '/exceptions', {
      ...say,
      justification: 'no_patch',
      kind: 'vulnerability',
      subject: 'CVE-3',
    })
    expect([waiting.status, await exposure()]).toEqual([201, before])
    await app.ask('POST', `/imports/${waiting.body.import_no}/undo`)
  })

  it('go on for a group that is called as something every object has', async () => {
    const asset_groups = ['constructor', 'red']
    const held = await app.ask<Said>('POST', '/exceptions', { ...say, kind: 'vulnerability', subject: 'CVE-3', asset_groups })
    const left = await app.ask<Said>('POST', `/exceptions/${held.body.exception_id}/end`, { asset_groups: ['red'] })
    expect(left.body.state).toBe('active')
  })
})
