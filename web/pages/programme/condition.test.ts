import { expect, it } from 'vitest'
import { formYaml, idOfTitle, lineYaml } from './condition.ts'

const fields = [
  { field: 'asset.type', type: 'text' },
  { field: 'asset.internet_facing', type: 'boolean' },
  { field: 'vulnerability.cvss', type: 'number' },
  { field: 'vulnerability.severity', type: 'ordered' },
] as const

it.each([
  [{ field: 'asset.type', test: 'is', value: 'device' }, '{asset.type: "device"}'],
  [{ field: 'asset.type', test: 'is', value: 'device, image' }, '{asset.type: ["device", "image"]}'],
  [{ field: 'asset.type', test: 'not', value: 'device' }, '{not: {asset.type: "device"}}'],
  [{ field: 'asset.internet_facing', test: 'is', value: 'false' }, '{asset.internet_facing: false}'],
  [{ field: 'vulnerability.cvss', test: 'is', value: '9.8' }, '{vulnerability.cvss: 9.8}'],
  [{ field: 'vulnerability.severity', test: 'at_least', value: 'high' }, '{vulnerability.severity: ">= high"}'],
  [{ field: 'asset.type', test: 'contains', value: 'a"}: x' }, '{asset.type: "~a\\"}: x"}'],
  [{ field: 'asset.type', test: 'unknown', value: '' }, '{asset.type: null}'],
  [{ field: 'asset.type', test: 'known', value: '' }, '{not: {asset.type: null}}'],
] as const)('writes %o as %s', (line, yaml) => {
  expect(lineYaml(line, fields)).toBe(yaml)
})

it('writes a whole metric', () => {
  const form = {
    id: 'x',
    title: 'Old: servers',
    why: 'Because they are old.',
    population: [{ field: 'asset.type', test: 'is', value: 'device' }],
    how: 'any',
    exposed: [
      { field: 'vulnerability.cvss', test: 'at_least', value: '9' },
      { field: 'vulnerability.severity', test: 'is', value: 'critical' },
    ],
    reason: '{subject}',
    weight: 'low',
    recommendation: '',
  } as const
  expect(formYaml({ ...form, population: [...form.population], exposed: [...form.exposed] }, fields)).toBe(`title: "Old: servers"
why: "Because they are old."
population: {asset.type: "device"}
exposed_when:
  any:
    - {vulnerability.cvss: ">= 9"}
    - {vulnerability.severity: "critical"}
reason: "{subject}"
weight: low
`)
})

it('makes an id of a title', () => {
  expect(idOfTitle('  Old Servers: 2016 & older! ')).toBe('old-servers-2016-older')
})
