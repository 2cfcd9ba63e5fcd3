import { readFileSync } from 'node:fs'
import { expect, open, test } from './quiet.ts'

test('a long list is read while scrolling, with few rows in the page', async ({ page, request }) => {
  const { total } = (await (await request.get('/api/v1/assets?org=demo&limit=1')).json()) as { total: number }
  await open(page, '/assets')
  const table = page.getByRole('table', { name: 'Assets' })
  await expect(table).toHaveAttribute('aria-rowcount', String(total + 1))
  expect(await table.getByRole('row').count()).toBeLessThan(90)
  const box = table.locator('xpath=..')
  await expect
    .poll(async () => {
      await box.evaluate((element) => element.scrollTo({ top: element.scrollHeight }))
      return table.locator(`tr[aria-rowindex="${total + 1}"]`).count()
    })
    .toBe(1)
})

test('the export holds every row of the list, not only those in sight', async ({ page, request }) => {
  const { total } = (await (await request.get('/api/v1/vulnerabilities?org=demo&limit=1')).json()) as { total: number }
  await open(page, '/vulnerabilities')
  await page.getByRole('button', { name: 'Export' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'All rows as JSON' }).click()])
  const rows = JSON.parse(readFileSync(await download.path(), 'utf8')) as unknown[]
  expect(rows).toHaveLength(total)
})

test('a recommendation never shows a gain of 0.0', async ({ page }) => {
  await open(page, '/recommendations')
  const gains = await page.getByRole('table', { name: 'Recommendations' }).getByRole('row').allTextContents()
  expect(gains.length).toBeGreaterThan(2)
  for (const text of gains) expect(text).not.toMatch(/(^|[^\d.])0\.0+(exposure|secure)/)
})

test('from the list of assets to one, to a vulnerability, and back', async ({ page }) => {
  await open(page, '/assets')
  const link = page.getByRole('table', { name: 'Assets' }).getByRole('link').first()
  const name = await link.textContent()
  await link.click()
  await expect(page.getByRole('heading', { level: 1, name: name! })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'What makes it up' })).toBeVisible()
  const cve = page.getByRole('link', { name: /^CVE-/ }).first()
  const id = await cve.textContent()
  await cve.click()
  await expect(page.getByRole('heading', { level: 1, name: id! })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: id! })).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('heading', { level: 1, name: name! })).toBeVisible()
})

test('what does not exist says so and what to do', async ({ page }) => {
  await page.goto('/no-such-page?org=demo')
  await expect(page.getByText('There is no such page')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Go to the overview' })).toBeVisible()
})
