import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UserError } from '../errors.ts'
import { loadCatalog, parseMetric } from './catalog.ts'
import { metricColumns } from './condition-fields.ts'
import { conditionWords } from './condition-words.ts'

const catalog = loadCatalog()
const good = `title: Some assets
why: Because it matters a lot.
source: https://example.org/
population: {asset.type: device}
exposed_when: {vulnerability.cvss: '>= 9'}
reason: has {subject}
needs: [vulnerabilities]
example: {asset: [{asset_id: a}], expect: {exposed: [], total: 1}}
`
const refused = (yaml: string): string => {
  try {
    parseMetric('x', yaml)
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    expect((error as UserError).code).toBe('catalog_invalid')
    return (error as UserError).message
  }
  throw new Error('was not refused')
}

describe('the catalog', () => {
  it('holds what the product promises', () => {
    expect(catalog.metrics.size).toBeGreaterThanOrEqual(14)
    expect(catalog.initiatives.size).toBeGreaterThanOrEqual(5)
    for (const id of ['macos-endpoints-without-endpoint-agent', 'cloud-resources-with-critical-vulnerabilities'])
      expect(catalog.metrics.has(id)).toBe(true)
  })

  it('uses every metric in some initiative or says it is for all', () => {
    const used = new Set([...catalog.initiatives.values()].flatMap((initiative) => initiative.metrics.map((metric) => metric.id)))
    expect([...catalog.metrics.keys()].filter((id) => !used.has(id))).toEqual(['assets-with-failed-critical-controls'])
  })

  it('has metrics whose example can fail: some asset exposed, some not', () => {
    for (const metric of catalog.metrics.values()) {
      expect(metric.example.expect.exposed.length, metric.id).toBeGreaterThan(0)
      expect(metric.example.expect.total, metric.id).toBeGreaterThan(metric.example.expect.exposed.length)
    }
  })

  it('names exposed states: no verbs and no "no-"', () => {
    for (const id of catalog.metrics.keys()) expect(id).not.toMatch(/^(no|check|ensure|find|fix)-/)
  })

  it('says its conditions in words', () => {
    const metric = catalog.metrics.get('servers-with-critical-vulnerabilities')!
    expect(conditionWords(metric.population, metricColumns)).toBe(
      'asset type is device and operating system family is windows server or linux',
    )
    expect(conditionWords(metric.exposed_when, metricColumns)).toBe('vulnerability severity is critical')
    expect(conditionWords(catalog.metrics.get('macos-endpoints-without-endpoint-agent')!.exposed_when, metricColumns)).toBe(
      'no endpoint agent is known',
    )
    for (const each of catalog.metrics.values())
      expect(conditionWords(each.exposed_when, metricColumns)).not.toMatch(
        /undefined|\[object|(asset|vulnerability|finding|control)\.[a-z]/,
      )
  })
})

describe('a catalog file', () => {
  it('is read when it is good', () => expect(parseMetric('x', good).title).toBe('Some assets'))

  it.each([
    ['a missing key', good.replace(/why.*\n/, ''), 'why'],
    ['an unknown key', `${good}wieght: high\n`, 'wieght'],
    ['broken YAML', good.replace('{asset.type: device}', '{asset.type: device'), 'metrics/x.yaml'],
    ['a field that does not exist', good.replace('vulnerability.cvss', 'vulnerability.cvs'), 'exposed_when.vulnerability.cvs'],
    ['a word that does not exist', good.replace('device', 'toaster'), 'toaster'],
    ['a population that reads findings', good.replace('{asset.type: device}', '{vulnerability.cvss: 9}'), 'population'],
    [
      'a "not" over an asset and its findings',
      good.replace(`{vulnerability.cvss: '>= 9'}`, '{not: {vulnerability.cvss: 9, asset.type: device}}'),
      'not',
    ],
    [
      'a finding that is a vulnerability and a control',
      good.replace(`{vulnerability.cvss: '>= 9'}`, '{vulnerability.cvss: 9, control.category: a}'),
      'never hold',
    ],
    ['an exposed_when that always holds', good.replace(`{vulnerability.cvss: '>= 9'}`, '{}'), 'empty'],
    [
      'an alias bomb',
      `${good.replace(/why.*\n/, '')}why: &a [x, x]\nb: &b [*a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c]\n`,
      'metrics/x.yaml',
    ],
  ])('is refused for %s', (_, yaml, place) => expect(refused(yaml)).toContain(place))

  it('is refused with the line of the mistake', () =>
    expect(refused(good.replace('title: Some assets', 'title: 5'))).toContain('line 1: title'))

  it('of an extra folder replaces one of the same name, and brings new ones', () => {
    const folder = mkdtempSync(join(tmpdir(), 'catalog-'))
    try {
      mkdirSync(join(folder, 'metrics'))
      writeFileSync(join(folder, 'metrics', 'our-own.yaml'), good)
      writeFileSync(join(folder, 'metrics', 'assets-with-verified-exploits.yaml'), good)
      const ours = loadCatalog([folder])
      expect(ours.metrics.size).toBe(catalog.metrics.size + 1)
      expect(ours.metrics.get('assets-with-verified-exploits')!.title).toBe('Some assets')
      mkdirSync(join(folder, 'initiatives'))
      writeFileSync(
        join(folder, 'initiatives', 'ours.yaml'),
        'title: Ours\nwhy: Because it matters.\nkind: threat\ntarget: 0.9\nmetrics:\n  - {id: nothing-like-it, weight: high}\n',
      )
      expect(() => loadCatalog([folder])).toThrow(/initiatives\/ours.yaml: there is no metric "nothing-like-it"/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
