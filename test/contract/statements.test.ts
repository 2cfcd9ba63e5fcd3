import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { undoImport } from '../../src/ingest/undo.ts'
import { compute } from '../../src/insights/compute.ts'
import { DAY_US, formatInstant } from '../../src/model/time.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { listExceptions } from '../../src/store/queries/exceptions/list.ts'
import { exceptionsInForce } from '../../src/store/queries/exceptions/in-force.ts'
import { addOrg } from '../../src/store/orgs.ts'
import type { Store } from '../../src/store/store.ts'
import { applySchema } from '../../src/store/schema.ts'
import { engines } from './engines.ts'
import { sampleCatalog } from './sample-catalog.ts'

// A small world told twice: by imports, and by asking every statement about every sighting at every moment.

const DAYS = 8
const FIRST = Date.UTC(2026, 2, 2) * 1000
const at = (step: number): number => FIRST + step * DAY_US
const NOW = at(DAYS + 3)

const vulnerabilities = ['CVE-2026-1', 'CVE-2026-2'] as const
const images = ['registry.example/web:1', 'registry.example/web:2'] as const
/** Packages, as a scanner sees them and as documents name them. */
const packages = ['pkg:deb/debian/curl@1.0?arch=amd64', 'pkg:deb/debian/curl@2.0?arch=amd64', 'pkg:npm/%40acme/core@1.0'] as const
const named = [
  ...packages,
  'pkg:deb/debian/curl',
  'pkg:deb/debian/curl@1.0',
  'pkg:deb/debian/curl@1.0?arch=arm64',
  'pkg:npm/%40acme/core',
] as const

interface Scan {
  kind: 'scan'
  at: number
  /** Whose scan: findings stay open while any tool lists them. */
  tool: 'trivy' | 'grype'
  image: number
  found: { vulnerability: number; package: number | null }[]
}
interface Statement {
  vulnerability: number
  image: number | 'any' | null
  package: number | null
  status: 'not_affected' | 'affected' | 'fixed' | 'under_investigation'
  why: boolean
}
interface Document {
  kind: 'document'
  at: number
  author: 'Acme' | 'Example'
  document: 'a' | 'b'
  statements: Statement[]
}
type Said = Scan | Document

const when = fc.integer({ min: 0, max: DAYS })
const scan: fc.Arbitrary<Scan> = fc.record({
  kind: fc.constant('scan' as const),
  at: when,
  tool: fc.constantFrom('trivy' as const, 'grype' as const),
  image: fc.nat(1),
  // One item per vulnerability and component: what several items of one finding come to is tested elsewhere.
  found: fc.uniqueArray(fc.record({ vulnerability: fc.nat(1), package: fc.option(fc.nat(2), { freq: 4 }) }), {
    maxLength: 4,
    selector: (one) => `${one.vulnerability} ${componentOf(one.package)}`,
  }),
})
const statement: fc.Arbitrary<Statement> = fc
  .record({
    vulnerability: fc.nat(1),
    image: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.nat(1), fc.constant('any' as const)),
    package: fc.option(fc.nat(named.length - 1), { freq: 4 }),
    status: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('not_affected' as const, 'fixed' as const) },
      fc.constantFrom('affected' as const, 'under_investigation' as const),
    ),
    why: fc.boolean(),
  })
  .filter((one) => one.image !== null || one.package !== null)
const document: fc.Arbitrary<Document> = fc.record({
  kind: fc.constant('document' as const),
  at: when,
  author: fc.constantFrom('Acme' as const, 'Example' as const),
  document: fc.constantFrom('a' as const, 'b' as const),
  statements: fc.uniqueArray(statement, { maxLength: 3, selector: (one) => `${one.vulnerability} ${one.image} ${one.package}` }),
})
/** Of one tool and image, or of one document, one thing is said at one instant: what several come to is law 2's and tested with it. */
const story = fc
  .array(fc.oneof({ weight: 2, arbitrary: scan }, { weight: 3, arbitrary: document }), { minLength: 2, maxLength: 8 })
  .map((all) => [
    ...new Map(
      all.map((said) => [
        JSON.stringify(said.kind === 'scan' ? [said.tool, said.image, said.at] : [said.author, said.document, said.at]),
        said,
      ]),
    ).values(),
  ])

function componentOf(index: number | null): string {
  return index === null ? 'curl' : packages[index]!.startsWith('pkg:npm') ? '@acme/core' : 'curl'
}

const purlParts = (purl: string) => {
  const [rest, arch] = purl.split('?arch=')
  const sign = rest!.indexOf('@')
  return { name: sign < 0 ? rest! : rest!.slice(0, sign), version: sign < 0 ? null : rest!.slice(sign + 1), arch: arch ?? null }
}

/** Trivy and Grype in as many words as the importers need. */
function scanText({ at: step, tool, image, found }: Scan): string {
  const item = (each: Scan['found'][number]) => {
    const purl = each.package === null ? undefined : packages[each.package]!
    return {
      id: vulnerabilities[each.vulnerability]!,
      name: componentOf(each.package),
      version: purl ? purlParts(purl).version! : '9',
      purl,
    }
  }
  if (tool === 'trivy')
    return JSON.stringify({
      SchemaVersion: 2,
      CreatedAt: formatInstant(at(step)),
      ArtifactName: images[image],
      ArtifactType: 'container_image',
      Results: [
        {
          Target: 'web',
          Class: 'os-pkgs',
          Type: 'debian',
          Vulnerabilities: found.map(item).map(({ id, name, version, purl }) => ({
            VulnerabilityID: id,
            PkgName: name,
            InstalledVersion: version,
            Severity: 'HIGH',
            ...(purl && { PkgIdentifier: { PURL: purl } }),
          })),
        },
      ],
    })
  return JSON.stringify({
    matches: found.map(item).map(({ id, name, version, purl }) => ({
      vulnerability: { id, severity: 'High', fix: { versions: [], state: 'unknown' } },
      artifact: { name, version, type: 'deb', ...(purl && { purl }) },
    })),
    source: { type: 'image', target: { userInput: images[image] } },
    descriptor: { name: 'grype', version: '0.80.0', timestamp: formatInstant(at(step)) },
  })
}

const documentText = ({ at: step, author, document: id, statements }: Document): string =>
  JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': `https://example.com/vex/${id}`,
    author,
    timestamp: formatInstant(at(step)),
    version: step + 1,
    statements: statements.map((one) => {
      const inside = one.package === null ? null : named[one.package]!
      const image = one.image === 'any' ? 'pkg:oci/web?repository_url=registry.example/web' : one.image === null ? null : images[one.image]!
      return {
        vulnerability: { name: vulnerabilities[one.vulnerability] },
        products: [image === null ? { '@id': inside } : { '@id': image, ...(inside && { subcomponents: [{ '@id': inside }] }) }],
        status: one.status,
        ...(one.why && one.status === 'not_affected' && { justification: 'vulnerable_code_not_present' }),
      }
    }),
  })

/** Whether a finding is out of the scores at an instant, by asking everybody. Key: image, vulnerability, component. */
function outOfScores(said: readonly Said[], instant: number): Map<string, boolean> {
  const before = said.filter((each) => at(each.at) <= instant)
  const last = <T extends Said>(all: readonly T[]): T | null =>
    all.reduce<T | null>((newest, each) => (newest && newest.at > each.at ? newest : each), null)
  const sightings = [0, 1].flatMap((image) =>
    (['trivy', 'grype'] as const).flatMap((tool) =>
      (last(before.filter((each): each is Scan => each.kind === 'scan' && each.tool === tool && each.image === image))?.found ?? []).map(
        (found) => ({
          image,
          ...found,
        }),
      ),
    ),
  )
  const stated = (['Acme', 'Example'] as const).flatMap((author) =>
    (['a', 'b'] as const).flatMap(
      (id) =>
        last(before.filter((each): each is Document => each.kind === 'document' && each.author === author && each.document === id))
          ?.statements ?? [],
    ),
  )
  const isAbout = (one: Statement, sighting: (typeof sightings)[number]): boolean => {
    if (one.vulnerability !== sighting.vulnerability) return false
    if (one.image !== null && one.image !== 'any' && one.image !== sighting.image) return false
    if (one.package === null) return true
    if (sighting.package === null) return false
    const wanted = purlParts(named[one.package]!)
    const seen = purlParts(packages[sighting.package]!)
    return wanted.name === seen.name && (wanted.version ?? seen.version) === seen.version && (wanted.arch ?? seen.arch) === seen.arch
  }
  const moves = (one: Statement): boolean =>
    one.status === 'not_affected'
      ? one.why
      : one.status === 'fixed' && one.package !== null && purlParts(named[one.package]!).version !== null
  const out = new Map<string, boolean>()
  for (const sighting of sightings) {
    const key = `${images[sighting.image]} ${vulnerabilities[sighting.vulnerability]} ${componentOf(sighting.package)}`
    const about = stated.filter((one) => isAbout(one, sighting))
    const covered = about.some(moves) && !about.some((one) => one.status === 'affected')
    out.set(key, (out.get(key) ?? true) && covered)
  }
  return out
}

async function openStore(open: () => Promise<Engine>): Promise<{ store: Store; org_id: () => Promise<number> }> {
  const engine = await open()
  await applySchema(engine, NOW)
  const store: Store = { engine, data: mkdtempSync(join(inject('databases'), 'statements-')), now: () => NOW }
  return {
    store,
    org_id: async () => (await engine.query<{ org_id: number }>('select org_id from org order by org_id limit 1'))[0]!.org_id,
  }
}

const give = (store: Store, said: Said, org?: string) =>
  importFile(
    store,
    { name: 'given.json', bytes: Buffer.from(said.kind === 'scan' ? scanText(said) : documentText(said)) },
    { actor: 'test', ...(org === undefined ? {} : { org }) },
  )

/** Whether each finding that is open at an instant is out of the scores, as derived. */
async function derivedAt(engine: Engine, instant: number): Promise<Map<string, boolean>> {
  const rows = await engine.query<{ name: string; subject: string; component: string; excepted: boolean }>(
    `select a.name, f.subject, f.component, f.excepted from finding_history f
     join asset_history a on a.asset_id = f.asset_id and a.valid_from <= $instant and $instant < a.valid_to
     where f.valid_from <= $instant and $instant < f.valid_to`,
    { instant },
  )
  return new Map(rows.map((row) => [`${row.name} ${row.subject} ${row.component}`, row.excepted]))
}

const sorted = (map: Map<string, boolean>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))

/** Every row that is derived about findings, and what stands of statements, apart from our own numbers. */
async function standing(engine: Engine): Promise<string[]> {
  const findings = await engine.query<Record<string, unknown>>(
    `select a.name, f.subject, f.component, f.excepted, f.valid_from, f.valid_to from finding_history f join asset_history a on a.asset_id = f.asset_id and a.valid_from <= f.valid_from and f.valid_from < a.valid_to`,
  )
  const statements = await engine.query<Record<string, unknown>>(
    `select source, vulnerability_id, image, package, version, arch, status, justification, document_version, valid_from, valid_to from statement_history where retracted_in = 9007199254740991`,
  )
  return [...findings, ...statements].map((row) => JSON.stringify(row)).toSorted()
}

/** All that matters at once: covered, seen otherwise by another tool, covered again, contradicted, withdrawn. */
const telling: Said[] = [
  { kind: 'scan', at: 0, tool: 'trivy', image: 0, found: [{ vulnerability: 0, package: 0 }] },
  {
    kind: 'document',
    at: 1,
    author: 'Acme',
    document: 'a',
    statements: [
      { vulnerability: 0, image: null, package: 4, status: 'not_affected', why: true },
      { vulnerability: 0, image: null, package: 5, status: 'affected', why: false },
    ],
  },
  { kind: 'scan', at: 2, tool: 'grype', image: 0, found: [{ vulnerability: 0, package: 1 }] },
  { kind: 'scan', at: 4, tool: 'grype', image: 0, found: [] },
  {
    kind: 'document',
    at: 5,
    author: 'Example',
    document: 'b',
    statements: [{ vulnerability: 0, image: 0, package: 3, status: 'affected', why: false }],
  },
  { kind: 'document', at: 6, author: 'Example', document: 'b', statements: [] },
  { kind: 'document', at: 7, author: 'Acme', document: 'a', statements: [] },
]

const CASES = Number(process.env['PLIMSOLL_CASES'] ?? 3)

describe.each(engines)("statements on '$name'", ({ open }) => {
  it(
    'cover what asking every statement about every sighting says, in whatever order they come, also undone and repeated',
    { timeout: 600_000 },
    async () => {
      const catalog = sampleCatalog()
      await fc.assert(
        fc.asyncProperty(
          story.chain((said) =>
            fc.record({
              said: fc.constant(said),
              order: fc.shuffledSubarray(said, { minLength: said.length, maxLength: said.length }),
              gone: fc.nat(said.length - 1),
              together: fc.boolean(),
            }),
          ),
          async ({ said, order, gone, together }) => {
            const { store } = await openStore(open)
            try {
              const numbers = new Map<Said, number>()
              for (const each of order) {
                numbers.set(each, (await give(store, each)).import_no)
                if (!together) await compute(store, catalog)
              }
              await compute(store, catalog)
              for (let step = 0; step <= DAYS + 1; step++)
                expect(sorted(await derivedAt(store.engine, at(step)))).toEqual(sorted(outOfScores(said, at(step))))
              const whole = await standing(store.engine)
              expect((await give(store, order[0]!)).unchanged).toBe(true)

              // Without one of them, all is as if it had never come; given again, all is as before.
              await undoImport(store, numbers.get(said[gone]!)!, 'test')
              await compute(store, catalog)
              const rest = said.filter((each) => each !== said[gone])
              for (let step = 0; step <= DAYS + 1; step++)
                expect(sorted(await derivedAt(store.engine, at(step)))).toEqual(sorted(outOfScores(rest, at(step))))
              await give(store, said[gone]!)
              await compute(store, catalog)
              expect(await standing(store.engine)).toEqual(whole)
            } finally {
              await store.engine.close()
            }
          },
        ),
        { numRuns: CASES, examples: [[{ said: telling, order: telling.toReversed(), gone: 1, together: false }]] },
      )
    },
  )

  it('are told with their author and document beside what they cover, and open no finding', { timeout: 60_000 }, async () => {
    const { store, org_id } = await openStore(open)
    try {
      const catalog = sampleCatalog()
      const statements: Statement[] = [
        { vulnerability: 0, image: null, package: 0, status: 'not_affected', why: true },
        { vulnerability: 1, image: null, package: 0, status: 'affected', why: false },
      ]
      const vex: Document = { kind: 'document', at: 1, author: 'Acme', document: 'a', statements }
      const told = await give(store, vex)
      expect(told.counts).toMatchObject({ findings: 0, statements: 2, assets: 0 })
      await compute(store, catalog)
      expect(await store.engine.query('select 1 as any_row from finding_history')).toEqual([])
      // The finding comes later than the statement.
      await give(store, { kind: 'scan', at: 2, tool: 'trivy', image: 0, found: [{ vulnerability: 0, package: 0 }] })
      await compute(store, catalog)
      const scope = { org_id: await org_id(), groups: null }
      const moment = { at: at(DAYS), day: 0 }
      const { items } = await listExceptions(store.engine, scope, moment, { limit: 10 })
      expect(items.map((item) => [item.subject, item.moves_scores, item.covered_findings, item.statement?.status]).toSorted()).toEqual([
        ['CVE-2026-1', true, 1, 'not_affected'],
        ['CVE-2026-2', false, 0, 'affected'],
      ])
      const covering = items.find((item) => item.covered_findings === 1)!
      expect(covering).toMatchObject({
        justification: 'statement',
        author: 'Acme',
        kind: 'vulnerability',
        state: 'active',
        ends_at: null,
        statement: {
          justification: 'vulnerable_code_not_present',
          document: 'https://example.com/vex/a',
          document_version: '2',
          package: 'pkg:deb/debian/curl',
          version: '1.0',
        },
      })
      const [finding] = await store.engine.query<{ finding_id: number }>('select finding_id from finding_key')
      const held = await exceptionsInForce(store.engine, scope, moment, [finding!.finding_id])
      expect(held.get(finding!.finding_id)).toEqual({
        exception_id: covering.exception_id,
        justification: 'statement',
        moves_scores: true,
        status: 'not_affected',
        ends_at: null,
      })
      // A later version of the document withdraws it.
      await give(store, { ...vex, at: 4, statements: [] })
      await compute(store, catalog)
      const after = await listExceptions(store.engine, scope, moment, { limit: 10 })
      expect(after.items.map((item) => [item.state, item.covered_findings])).toEqual([
        ['ended', 0],
        ['ended', 0],
      ])
      expect([...(await derivedAt(store.engine, at(3))).values(), ...(await derivedAt(store.engine, at(5))).values()]).toEqual([
        true,
        false,
      ])
    } finally {
      await store.engine.close()
    }
  })

  it('answer through the API as they were known, and only their author changes them', { timeout: 60_000 }, async () => {
    const { store } = await openStore(open)
    const catalog = sampleCatalog()
    const app = buildApp({ store, catalog, version: '1' })
    try {
      const ask = async <T>(method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object): Promise<{ status: number; body: T }> => {
        const answer = await app.inject({ method, url: `/api/v1${url}`, headers: { host: 'localhost' }, ...(payload && { payload }) })
        return { status: answer.statusCode, body: answer.json<T>() }
      }
      // The first asset of an organisation is worked out in every world: the finding is on another one.
      await give(store, { kind: 'scan', at: 1, tool: 'trivy', image: 1, found: [] })
      const scanned = await give(store, { kind: 'scan', at: 1, tool: 'trivy', image: 0, found: [{ vulnerability: 0, package: 0 }] })
      await compute(store, catalog)
      const before = (await ask<{ exposure: { value: number } }>('GET', '/scores')).body.exposure.value
      const vex = await give(store, {
        kind: 'document',
        at: 1,
        author: 'Acme',
        document: 'a',
        statements: [{ vulnerability: 0, image: null, package: 0, status: 'not_affected', why: true }],
      })
      await compute(store, catalog)
      type Found = { items: { excepted: boolean; exception: { exception_id: number; status: string } | null }[] }
      const [finding] = (await ask<Found>('GET', '/findings')).body.items
      expect(finding).toMatchObject({
        excepted: true,
        exception: { justification: 'statement', moves_scores: true, status: 'not_affected', ends_at: null },
      })
      const after = (await ask<{ exposure: { value: number } }>('GET', '/scores')).body.exposure.value
      expect(after).toBeLessThan(before)
      const known = async (import_no: number) =>
        (await ask<Found>('GET', `/findings?known_at=${import_no}`)).body.items.map((each) => each.excepted)
      expect(await known(scanned.import_no)).toEqual([false])
      expect(await known(vex.import_no)).toEqual([true])

      const id = finding!.exception!.exception_id
      expect((await ask<object>('GET', `/exceptions/${id}`)).body).toMatchObject({
        justification: 'statement',
        author: 'Acme',
        covered_findings: 1,
        acts: [],
        import_no: vex.import_no,
        statement: { status: 'not_affected', document: 'https://example.com/vex/a' },
      })
      expect((await ask<{ total: number }>('GET', `/exceptions/${id}/findings`)).body.total).toBe(1)
      const listed = await ask<{ total: number }>('GET', `/exceptions?filter=${encodeURIComponent('{"justification": "statement"}')}`)
      expect(listed.body.total).toBe(1)
      for (const [method, url, body] of [
        ['POST', `/exceptions/${id}/end`, {}],
        ['PATCH', `/exceptions/${id}`, { reason: 'Better words' }],
      ] as const) {
        const refused = await ask<{ error: { code: string; message: string } }>(method, url, body)
        expect([refused.status, refused.body.error.code]).toEqual([400, 'bad_exception'])
        expect(refused.body.error.message).toContain('undo the import')
      }
      expect(
        (
          await ask<object>('POST', '/exceptions', {
            subject: 'CVE-2026-1',
            kind: 'vulnerability',
            justification: 'statement',
            reason: 'x',
          })
        ).status,
      ).toBe(400)

      await undoImport(store, vex.import_no, 'test')
      await compute(store, catalog)
      expect((await ask<Found>('GET', '/findings')).body.items.map((each) => [each.excepted, each.exception])).toEqual([[false, null]])
      expect((await ask<{ exposure: { value: number } }>('GET', '/scores')).body.exposure.value).toBe(before)
      expect(await known(vex.import_no)).toEqual([true])
    } finally {
      await app.close()
      await store.engine.close()
    }
  })

  it("of another organisation cover nothing here, and another author's document withdraws nothing", { timeout: 60_000 }, async () => {
    const { store } = await openStore(open)
    try {
      const catalog = sampleCatalog()
      await give(store, { kind: 'scan', at: 1, tool: 'trivy', image: 0, found: [{ vulnerability: 0, package: 0 }] })
      await addOrg(store, { name: 'South', zone: 'UTC' })
      const statements: Statement[] = [{ vulnerability: 0, image: null, package: 0, status: 'not_affected', why: true }]
      const vex: Document = { kind: 'document', at: 1, author: 'Acme', document: 'a', statements }
      await give(store, vex, 'south')
      await compute(store, catalog)
      expect([...(await derivedAt(store.engine, at(2))).values()]).toEqual([false])
      await give(store, vex, 'my-organisation')
      await give(store, { ...vex, at: 2, author: 'Example', statements: [] })
      await compute(store, catalog)
      expect([...(await derivedAt(store.engine, at(3))).values()]).toEqual([true])
    } finally {
      await store.engine.close()
    }
  })
})
