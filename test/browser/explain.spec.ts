import { expect, open, test } from './quiet.ts'

/** The demo tells eighteen months. */
const halfAYearAgo = new Date(Date.now() - 180 * 86_400_000).toISOString().slice(0, 10)

test('from a number that moved through its causes to an asset, a finding and the report that states it', async ({ page }) => {
  await open(page, `/explain?from=${halfAYearAgo}`)
  const causes = page.getByRole('region', { name: 'Cause by cause' }).or(page.getByText('Cause by cause').locator('..').locator('..'))
  await expect(causes.first().getByText('All causes together')).toBeVisible()
  const parts = page.getByRole('table', { name: 'Parts' })
  await expect(parts.getByText('All parts together')).toBeVisible()
  const asset = parts.getByRole('link').first()
  const name = await asset.textContent()
  await asset.click()
  await expect(page).toHaveURL(/asset=\d+/)
  await expect(page.getByText(name!).first()).toBeVisible()
  const stated = parts.getByRole('link', { name: /, report \d+$/ }).first()
  await expect(stated).toBeVisible()
  await stated.click()
  await expect(page).toHaveURL(/\/sources\?.*open=\d+/)
})

test('a story is copied as the API tells it', async ({ page, context, request }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page, `/explain?tab=story&from=${halfAYearAgo}`)
  await page.getByRole('button', { name: 'Plain', exact: true }).click()
  await expect(
    page
      .getByRole('status')
      .filter({ hasText: /copied/i })
      .first(),
  ).toBeVisible()
  const copied = await page.evaluate<string>('navigator.clipboard.readText()')
  const { plain } = (await (await request.get(`/api/v1/story?org=demo&score=exposure&from=${halfAYearAgo}`)).json()) as { plain: string }
  expect(copied).toBe(plain)
})

test('a request for remediation becomes an activity', async ({ page }) => {
  await open(page, '/recommendations')
  await page.getByRole('table').getByRole('link').first().click()
  await page.getByRole('button', { name: 'Request remediation' }).click()
  const dialog = page.getByRole('dialog', { name: 'Request remediation' })
  const owner = `Team ${Date.now()}`
  await dialog.getByRole('textbox', { name: 'Owner' }).fill(owner)
  await dialog.getByRole('button', { name: 'Request', exact: true }).click()
  // It is kept, and every score is worked out anew.
  await expect(dialog).toBeHidden()
  await open(page, '/remediation')
  await expect(page.getByRole('cell', { name: owner })).toBeVisible()
})
