import { expect, open, test } from './quiet.ts'

interface Initiative {
  id: string
  title: string
  score: { value: number | null; change_14d: number | null }
}
interface Changed {
  day: string
  change: number
  metrics: { id: string; title: string; part: number; added: number; after: { exposed: number } | null }[]
}

/** As the pages write points. */
const written = (points: number): string => (Math.abs(points) < 1 ? Math.abs(points).toPrecision(2) : Math.abs(points).toFixed(1))

test('Monday morning: what fell, which metric pulled it down, which assets, what to do and what it gives back', async ({
  page,
  request,
}) => {
  test.slow()
  const ask = async <T>(path: string) => (await (await request.get(`/api/v1${path}${path.includes('?') ? '&' : '?'}org=demo`)).json()) as T
  const { items } = await ask<{ items: Initiative[] }>('/initiatives')
  const fallen = items.filter(({ score }) => (score.change_14d ?? 0) < 0)
  const changes = await Promise.all(
    fallen.map(async ({ id, title }) => ({
      title,
      id,
      ...(await ask<{ items: { day: string; change: number }[] }>(`/initiatives/${id}/changes?least=0`)),
    })),
  )
  const falls = changes
    .flatMap(({ id, title, items: days }) =>
      days
        .filter(({ change }) => change < 0)
        .slice(0, 1)
        .map(({ day }) => ({ id, title, day })),
    )
    .toSorted((a, b) => b.day.localeCompare(a.day) || a.id.localeCompare(b.id))

  // What fell? The newest fall of those that the overview shows.
  await open(page, '/')
  const shown = await page.getByRole('link').allTextContents()
  const initiative = falls.find(({ title }) => shown.includes(title))
  const changed = await ask<Changed>(`/initiatives/${initiative!.id}/changes/${initiative!.day}`)
  const culprit = changed.metrics.toSorted((a, b) => a.part - b.part)[0]!
  expect(culprit.part).toBeLessThan(0)

  await page.getByRole('link', { name: initiative!.title, exact: true }).first().click()
  await expect(page.locator('h1')).toContainText(initiative!.title)
  await expect(page.getByRole('link', { name: /worse$/ }).first()).toBeVisible()

  // Which metric pulled it down, and by how much?
  await page.getByRole('tab', { name: 'History' }).click()
  await page.getByLabel('At least').selectOption('0')
  const days = page.getByRole('table', { name: 'Points of change' }).getByRole('row')
  await days
    .filter({ hasText: `${written(changed.change)} worse` })
    .first()
    .getByRole('button')
    .click()
  const drawer = page.getByRole('dialog')
  const row = drawer.getByRole('row', { name: new RegExp(culprit.title) })
  await expect(row).toContainText(`${written(culprit.part)} worse`)

  // Which assets?
  await row.getByRole('button', { name: /added/ }).click()
  const assets = drawer.getByRole('region', { name: `Changed assets of ${culprit.title}` })
  await expect(assets.getByRole('listitem').filter({ hasText: 'Added' })).toHaveCount(culprit.added)

  // What to do, and what does it give back?
  await row.getByRole('link', { name: culprit.title }).click()
  const metric = page.getByRole('dialog', { name: culprit.title })
  await metric.getByRole('tab', { name: /^Affected assets/ }).click()
  await expect(metric.getByRole('status').first()).toContainText(`${culprit.after!.exposed} asset`)
  await metric.getByRole('tab', { name: /^Security recommendations/ }).click()
  await metric.getByRole('tabpanel').getByRole('link').first().click()
  const gives = page.getByRole('dialog').getByRole('region', { name: 'What it gives back' })
  await expect(gives.getByRole('row', { name: new RegExp(initiative!.title) })).toContainText('better')
})
