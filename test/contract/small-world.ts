import { NEVER } from '../../src/model/time.ts'
import { writeHazards } from '../../src/insights/hazard.ts'
import { deriveAssetDays } from '../../src/store/derive/asset-days.ts'
import { deriveAssets } from '../../src/store/derive/assets.ts'
import { deriveFindings } from '../../src/store/derive/findings.ts'
import { deriveFresh, deriveStaleness } from '../../src/store/derive/fresh.ts'
import { settleTouched, takeTouched } from '../../src/store/derive/touched.ts'
import { deriveVulnerabilities } from '../../src/store/derive/vulnerabilities.ts'
import type { Engine, Value } from '../../src/store/engines/engine.ts'
import { addOrg, type Org } from '../../src/store/orgs.ts'
import { applySchema } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'

/** The instant of the small world: noon of 1 August 2026, UTC. Reports came from 1 June on. */
const NOW = Date.UTC(2026, 7, 1, 12) * 1000
/** Day `n` after 1 June 2026, 06:00 UTC. */
const at = (n: number): number => Date.UTC(2026, 5, 1 + n, 6) * 1000

const open = { opened_in: 1, closed_in: NEVER, retracted_in: NEVER }

/** Appends rows given as objects. */
async function write(engine: Engine, table: string, rows: readonly Record<string, Value>[]): Promise<void> {
  const columns = Object.keys(rows[0]!)
  await engine.append(
    table,
    columns,
    rows.map((row) => columns.map((column) => row[column]!)),
  )
}

/** An asset of the small world by its number in its organisation, 0–11. */
export interface SmallAsset {
  asset_id: number
  name: string
  group: string
}

export interface SmallWorld {
  store: Store
  north: Org
  south: Org
  assetsOf(org: Org): SmallAsset[]
}

/**
 * Two organisations, north and south, whose assets have the same names, findings on the same vulnerabilities and the same software. Asset
 * 0–11 of each: group "red" (even) or "blue" (odd); 0–9 scanned until 20 July, 10 only in June (stale), 11 listed and never scanned;
 * asset 9 left on 10 July. Asset i has CVE-1 … CVE-(i+1) in openssl on all but asset 11; CVE-1 was fixed on 15 July on even assets.
 * In the south each also has CVE-99, which the north has not.
 */
export async function makeSmallWorld(engine: Engine): Promise<SmallWorld> {
  await applySchema(engine, NOW)
  const store: Store = { engine, data: '/nowhere', now: () => NOW }
  const north = await addOrg(store, { name: 'North', zone: 'UTC' })
  const south = await addOrg(store, { name: 'South', zone: 'Pacific/Auckland' })
  const assetsOf = (org: Org): SmallAsset[] =>
    Array.from({ length: 12 }, (_, i) => ({ asset_id: org.org_id * 100 + i, name: `host-${i % 4}`, group: i % 2 ? 'blue' : 'red' }))
  await engine.transaction(async (transaction) => {
    for (const org of [north, south]) await writeOrg(transaction, org, assetsOf(org), org === south)
    await writeWorld(transaction)
    await writeImports(transaction, [north, south])
    await write(
      transaction,
      'touched_asset',
      [north, south].flatMap((org) => assetsOf(org).map(({ asset_id }) => ({ org_id: org.org_id, asset_id }))),
    )
    await write(
      transaction,
      'touched_vulnerability',
      Array.from({ length: 12 }, (_, n) => ({ vulnerability_id: `CVE-${n + 1}` })),
    )
    await writeHazards(transaction)
    await takeTouched(transaction)
    await deriveStaleness(transaction)
    await settleTouched(transaction)
    await deriveVulnerabilities(transaction)
    await deriveAssets(transaction)
    await deriveFresh(transaction)
    await deriveFindings(transaction)
    await deriveAssetDays(transaction)
  })
  return { store, north, south, assetsOf }
}

async function writeOrg(engine: Engine, { org_id }: Org, assets: readonly SmallAsset[], more: boolean): Promise<void> {
  const of = { org_id, source: 'scanner' }
  await write(
    engine,
    'asset_key',
    assets.map(({ asset_id }) => ({ asset_id, org_id, created_in: 1 })),
  )
  const attributes = assets.flatMap(({ asset_id, name, group }, i) => {
    const said: [string, string][] = [
      ['type', 'device'],
      ['name', name],
      ['asset_group', group],
      ['internet_facing', String(i % 3 === 0)],
    ]
    if (i % 4 !== 3) said.push(['criticality', ['low', 'high', 'very_high'][i % 4]!])
    return said.map(([attribute, value]) => ({ ...of, asset_id, attribute, value, valid_from: at(0), valid_to: NEVER, ...open }))
  })
  await write(engine, 'attribute_history', attributes)
  await write(
    engine,
    'name_history',
    assets.map(({ asset_id, name }) => ({ ...of, asset_id, name_type: 'hostname', name, valid_from: at(0), valid_to: NEVER, ...open })),
  )
  await write(
    engine,
    'presence_history',
    assets.map(({ asset_id }, i) => ({ ...of, asset_id, valid_from: at(0), valid_to: i === 9 ? at(39) : NEVER, ...open })),
  )
  const looks = assets.flatMap(({ asset_id }, i) =>
    [0, 7, 14, 21, 28, 35, 42, 49]
      .filter((day) => day < (i === 10 ? 10 : i === 9 ? 39 : 50))
      .flatMap((day) =>
        ['asset', ...(i === 11 ? [] : ['vulnerability', 'control', 'software'])].map((subject) => ({
          ...of,
          asset_id,
          subject,
          access: subject === 'asset' ? 0 : 2,
          min_severity: 0,
          checks: '',
          observed_at: at(day),
          record_id: asset_id,
          stated_in: 1,
          opened_in: 1,
          retracted_in: NEVER,
        })),
      ),
  )
  await write(engine, 'coverage_history', looks)
  const scanned = assets.slice(0, 11)
  const has = scanned
    .flatMap((asset, i) => [
      ...Array.from({ length: i + 1 }, (_, n) => ({ asset, subject: `CVE-${n + 1}`, n, until: n === 0 && i % 2 === 0 ? at(44) : NEVER })),
      ...(more ? [{ asset, subject: 'CVE-99', n: 98, until: NEVER }] : []),
    ])
    .map((finding, index) => ({ ...finding, finding_id: org_id * 10_000 + index }))
  await write(
    engine,
    'finding_key',
    has.map(({ asset, finding_id, subject }) => ({
      finding_id,
      org_id,
      asset_id: asset.asset_id,
      kind: 'vulnerability',
      subject,
      component: 'openssl',
      created_in: 1,
    })),
  )
  await write(
    engine,
    'sighting_history',
    has.map(({ asset, finding_id, subject, n, until }) => ({
      ...of,
      asset_id: asset.asset_id,
      finding_id,
      kind: 'vulnerability',
      severity: n % 6 === 5 ? null : n % 5,
      cvss_tenths: null,
      stage: 0,
      version: '3.0.1',
      fixed_version: n % 2 ? '3.0.14' : null,
      place: null,
      title: `Weakness ${subject}`,
      access: 2,
      checks: '',
      purl: null,
      valid_from: at(n % 14),
      valid_to: until,
      opened_in: 1,
      closed_in: until === NEVER ? NEVER : 2,
      retracted_in: NEVER,
    })),
  )
  await write(
    engine,
    'software_history',
    scanned.flatMap(({ asset_id }, i) => [
      {
        ...of,
        asset_id,
        name: 'openssl',
        version: i % 2 ? '3.0.1' : '3.0.2',
        vendor: 'OpenSSL',
        purl: null,
        cpe: null,
        place: '/usr',
        end_of_support_at: null,
        valid_from: at(0),
        valid_to: NEVER,
        ...open,
      },
      {
        ...of,
        asset_id,
        name: `tool-${i % 3}`,
        version: '',
        vendor: null,
        purl: null,
        cpe: null,
        place: null,
        end_of_support_at: at(100),
        valid_from: at(7),
        valid_to: NEVER,
        ...open,
      },
    ]),
  )
  await write(
    engine,
    'control_history',
    [0, 1, 2].map((c) => ({
      ...of,
      control_id: `scanner:check-${c}`,
      title: `Check ${c}`,
      severity: c + 1,
      category: 'Device',
      description: null,
      remediation: 'Set it',
      url: null,
      product: null,
      max_points: null,
      frameworks: '[]',
      valid_from: at(0),
      valid_to: NEVER,
      ...open,
    })),
  )
  const results = scanned.flatMap(({ asset_id }, i) =>
    [0, 1].map((c) => ({
      asset_id,
      c,
      finding_id: org_id * 10_000 + 5000 + i * 2 + c,
      status: c === 0 ? 'pass' : i % 2 ? 'fail' : 'pass',
    })),
  )
  await write(
    engine,
    'finding_key',
    results.map(({ asset_id, finding_id, c }) => ({
      finding_id,
      org_id,
      asset_id,
      kind: 'control',
      subject: `scanner:check-${c}`,
      component: '',
      created_in: 1,
    })),
  )
  await write(
    engine,
    'control_result_history',
    results.map(({ asset_id, finding_id, c, status }) => ({
      ...of,
      asset_id,
      finding_id,
      control_id: `scanner:check-${c}`,
      status,
      severity: 3,
      points: null,
      max_points: null,
      passed: null,
      total: null,
      evidence: null,
      place: null,
      valid_from: at(0),
      valid_to: NEVER,
      ...open,
    })),
  )
}

async function writeWorld(engine: Engine): Promise<void> {
  const ids = Array.from({ length: 12 }, (_, n) => ({ n, vulnerability_id: `CVE-${n + 1}` }))
  await write(
    engine,
    'epss_history',
    ids.slice(0, 8).flatMap(({ n, vulnerability_id }) => [
      { vulnerability_id, source: 'epss', epss: 1000, valid_from: at(0), valid_to: at(20), ...open },
      { vulnerability_id, source: 'epss', epss: n % 2 ? 10_000 : 1000, valid_from: at(20), valid_to: NEVER, ...open },
    ]),
  )
  await write(engine, 'exploit_history', [
    { vulnerability_id: 'CVE-2', source: 'kev', reference: '', stage: 4, valid_from: at(30), valid_to: NEVER, ...open },
    { vulnerability_id: 'CVE-3', source: 'exploit-db', reference: 'EDB-1', stage: 1, valid_from: at(5), valid_to: NEVER, ...open },
  ])
  await write(
    engine,
    'cvss_history',
    ids.slice(0, 6).map(({ n, vulnerability_id }) => ({
      vulnerability_id,
      source: 'cve',
      version: '3.1',
      cvss_tenths: 40 + n * 11,
      vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
      valid_from: at(0),
      valid_to: NEVER,
      ...open,
    })),
  )
  await write(
    engine,
    'description_history',
    ids.slice(0, 4).map(({ n, vulnerability_id }) => ({
      vulnerability_id,
      source: 'cve',
      title: `Title ${n}`,
      description: 'What it is',
      published_at: at(0) - 86_400_000_000,
      state: 'published',
      ssvc_exploitation: null,
      ssvc_automatable: null,
      ssvc_technical_impact: null,
      affected: '[]',
      valid_from: at(0),
      valid_to: NEVER,
      ...open,
    })),
  )
}

/** Eight weekly reports of each organisation and one of the world, of which the last report of each was undone. */
async function writeImports(engine: Engine, orgs: readonly Org[]): Promise<void> {
  const counts = JSON.stringify({
    assets: 12,
    findings: 66,
    vulnerabilities: 11,
    controls: 2,
    results: 22,
    software: 22,
    skipped: 0,
    opened: 1,
    closed: 0,
    notes: [],
  })
  const sent = [
    { org_id: null, kind: 'feed', format: 'kev', source: 'kev', day: 30, undone: false },
    ...[0, 7, 14, 21, 28, 35, 42, 49, 50].flatMap((day) =>
      orgs.map(({ org_id }) => ({ org_id, kind: 'report', format: 'trivy', source: 'scanner', day, undone: day === 50 })),
    ),
  ]
  await write(
    engine,
    'import',
    sent.map(({ org_id, kind, format, source, day, undone }, index) => ({
      import_no: index + 1,
      org_id,
      kind,
      format,
      format_version: 1,
      source,
      tool: 'Scanner',
      tool_version: null,
      file_name: `report-${day}.json`,
      observed_at: at(day),
      recorded_at: at(day) + 3_600_000_000,
      actor: 'test',
      input_digest: `input-${index}`,
      input_bytes: 1,
      options: '{}',
      counts,
      undoes_import_no: null,
      undone_in: undone ? 99 : NEVER,
      previous_digest: '',
      digest: `digest-${index}`,
    })),
  )
}
