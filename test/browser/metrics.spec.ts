import { expect, open, test } from './quiet.ts'

test('a metric opens in a drawer with its three tabs, and its address opens it again', async ({ page }) => {
  await open(page, '/metrics')
  const link = page.getByRole('table', { name: 'Metrics' }).getByRole('link').first()
  const title = await link.textContent()
  await link.click()
  const drawer = page.getByRole('dialog', { name: title! })
  await expect(drawer.getByRole('tab', { name: 'General' })).toHaveAttribute('aria-selected', 'true')
  await expect(drawer.getByText('Exposed when')).toBeVisible()
  await expect(drawer.getByRole('img', { name: /^Share exposed from/ })).toBeVisible()
  await drawer.getByRole('tab', { name: /^Security recommendations/ }).click()
  await expect(drawer.getByRole('tabpanel')).toBeVisible()
  await drawer.getByRole('tab', { name: /^Affected assets/ }).click()
  const assets = drawer.getByRole('table')
  await expect(assets.getByRole('columnheader', { name: 'Why' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('dialog', { name: title! }).getByRole('tab', { name: /^Affected assets/ })).toHaveAttribute(
    'aria-selected',
    'true',
  )
})

test('as many assets are listed as the metric counts', async ({ page, request }) => {
  const { items } = (await (await request.get('/api/v1/metrics?org=demo')).json()) as {
    items: { id: string; exposed: number; state: string }[]
  }
  const metric = items.find((one) => one.state === 'needs_attention')!
  await open(page, `/metrics?open=${metric.id}&tab=assets`)
  await expect(page.getByRole('dialog').getByRole('status').first()).toHaveText(
    `${metric.exposed.toLocaleString('en-GB')} asset${metric.exposed === 1 ? '' : 's'}`,
  )
})

test('metrics are searched and filtered', async ({ page }) => {
  await open(page, '/metrics')
  await page.getByRole('searchbox', { name: 'Search metrics' }).fill('macos')
  await expect(page).toHaveURL(/search=macos/)
  // the first row is of the columns' names
  const rows = page.getByRole('table', { name: 'Metrics' }).getByRole('row')
  await expect(rows).toHaveCount(2)
  await expect(rows.last()).toContainText('macOS')
})
