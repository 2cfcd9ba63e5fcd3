import fc from 'fast-check'
import type { World } from '../contract/world.ts'

const cves = ['CVE-1', 'CVE-2', 'CVE-3']

/** Small worlds with findings of shared components, fixes, exploits, exceptions, failed checks and unscanned assets. */
export const recommendationWorld: fc.Arbitrary<Partial<World>> = fc
  .record({
    asset: fc.tuple(
      ...[1, 2, 3].map((asset_id) =>
        fc.record({
          asset_id: fc.constant(asset_id),
          internet_facing: fc.option(fc.boolean()),
          value: fc.constantFrom(750, 1000, 5000),
          criticality: fc.constantFrom('low', 'high'),
          asset_group: fc.constantFrom('red', 'blue'),
        }),
      ),
    ),
    unseen: fc.boolean(),
    vulnerability: fc.tuple(
      ...cves.slice(0, 2).map((vulnerability_id) =>
        fc.record({
          vulnerability_id: fc.constant(vulnerability_id),
          epss: fc.option(fc.constantFrom(100, 8000, 31_500)),
          stage: fc.constantFrom(0, 1, 3, 4, 5),
          cvss_tenths: fc.option(fc.constantFrom(0, 40, 98)),
        }),
      ),
    ),
    finding: fc.array(
      fc.record({
        asset_id: fc.integer({ min: 1, max: 3 }),
        subject: fc.constantFrom(...cves),
        component: fc.constantFrom('', 'openssl', 'OpenSSL', 'curl'),
        severity: fc.option(fc.integer({ min: 0, max: 4 })),
        cvss_tenths: fc.option(fc.constantFrom(39, 70)),
        stage: fc.constantFrom(0, 0, 1, 2, 4),
        excepted: fc.constantFrom(false, false, false, true),
        fix: fc.option(fc.constantFrom('1.2', '1.10', '2.0')),
      }),
      { maxLength: 10 },
    ),
    failed: fc.array(
      fc.record({
        asset_id: fc.integer({ min: 1, max: 3 }),
        subject: fc.constantFrom('tool:a', 'tool:b'),
        severity: fc.option(fc.integer({ min: 1, max: 4 })),
        status: fc.constantFrom('pass', 'fail'),
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ asset, unseen, vulnerability, finding, failed }) => {
    const distinct = [...new Map(finding.map((row) => [`${row.asset_id} ${row.subject} ${row.component}`, row])).values()]
    const results = [...new Map(failed.map((row) => [`${row.asset_id} ${row.subject}`, row])).values()]
    return {
      asset,
      vulnerability,
      control: [
        { control_id: 'tool:a', title: 'Do a' },
        { control_id: 'tool:b', max_points: 5000 },
      ],
      fresh: asset.flatMap(({ asset_id }) => [
        ...(unseen && asset_id === 1 ? [] : [{ asset_id, subject: 'vulnerability' }]),
        { asset_id, subject: 'control' },
      ]),
      finding: [
        ...distinct.map(({ fix, ...row }, index) => ({ ...row, finding_id: index + 1 })),
        ...results.flatMap(({ status, ...row }, index) =>
          status === 'fail' ? [{ ...row, kind: 'control', finding_id: 100 + index }] : [],
        ),
      ],
      fix: distinct.flatMap(({ fix, asset_id }, index) => (fix ? [{ finding_id: index + 1, asset_id, fixed_version: fix }] : [])),
      result: results.map(({ asset_id, subject, status, severity }, index) => ({
        asset_id,
        control_id: subject,
        status,
        severity,
        finding_id: 100 + index,
      })),
    }
  })
