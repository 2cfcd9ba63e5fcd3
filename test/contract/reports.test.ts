import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { digestOf } from '../../src/api/answers/executive.ts'
import { buildApp } from '../../src/api/app.ts'
import { executiveDocument, executivePdf } from '../../src/api/report/executive-pdf.ts'
import { trendSvg } from '../../src/api/report/trend-svg.ts'
import type { ExecutiveReport } from '../../src/api/shapes/reports.ts'
import { compute } from '../../src/insights/compute.ts'
import { engines } from './engines.ts'
import { makeSmallWorld, type SmallWorld } from './small-world.ts'
import { sampleCatalog } from './sample-catalog.ts'

const catalog = sampleCatalog()
type Report = z.infer<typeof ExecutiveReport>

describe.each(engines)('the executive report and the organisations beside each other on $name', ({ open }) => {
  let world: SmallWorld
  let app: FastifyInstance
  beforeAll(async () => {
    world = await makeSmallWorld(await open())
    await world.store.engine.query('insert into touched_asset select org_id, asset_id from asset_key')
    await compute(world.store, catalog)
    app = buildApp({ store: world.store, catalog, version: '1.2.3' })
    await app.ready()
  })
  afterAll(async () => {
    await app.close()
    await world.store.engine.close()
  })
  const get = (url: string) => app.inject({ url: `/api/v1${url}`, headers: { host: 'localhost' } })
  const json = async <T>(url: string): Promise<T> => {
    const answer = await get(url)
    expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200)
    return answer.json<T>()
  }

  it('prints the numbers of the pages, whose parts sum up, and a digest that says so again', async () => {
    const question = 'org=north&as_of=2026-07-31&from=2026-07-01&to=2026-07-31'
    const report = await json<Report>(`/reports/executive?${question}`)
    const scores = await json<{ secure: { value: number; points: number; max_points: number }; exposure: { value: number } }>(
      '/scores?org=north&as_of=2026-07-31',
    )
    expect(report.secure).toMatchObject({ value: scores.secure.value, points: scores.secure.points, max_points: scores.secure.max_points })
    expect(report.exposure.value).toBe(scores.exposure.value)
    const sum = (column: 'points' | 'max_points') => report.categories.reduce((total, each) => total + 1000 * each[column], 0) / 1000
    expect([sum('points'), sum('max_points')]).toEqual([scores.secure.points, scores.secure.max_points])
    expect(report.secure.history).toHaveLength(31)
    for (const { moved, history } of [report.secure, report.exposure]) {
      expect(moved.groups.reduce((sum, { shown }) => sum + shown, 0)).toBeCloseTo(moved.change!, 9)
      // The change as it is written, and as the trend has it.
      expect(moved.change!).toBeCloseTo(history.at(-1)!.value! - history[0]!.value!, 0)
    }
    const { digest, ...numbers } = report
    expect(digest).toBe(digestOf(numbers))
    expect((await json<Report>(`/reports/executive?${question}`)).digest).toBe(digest)
    expect((await json<Report>(`/reports/executive?org=south&as_of=2026-07-31`)).digest).not.toBe(digest)
    expect(digestOf({ ...numbers, coverage: { ...numbers.coverage, assets: numbers.coverage.assets + 1 } })).not.toBe(digest)
    const pdf = await get(`/reports/executive.pdf?${question}`)
    expect(pdf.headers['content-type']).toBe('application/pdf')
    expect(pdf.headers['content-disposition']).toBe('attachment; filename="plimsoll-north-2026-07-31.pdf"')
    expect(pdf.rawPayload.subarray(0, 5).toString()).toBe('%PDF-')
    const pages = pdf.rawPayload.toString('latin1').match(/\/Type \/Page\b/g)!.length
    expect(pages).toBeGreaterThanOrEqual(1)
    expect(pages).toBeLessThanOrEqual(3)
    const { footer } = executiveDocument(report) as { footer: (page: number, pages: number) => object }
    expect(JSON.stringify(footer(1, 2))).toContain(digest)
  })

  it('prints hostile names and a report full of everything on three pages at the most', async () => {
    const report = await json<Report>('/reports/executive?org=north')
    const long = `<script>${'Zeile '.repeat(60)}</script>`
    const full: Report = {
      ...report,
      organisation: long,
      comparison: Array.from({ length: 9 }, () => ({
        basis_title: long,
        source_title: long,
        sample_size: null,
        value: 50,
        day: '2026-07-01',
      })),
      categories: Array.from({ length: 6 }, () => ({ category: long, points: 1, max_points: 10 })),
      actions: Array.from({ length: 8 }, () => ({ title: long, category: long, product: long, points: 1, max_points: 10, gain: 0.001 })),
      acceptances: {
        count: 20,
        points: 5,
        items: Array.from({ length: 6 }, () => ({ title: long, since: null, by: long, reason: long, points: 1 })),
      },
      secure: {
        ...report.secure,
        moved: {
          change: -1.5,
          groups: Array.from({ length: 5 }, () => ({ title: long, shown: -0.3 })),
          causes: Array.from({ length: 12 }, () => ({ title: long, shown: 1 })),
          parts: Array.from({ length: 6 }, () => ({ name: long, shown: -1 })),
        },
      },
    }
    const pdf = await executivePdf(full)
    expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)!.length).toBeLessThanOrEqual(3)
    expect(JSON.stringify(executiveDocument(full))).toContain('1.5 worse')
    const nothing: Report = {
      ...report,
      comparison: [],
      actions: [],
      secure: { ...report.secure, value: null, moved: { change: null, groups: [], causes: [], parts: [] } },
      exposure: { ...report.exposure, value: null, level: null },
    }
    expect((await executivePdf(nothing)).length).toBeGreaterThan(1000)
    const svg = trendSvg([{ color: '#000', values: [1, null, 3, 4] }], [], ['<a>', '"b"'])
    expect(svg).not.toContain('<a>')
    // A day alone is a dot, a gap is no line.
    expect(svg.match(/<circle/g)).toHaveLength(1)
    expect(svg.match(/<path d="M[^"]*"/g)).toHaveLength(1)
  })

  it('sets organisations beside each other with the numbers of their own pages', async () => {
    interface Standing {
      slug: string
      exposure: { value: number | null; change: number | null; level: string | null; history: (number | null)[] }
      secure: { value: number | null; change: number | null }
      coverage: object
      last_observed_at: string
      events: { risk: number; drops: number }
    }
    const { items } = await json<{ items: Standing[] }>('/organisations/standing')
    expect(items.map(({ slug }) => slug)).toEqual(['north', 'south'])
    for (const one of items) {
      const own = await json<{
        exposure: { value: number; change_14d: number; level: string }
        secure: { value: number; change_14d: number }
        coverage: object
      }>(`/scores?org=${one.slug}`)
      expect(one.exposure.value).toBeCloseTo(own.exposure.value, 9)
      expect(one.exposure.change).toBeCloseTo(own.exposure.change_14d, 9)
      expect(one.exposure.level).toBe(own.exposure.level)
      expect(one.secure.value).toBeCloseTo(own.secure.value, 9)
      expect(one.secure.change).toBeCloseTo(own.secure.change_14d, 9)
      expect(one.coverage).toEqual(own.coverage)
      const history = await json<{ points: { value: number | null }[] }>(`/scores/exposure/history?org=${one.slug}`)
      const last = history.points.slice(-30).map(({ value }) => value)
      expect(one.exposure.history).toHaveLength(30)
      for (const [index, value] of last.entries()) expect(one.exposure.history[index]!).toBeCloseTo(value!, 9)
      // The report of day 50 was undone.
      expect(one.last_observed_at).toBe('2026-07-20T06:00:00Z')
    }
  })
})
