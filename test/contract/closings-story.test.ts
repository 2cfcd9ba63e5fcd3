import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Importer, reads } from '../../src/ingest/importer.ts'
import { importers } from '../../src/ingest/importers.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { reread } from '../../src/ingest/reread.ts'
import { undoImport } from '../../src/ingest/undo.ts'
import { compute } from '../../src/insights/compute.ts'
import { causeNumber } from '../../src/model/cause.ts'
import { NEVER } from '../../src/model/time.ts'
import { applySchema } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { isWhole, verify } from '../../src/store/verify.ts'
import { engines } from './engines.ts'
import { sampleCatalog } from './sample-catalog.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-closings-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const change = (status: string, at: string, cve = 'CVE-2026-1001') => ({
  deviceId: 'm1',
  deviceName: 'pc-1.example.org',
  osPlatform: 'Windows11',
  softwareVendor: 'sample',
  softwareName: 'browser',
  softwareVersion: '1.0',
  cveId: cve,
  vulnerabilitySeverityLevel: 'High',
  status,
  eventTimestamp: at,
})

/** Items of Amazon Inspector about one machine. */
const inspector = (...items: { cve: string; status: string; at: string }[]) => ({
  findings: items.map(({ cve, status, at }) => ({
    findingArn: `arn:aws:inspector2:eu-west-1:111122223333:finding/${cve}`,
    awsAccountId: '111122223333',
    type: 'PACKAGE_VULNERABILITY',
    severity: 'HIGH',
    status,
    title: cve,
    firstObservedAt: '2026-01-01T00:00:00Z',
    lastObservedAt: at,
    updatedAt: at,
    packageVulnerabilityDetails: { vulnerabilityId: cve, vulnerablePackages: [{ name: 'openssl', version: '1.0' }] },
    resources: [{ id: 'i-0123456789abcdef0', type: 'AWS_EC2_INSTANCE', region: 'eu-west-1', details: { awsEc2Instance: {} } }],
  })),
})

describe.each(engines)('stories of items stated as closed, on $name', ({ open }) => {
  const storeOf = async (): Promise<Store> => {
    const engine = await open()
    await applySchema(engine, 0)
    const data = mkdtempSync(join(folder, 'data-'))
    mkdirSync(join(data, 'inputs'))
    return { engine, data, now: () => Date.UTC(2026, 7, 20) * 1000 }
  }
  const bring = (store: Store, value: unknown) =>
    importFile(store, { name: 'list.json', bytes: Buffer.from(JSON.stringify(value)) }, { actor: 'test' })
  const held = async (store: Store) =>
    (
      await store.engine.query<{ subject: string; source: string; valid_from: number; valid_to: number }>(
        `select k.subject, s.source, s.valid_from, s.valid_to from sighting_history s join finding_key k on k.finding_id = s.finding_id
         where s.retracted_in = $never order by k.subject, s.source, s.valid_from`,
        { never: NEVER },
      )
    ).map(({ subject, source, valid_from, valid_to }) => {
      const day = (at: number) => (at === NEVER ? null : new Date(at / 1000).toISOString().slice(5, 16))
      return [subject, source, day(valid_from), day(valid_to)]
    })
  const wholeAfterwards = async (store: Store) => {
    expect(isWhole(await verify(store, { allInputs: true }))).toBe(true)
    await store.engine.close()
  }

  it('a list of changes opens, closes and opens again, in whatever order its files come', async () => {
    const files = [
      { value: [change('New', '2026-03-01 10:00:00'), change('New', '2026-03-01 10:00:00', 'CVE-2026-1002')] },
      { value: [change('Fixed', '2026-03-05 12:00:00')] },
      { value: [change('New', '2026-03-09 10:00:00'), change('Updated', '2026-03-11 10:00:00')] },
      { value: [change('Fixed', '2026-03-20 12:00:00'), change('Fixed', '2026-03-20 12:00:00', 'CVE-2026-1002')] },
    ]
    const wanted = [
      ['CVE-2026-1001', 'defender', '03-01T10:00', '03-05T12:00'],
      ['CVE-2026-1001', 'defender', '03-09T10:00', '03-20T12:00'],
      ['CVE-2026-1002', 'defender', '03-01T10:00', '03-20T12:00'],
    ]
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
    ]) {
      const store = await storeOf()
      for (const place of order) await bring(store, files[place])
      expect(await held(store)).toEqual(wanted)
      await wholeAfterwards(store)
    }
  })

  it('a filtered list closes the one item that it states as closed, of its own source, and that is undone with it', async () => {
    const store = await storeOf()
    await bring(store, {
      value: [
        {
          ...change('', ''),
          status: undefined,
          eventTimestamp: undefined,
          lastSeenTimestamp: '2026-03-01 10:00:00',
          cveId: 'CVE-2026-1001',
        },
      ],
    })
    await bring(
      store,
      inspector(
        { cve: 'CVE-2026-1001', status: 'ACTIVE', at: '2026-03-01T10:00:00Z' },
        { cve: 'CVE-2026-1002', status: 'ACTIVE', at: '2026-03-01T10:00:00Z' },
        { cve: 'CVE-2026-1003', status: 'ACTIVE', at: '2026-03-01T10:00:00Z' },
      ),
    )
    const before = await held(store)
    const list = await bring(
      store,
      inspector(
        { cve: 'CVE-2026-1001', status: 'CLOSED', at: '2026-03-04T10:00:00Z' },
        { cve: 'CVE-2026-1003', status: 'SUPPRESSED', at: '2026-03-05T10:00:00Z' },
        { cve: 'CVE-2026-1002', status: 'ACTIVE', at: '2026-03-06T10:00:00Z' },
      ),
    )
    expect(list.counts).toMatchObject({ closed_items: 1, skipped: 1, findings: 1, closed: 1 })
    expect(await held(store)).toEqual([
      ['CVE-2026-1001', 'aws-inspector2', '03-01T10:00', '03-04T10:00'],
      ['CVE-2026-1001', 'defender', '03-01T10:00', null],
      ['CVE-2026-1002', 'aws-inspector2', '03-01T10:00', null],
      ['CVE-2026-1003', 'aws-inspector2', '03-01T10:00', null],
    ])
    await compute(store, sampleCatalog())
    const [cause] = await store.engine.query<{ to_cause: number }>(
      `select f.to_cause from finding_history f join finding_key k on k.finding_id = f.finding_id
       where k.subject = 'CVE-2026-1001' and k.component = 'openssl' and f.valid_to < $never`,
      { never: NEVER },
    )
    expect(cause!.to_cause).toBe(causeNumber('remediated'))
    await undoImport(store, list.import_no, 'test')
    expect(await held(store)).toEqual(before)
    await wholeAfterwards(store)
  })

  it('an input that an older importer left out is read again', async () => {
    const store = await storeOf()
    const importer = importers.find(({ id }) => id === 'aws-inspector2')!
    const parse = importer.parse.bind(importer)
    await bring(store, inspector({ cve: 'CVE-2026-1001', status: 'ACTIVE', at: '2026-03-01T10:00:00Z' }))
    const older = reads<Importer>({
      ...importer,
      version: importer.version - 1,
      async *parse(...of) {
        for await (const record of parse(...of)) if (record.kind !== 'closed') yield record
      },
    })
    Object.assign(importer, older)
    let list: number
    try {
      ;({ import_no: list } = await bring(store, inspector({ cve: 'CVE-2026-1001', status: 'CLOSED', at: '2026-03-04T10:00:00Z' })))
    } finally {
      Object.assign(importer, { version: importer.version + 1, parse })
    }
    expect(await held(store)).toEqual([['CVE-2026-1001', 'aws-inspector2', '03-01T10:00', null]])
    await reread(store, list, 'test')
    expect(await held(store)).toEqual([['CVE-2026-1001', 'aws-inspector2', '03-01T10:00', '03-04T10:00']])
    await wholeAfterwards(store)
  })
})
