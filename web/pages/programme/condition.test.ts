import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { formOf, formYaml, idOfTitle, type Line, lineYaml, type MetricForm } from './condition.ts'

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

const whole: MetricForm = {
  id: '',
  title: 'Old: servers',
  why: 'Because "they" are old.',
  population: [],
  how: 'all',
  exposed: [{ field: 'vulnerability.severity', test: 'at_least', value: 'high' }],
  reason: '{subject}',
  weight: 'medium',
  recommendation: '',
}
const read = (form: MetricForm) => formOf(parse(formYaml(form, fields)) as Record<string, unknown>)

it('reads back what it wrote, line by line', () => {
  const lines: Line[] = [
    { field: 'asset.type', test: 'is', value: 'device' },
    { field: 'asset.type', test: 'is', value: 'device, image' },
    { field: 'asset.type', test: 'not', value: 'device' },
    { field: 'asset.internet_facing', test: 'is', value: 'false' },
    { field: 'asset.internet_facing', test: 'unknown', value: '' },
    { field: 'asset.internet_facing', test: 'known', value: '' },
    { field: 'vulnerability.cvss', test: 'at_most', value: '9.8' },
    { field: 'vulnerability.cvss', test: 'is', value: '7' },
    { field: 'asset.type', test: 'contains', value: 'a"}: x' },
  ]
  for (const line of lines) {
    const form = { ...whole, population: [line] }
    expect(read(form)).toEqual(form)
  }
  for (const how of ['all', 'any'] as const) {
    const form = { ...whole, population: lines.slice(0, 2), how, exposed: lines, weight: 'low' as const, recommendation: 'Do it: now.' }
    expect(read(form)).toEqual(form)
  }
})

it('keeps what fields do not show, and reads what people write by hand', () => {
  const form = { ...whole, source: 'https://example.org/why', needs: ['vulnerabilities', 'inventory'] }
  expect(read(form)).toEqual(form)
  const written = {
    ...(parse(formYaml(whole, fields)) as object),
    population: { 'asset.type': 'device', 'asset.internet_facing': true },
    exposed_when: {
      all: [{ 'vulnerability.severity': 'critical', 'vulnerability.cvss': '>= 9' }, { not: { 'asset.type': ['device', 'image'] } }],
    },
  }
  expect(formOf(written)).toMatchObject({
    population: [
      { field: 'asset.type', test: 'is', value: 'device' },
      { field: 'asset.internet_facing', test: 'is', value: 'true' },
    ],
    how: 'all',
    exposed: [
      { field: 'vulnerability.severity', test: 'is', value: 'critical' },
      { field: 'vulnerability.cvss', test: 'at_least', value: '9' },
      { field: 'asset.type', test: 'not', value: 'device, image' },
    ],
  })
})

it.each([
  { population: { any: [{ 'asset.type': 'device' }, { 'asset.type': 'image' }] } },
  { exposed_when: { any: [{ 'asset.type': 'device', 'vulnerability.cvss': 9 }] } },
  { exposed_when: { all: [{ any: [{ 'asset.type': 'device' }] }] } },
  { exposed_when: { not: { all: [{ 'asset.type': 'device' }] } } },
  { exposed_when: { 'vulnerability.cvss': '> 9' } },
  { exposed_when: { 'asset.type': '= >= 9' } },
  { exposed_when: { 'asset.type': ['device', null] } },
  { exposed_when: { 'asset.type': 'one, two' } },
  { colour: 'red' },
])('leaves %o to YAML', (more) => {
  expect(formOf({ ...(parse(formYaml(whole, fields)) as object), ...more })).toBeNull()
})

it('makes an id of a title', () => {
  expect(idOfTitle('  Old Servers: 2016 & older! ')).toBe('old-servers-2016-older')
})
