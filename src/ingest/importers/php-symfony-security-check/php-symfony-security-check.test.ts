import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { phpSymfonySecurityCheck } from './php-symfony-security-check.ts'

const sample = (name: string) => readSample(phpSymfonySecurityCheck, import.meta.dirname, name)

describe('php-symfony-security-check', () => {
  it('reads packages with their advisories', async () => {
    const all = await sample('composer.json')
    const component = { name: 'acme/web', version: 'v1.2', type: 'composer' }
    expect(of(all, 'finding')).toEqual([
      { kind: 'finding', asset: 'target', vulnerability_ids: ['CVE-2099-0001'], title: 'CVE-2099-0001: Stops', component },
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['php-symfony-security-check:https://example.org/sandbox'],
        title: 'Sandbox',
        component,
      },
    ])
    expect(of(all, 'skipped')).toHaveLength(2)
  })

  it('closes what is gone, also by the empty list that the tool writes without findings', async () => {
    const before = await sample('composer.json')
    expect(closedBy(before, await readText(phpSymfonySecurityCheck, []))).toHaveLength(2)
    expect(closedBy(before, await readText(phpSymfonySecurityCheck, {}))).toHaveLength(2)
    expect(closedBy(before, before)).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(phpSymfonySecurityCheck, '[{"a":1}]')).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([
    {},
    [],
    { 'acme/web': { version: 'v1' } },
    { web: { version: 'v1', advisories: [] } },
    { 'acme/web': [{ version: 'v1', advisories: [] }] },
    '',
  ])('does not take %j', (value) => expect(recognises(phpSymfonySecurityCheck, value)).toBe(false))
})
