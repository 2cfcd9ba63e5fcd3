import fc from 'fast-check'

const assetLeaf = fc.constantFrom<object>(
  { 'asset.internet_facing': true },
  { 'asset.internet_facing': null },
  { 'asset.criticality': '>= high' },
  { 'asset.criticality': ['low', null] },
  { 'asset.endpoint_agent': null },
  { not: { 'asset.internet_facing': true } },
)
const findingLeaf = fc.constantFrom<object>(
  { 'vulnerability.severity': 'critical' },
  { 'vulnerability.severity': ['low', 'medium'] },
  { 'vulnerability.cvss': '>= 7' },
  { 'vulnerability.cvss': '< 4' },
  { 'vulnerability.epss': '>= 0.1' },
  { 'vulnerability.epss': null },
  { 'vulnerability.exploit_stage': '>= known_exploited' },
  { not: { 'vulnerability.exploit_stage': 'none' } },
  { 'finding.component': 'openssl' },
  { 'finding.component': null },
  { 'finding.severity': '> low' },
  { 'finding.stage': '>= kit' },
  { 'finding.fixable': true },
  { 'finding.fixable': false },
  { 'finding.kind': 'control' },
  { 'control.category': 'Identity' },
  { 'control.source': ['other', null] },
  { 'control.severity': '>= high' },
  { 'control.control_id': '~:A' },
  { not: { 'control.control_id': 'tool:a' } },
)

/** Random conditions of a population, as a person writes them. */
const population: fc.Arbitrary<object> = fc.oneof(fc.constant({}), assetLeaf)

/** Random conditions of being exposed. */
const exposedWhen: fc.Arbitrary<object> = fc.oneof(
  findingLeaf,
  assetLeaf,
  fc.record({ all: fc.tuple(findingLeaf, findingLeaf) }),
  fc.record({ any: fc.tuple(findingLeaf, assetLeaf) }),
  fc.record({ all: fc.tuple(assetLeaf, findingLeaf) }),
  fc.record({ any: fc.tuple(fc.record({ all: fc.tuple(assetLeaf, findingLeaf) }), fc.record({ all: fc.tuple(assetLeaf, findingLeaf) })) }),
  fc.record({ not: fc.record({ all: fc.tuple(findingLeaf, findingLeaf) }) }),
  fc.record({ all: fc.tuple(fc.record({ any: fc.tuple(assetLeaf, findingLeaf) }), findingLeaf) }),
)

/** A metric that somebody writes today. */
export const definition = fc.record({
  population,
  exposed_when: exposedWhen,
  subject: fc.constantFrom('vulnerability' as const, 'control' as const, 'asset' as const),
})
